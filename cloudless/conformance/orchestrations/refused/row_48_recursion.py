"""An orchestration does not call itself."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(number: int) -> int:
    return main(number - 1) if number > 0 else 0
