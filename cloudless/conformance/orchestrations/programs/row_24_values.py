"""What was passed on, or put away, does not change with the variable."""

from cloudless import App
from cloudless.conformance.orchestrations import play

app = App("corpus")


@app.function
def count(items: list[int]) -> int:
    return play("count", items=items)


@app.orchestration
def main(given: list[int]) -> list[list[int]]:
    items = [0]
    lengths: list[int] = []
    for item in given:
        lengths.append(count(items))
        items.append(item)
    copied = items + []
    copied.append(99)
    items += [-1]
    return [items, copied, lengths, given]
