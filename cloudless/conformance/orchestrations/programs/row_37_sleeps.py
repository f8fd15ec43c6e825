"""Sleeps of nothing, of long, of computed times; less than nothing is an error."""

from datetime import timedelta

from cloudless import App, sleep
from cloudless.conformance.orchestrations import play

app = App("corpus")


@app.function
def tick() -> int:
    return play("tick")


@app.orchestration
def main(seconds: int) -> str:
    sleep(timedelta(seconds=0))
    tick()
    sleep(timedelta(days=400, hours=1))
    tick()
    sleep(timedelta(weeks=1, minutes=2, seconds=3))
    try:
        sleep(timedelta(seconds=seconds * 2 - 10))
        tick()
    except ValueError as e:
        return type(e).__name__
    return "slept"
