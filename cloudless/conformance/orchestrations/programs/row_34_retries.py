"""Retries: used up, of subclasses, of errors that do not match, of kinds that alternate."""

from datetime import timedelta

from cloudless import App, Retry
from cloudless.conformance.orchestrations import play

app = App("corpus")


class Failure(Exception):
    pass


class Declined(Failure):
    pass


class Other(Exception):
    pass


@app.function
def step(name: str) -> int:
    return play("step", name=name)


@app.function(retry=Retry(attempts=2, delay=timedelta(seconds=4)))
def own(name: str) -> int:
    return play("own", name=name)


@app.orchestration
def main(name: str) -> str:
    try:
        found = step.options(
            retry=Retry(
                attempts=4, delay=timedelta(seconds=2), factor=3.0, max_delay=timedelta(seconds=10), on=(Failure,)
            )
        )(name)
        return f"{found}"
    except Exception as e:
        told = type(e).__name__
    return f"{told} {own(name)}"
