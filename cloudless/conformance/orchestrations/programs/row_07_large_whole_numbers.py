"""Whole numbers are exact up to 2**53 - 1."""

from cloudless import App
from cloudless.conformance.orchestrations import play

app = App("corpus")


@app.function
def same(number: int) -> int:
    return play("same", number=number)


@app.orchestration
def main(number: int) -> list[int]:
    sent = same(number)
    return [number, sent, number - 1, -number, number // 2, number % 1000, number // -7, -number % 1000]
