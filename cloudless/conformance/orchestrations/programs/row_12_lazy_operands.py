"""The right side of and, or, and of a choice is evaluated only where it counts."""

from cloudless import App
from cloudless.conformance.orchestrations import play

app = App("corpus")


@app.function
def ask(number: int) -> bool:
    return play("ask", number=number)


@app.orchestration
def main(of: dict[str, int], items: list[int], by: int) -> list[bool]:
    return [
        "a" in of and of["a"] > 1,
        "a" not in of or of["a"] > 1,
        (10 // by if by != 0 else 0) > 2,
        len(items) > 0 and items[0] == max(items),
        len(items) == 0 or min(items) < 0,
        by != 0 and ask(10 // by),
        by == 0 or not ask(by),
    ]
