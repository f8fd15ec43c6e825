"""Text is not compared by size."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(text: str) -> bool:
    return text < "b"
