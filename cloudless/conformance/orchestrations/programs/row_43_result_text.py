"""A result that is a text."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(number: int) -> str:
    return "1"
