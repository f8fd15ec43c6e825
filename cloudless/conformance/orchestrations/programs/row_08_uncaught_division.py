"""An error that nobody catches is what the execution fails with."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(by: int) -> int:
    return 1 // by
