"""A list with two names is not changed."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(given: list[int]) -> list[int]:
    items = [1]
    copy = items
    items.append(2)
    return copy
