"""None is not compared by size."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(number: int | None) -> bool:
    return number < 1
