"""One function may be called many times, in branches and loops, from functions with long names."""

from cloudless import App, gather
from cloudless.conformance.orchestrations import play

app = App("corpus")


@app.function
def step(number: int) -> int:
    return play("step", number=number)


@app.orchestration
def an_orchestration_of_a_name_as_long_as_may_be_xx(number: int) -> int:
    return step(number) + step(number)


@app.orchestration
def main() -> int:
    first = step(1)
    second = step(1)
    one, two = gather(step(1), step(1))
    three, four = gather(
        an_orchestration_of_a_name_as_long_as_may_be_xx(1),
        an_orchestration_of_a_name_as_long_as_may_be_xx(2),
    )
    total = first + second + one + two + three + four
    for number in range(3):
        total += step(number) + step(number)
    return total
