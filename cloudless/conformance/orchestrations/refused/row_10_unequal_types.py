"""A number is never equal to text."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(number: int) -> bool:
    return number == "1"
