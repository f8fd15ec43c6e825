"""A result that is a number."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(number: int) -> float:
    return number / 2
