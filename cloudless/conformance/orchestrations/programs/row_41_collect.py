"""With collect, each item has its value or its error, in order."""

from cloudless import App, fan_out
from cloudless.conformance.orchestrations import play

app = App("corpus")


class Failure(Exception):
    pass


@app.function
def step(number: int) -> int | None:
    return play("step", number=number)


@app.orchestration
def main(numbers: list[int]) -> list[str]:
    found = fan_out((step(12 // number) for number in numbers), max_concurrency=2, collect=True)
    told: list[str] = []
    for one in found:
        error = one.error
        value = one.value
        if error is not None:
            told.append(error.type)
        elif value is None:
            told.append("None")
        else:
            told.append(f"{value}")
    return told
