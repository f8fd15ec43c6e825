"""Ranges are Python's: empty ones, negative steps, single numbers."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(start: int, stop: int) -> list[list[int]]:
    ups: list[int] = []
    for number in range(start, stop):
        ups.append(number)
    downs: list[int] = []
    for number in range(stop, start, -2):
        downs.append(number)
    threes: list[int] = []
    for number in range(start, stop, 3):
        threes.append(number)
    plain: list[int] = []
    for number in range(stop):
        plain.append(number)
    return [ups, downs, threes, plain, [number for number in range(start, stop, 2)]]
