"""The length of text is in code points."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(texts: list[str]) -> list[int]:
    return [len(text) for text in texts]
