"""Arguments of a compensation are those of its registration; errors of expressions compensate too."""

from cloudless import App, saga
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
def main(items: list[int]) -> str:
    items_left = [1]
    try:
        with saga() as undo:
            text = "before"
            undo.on_failure(cancel, f"{text} {len(items_left)}")
            text = "after"
            items_left.append(2)
            undo.on_failure(cancel, f"{text} {len(items_left)}")
            return f"{items[3]}"
    except IndexError:
        return "compensated"
