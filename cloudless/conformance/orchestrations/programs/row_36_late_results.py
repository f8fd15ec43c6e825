"""A result that comes after the time-out is nobody's."""

from datetime import timedelta

from cloudless import App, sleep
from cloudless.conformance.orchestrations import play

app = App("corpus")


@app.function
def step(name: str) -> int:
    return play("step", name=name)


@app.orchestration
def main() -> list[int]:
    found: list[int] = []
    for name in ["slow", "quick", "slow", "last"]:
        try:
            found.append(step.options(timeout=timedelta(seconds=4))(name))
        except TimeoutError:
            found.append(-1)
    sleep(timedelta(seconds=30))
    found.append(step("slow"))
    return found
