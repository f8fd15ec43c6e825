"""The error of min fails an execution."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(items: list[int]) -> int:
    return min(items)
