"""Branches in branches in branches; calls in calls."""

from cloudless import App, fan_out, gather
from cloudless.conformance.orchestrations import play

app = App("corpus")


@app.function
def step(number: int) -> int:
    return play("step", number=number)


@app.orchestration
def four(number: int) -> int:
    return sum(fan_out(step(number + each) for each in [1, 2]))


@app.orchestration
def three(number: int) -> int:
    one, two = gather(four(number), four(number + 10))
    return one + two


@app.orchestration
def two(number: int) -> int:
    return three(number) + three(number + 100)


@app.orchestration
def main() -> int:
    one, other = gather(two(1000), two(2000))
    return one + other
