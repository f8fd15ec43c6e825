"""Only bools are true or false."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(items: list[int], text: str, number: int) -> int:
    if items:
        return 1
    if not text:
        return 2
    while number:
        number -= 1
    return 3
