"""A variable that a body may not have come to."""

from cloudless import App

app = App("corpus")


@app.function
def step(number: int) -> int:
    return number


@app.orchestration
def main(number: int) -> int:
    try:
        found = step(number)
    except ValueError:
        number = 0
    return found
