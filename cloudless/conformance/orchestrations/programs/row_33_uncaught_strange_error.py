"""An undeclared error that nobody catches goes out as it came."""

from cloudless import App
from cloudless.conformance.orchestrations import play

app = App("corpus")


@app.function
def step(name: str) -> int:
    return play("step", name=name)


@app.orchestration
def main(name: str) -> int:
    return step(name)
