"""Branches, loops and handlers may use one name each for their own."""

from cloudless import App, gather
from cloudless.conformance.orchestrations import play

app = App("corpus")


class Failure(Exception):
    pass


@app.function
def step(number: int) -> int:
    return play("step", number=number)


@app.orchestration
def left(number: int) -> int:
    found = step(number)
    for item in [1, 2]:
        found = found + item
    return found


@app.orchestration
def right(number: int) -> int:
    found = step(number + 1)
    for item in range(found):
        found = found + item
    return found


@app.orchestration
def main(number: int) -> list[int]:
    found = number
    one, two = gather(left(found), right(found))
    total = 0
    for item in [one, two]:
        total += item
    for item in [3]:
        total += item
    squares = [item * item for item in range(3)]
    try:
        found = step(99)
    except Failure:
        total += 1000
    try:
        found = step(98)
    except Failure as e:
        total += len(str(e))
    return [total, found, sum(squares)]
