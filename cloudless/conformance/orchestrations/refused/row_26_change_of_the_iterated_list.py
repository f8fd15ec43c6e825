"""A list is not changed while a loop goes through it."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(items: list[int]) -> int:
    mine = [1]
    for item in mine:
        mine.append(item)
    return 0
