"""The error of a handler ends with it."""

from cloudless import App

app = App("corpus")


@app.function
def step(number: int) -> int:
    return number


@app.orchestration
def main(number: int) -> str:
    try:
        step(number)
    except ValueError as e:
        number = 0
    return str(e)
