"""An error goes through `finally` with its type and data, caught outside or not at all."""

from cloudless import App
from cloudless.conformance.orchestrations import play

app = App("corpus")


class Declined(Exception):
    code: int

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


@app.function
def pay(number: int) -> int:
    return play("pay", number=number)


@app.function
def note(told: str) -> None:
    play("note", told=told)


@app.orchestration
def main(number: int) -> list[str]:
    told: list[str] = []
    try:
        try:
            try:
                paid = pay(number)
                told.append(f"paid {paid}")
            finally:
                note("inner")
        finally:
            told.append("outer")
    except Declined as e:
        told.append(f"{e} {e.code}")
    try:
        pay(number + 1)
    finally:
        note("last")
    return told
