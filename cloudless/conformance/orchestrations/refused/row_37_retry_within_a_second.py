"""Waits between attempts are whole seconds."""

from datetime import timedelta

from cloudless import App, Retry

app = App("corpus")


@app.function
def step(number: int) -> int:
    return number


@app.orchestration
def main(number: int) -> int:
    return step.options(retry=Retry(attempts=2, delay=timedelta(milliseconds=500)))(number)
