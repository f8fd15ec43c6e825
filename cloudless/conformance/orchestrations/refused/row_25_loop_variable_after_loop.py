"""A loop's variable ends with it."""

from cloudless import App

app = App("corpus")


@app.function
def step(number: int) -> int:
    return number


@app.orchestration
def main(items: list[int]) -> int:
    for item in items:
        step(item)
    return item
