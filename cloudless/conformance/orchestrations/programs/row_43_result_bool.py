"""A result that is a bool."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(number: int) -> bool:
    return number > 1
