"""Text and a number are not added."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(number: int) -> str:
    return "a" + number
