"""Sagas in sagas, after a handler, left by return and by break: dropped where the block ends well."""

from cloudless import App, CompensationFailed, saga
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
def main(how: str) -> str:
    told = ""
    with saga() as undo:
        undo.on_failure(cancel, "outer")
        try:
            with saga() as inner:
                inner.on_failure(cancel, "inner")
                undo.on_failure(cancel, "outer, from within")
                told += book("hotel")
        except Failure:
            undo.on_failure(cancel, "handler")
            told += "caught"
        except CompensationFailed as e:
            told += type(e).__name__
        for one in ["a", "b"]:
            with saga() as each:
                each.on_failure(cancel, one)
                if how == "break":
                    break
                if how == "return":
                    return told
        if how == "raise":
            raise Failure("at the end")
    told += book("car")
    return told
