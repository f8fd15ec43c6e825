"""A result that is a list."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(number: int) -> list[int]:
    return [number]
