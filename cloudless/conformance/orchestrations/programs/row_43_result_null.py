"""A result that is a null."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(number: int) -> int | None:
    return None if number > 1 else number
