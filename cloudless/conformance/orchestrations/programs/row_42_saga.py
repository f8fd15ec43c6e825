"""Compensations run from the last to the first, whichever step fails."""

from datetime import timedelta

from cloudless import App, Retry, saga
from cloudless.conformance.orchestrations import play

app = App("corpus")


class Failure(Exception):
    pass


@app.function
def book(what: str) -> str:
    return play("book", what=what)


@app.function
def cancel(id: str) -> None:
    play("cancel", id=id)


@app.function
def refund(id: str, again: int) -> None:
    play("refund", id=id, again=again)


@app.orchestration
def main(extra: list[str]) -> list[str]:
    booked: list[str] = []
    with saga() as undo:
        flight = book("flight")
        undo.on_failure(cancel, flight)
        booked.append(flight)
        for one in extra:
            other = book(one)
            undo.on_failure(cancel.options(retry=Retry(attempts=2, delay=timedelta(seconds=1))), id=other)
            booked.append(other)
        undo.on_failure(refund, id="all", again=len(booked))
        booked.append(book("car"))
    return booked
