"""Text has no index and no slices."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(text: str) -> str:
    return text[0] + text[1:]
