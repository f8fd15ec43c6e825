"""Results are in order of the items, whatever the order in which they came."""

from cloudless import App, fan_out, gather
from cloudless.conformance.orchestrations import play

app = App("corpus")


@app.function
def step(number: int) -> int:
    return play("step", number=number)


@app.orchestration
def main() -> list[int]:
    found = fan_out(step(number) for number in [5, 4, 3, 2, 1])
    first, second = gather(step(9), step(0))
    return found + [first, second]
