"""`or` is between bools."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(text: str) -> str:
    return text or "nothing"
