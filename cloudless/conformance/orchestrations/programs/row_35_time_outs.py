"""The time-out of a call and a function's own TimeoutError are caught alike; a time-out counts as an attempt."""

from datetime import timedelta

from cloudless import App, Retry
from cloudless.conformance.orchestrations import play

app = App("corpus")


@app.function
def step(name: str) -> int:
    return play("step", name=name)


@app.orchestration
def main(name: str) -> str:
    try:
        found = step.options(retry=Retry(attempts=2, delay=timedelta(seconds=5)), timeout=timedelta(seconds=10))(name)
        return f"{found}"
    except TimeoutError as e:
        return type(e).__name__
