"""Assignments happen in order; a swap is one."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(one: int, two: int) -> list[int]:
    one, two = two, one
    first = one
    one = two + 1
    two = one + first
    three = two
    three, one = one, three
    return [one, two, three, first]
