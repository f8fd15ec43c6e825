"""At most so many branches at a time: one, several, more than there are, within others."""

from cloudless import App, fan_out
from cloudless.conformance.orchestrations import play

app = App("corpus")


@app.function
def step(name: str, number: int) -> int:
    return play("step", name=name, number=number)


@app.orchestration
def several(name: str, numbers: list[int]) -> int:
    return sum(fan_out((step(name, number) for number in numbers), max_concurrency=2))


@app.orchestration
def main(numbers: list[int]) -> list[int]:
    one = fan_out((step("one", number) for number in numbers), max_concurrency=1)
    three = fan_out((step("three", number) for number in numbers if number != 0), max_concurrency=3)
    many = fan_out((step("many", number) for number in numbers), max_concurrency=100)
    nested = fan_out((several(name, numbers) for name in ["a", "b", "c"]), max_concurrency=2)
    return one + three + many + nested
