"""Values near the limit go through."""

from cloudless import App
from cloudless.conformance.orchestrations import play

app = App("corpus")


@app.function
def step(text: str) -> str:
    return play("step", text=text)


@app.orchestration
def main(text: str) -> int:
    doubled = text + text
    return len(step(doubled)) + len(doubled)
