"""A result that is nothing."""

from cloudless import App
from cloudless.conformance.orchestrations import play

app = App("corpus")


@app.function
def step(number: int) -> None:
    play("step", number=number)


@app.orchestration
def main(number: int) -> None:
    if number > 1:
        return
    step(number)
