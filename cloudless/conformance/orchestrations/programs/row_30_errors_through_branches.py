"""An error of a branch keeps its type and data through three levels."""

from cloudless import App, fan_out, gather
from cloudless.conformance.orchestrations import play

app = App("corpus")


class Failure(Exception):
    pass


class Declined(Failure):
    code: int
    why: list[str]

    def __init__(self, message: str, code: int, why: list[str]) -> None:
        super().__init__(message)
        self.code = code
        self.why = why


@app.function
def step(number: int) -> int:
    return play("step", number=number)


@app.orchestration
def lowest(number: int) -> list[int]:
    return fan_out(step(number + each) for each in [1, 2, 3])


@app.orchestration
def middle(number: int) -> int:
    one, several = gather(step(number), lowest(number))
    return one + sum(several)


@app.orchestration
def main(number: int) -> list[str]:
    try:
        one, two = gather(middle(number), middle(number + 100))
        return [f"{one} {two}"]
    except Declined as e:
        return [type(e).__name__, str(e), f"{e.code}"] + e.why
