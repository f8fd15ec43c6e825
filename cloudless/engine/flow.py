"""Control flow: if, loops, try, return and raise, over blocks that may wait or not."""

from __future__ import annotations

from cloudless.driver.error import error_of, is_one_of
from cloudless.engine.block import RETURN, Code, Jump, waiting
from cloudless.engine.error import Raised
from cloudless.engine.expression import compiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from cloudless.engine.block import Run
    from cloudless.engine.effect import Running
    from cloudless.engine.expression import Evaluate, Plain
    from cloudless.engine.frame import Frame

    Blocks = Callable[[list[Plain]], Code]
    """Compiles the statements of a block."""


def let(plain: Plain) -> Code:
    """Target = value."""
    target, value = plain["target"], compiled(plain["value"])

    def run(frame: Frame) -> None:
        variables = frame.variables
        variables[target] = value(variables)

    return Code(run, waits=False)


def check(plain: Plain) -> Code:
    """Raise unless a test holds."""
    test, name, message = compiled(plain["test"]), plain["error"], compiled(plain["message"])

    def run(frame: Frame) -> None:
        if not test(frame.variables):
            raise Raised(error_of(name, message(frame.variables)))

    return Code(run, waits=False)


def raise_(plain: Plain) -> Code:
    """Raise an error."""
    error = compiled(plain["error"])

    def run(frame: Frame) -> None:
        raise Raised(error(frame.variables))

    return Code(run, waits=False)


def return_(plain: Plain) -> Code:
    """End the program or branch with a value."""
    value = compiled(plain["value"])

    def run(frame: Frame) -> Jump:
        frame.value = value(frame.variables)
        return RETURN

    return Code(run, waits=False)


def jump(plain: Plain) -> Code:
    """Leave a loop, or begin its next round."""
    signal = Jump(plain["label"], is_break=plain["node"] == "Break")
    return Code(lambda frame: signal, waits=False)


def if_(plain: Plain, blocks: Blocks) -> Code:
    """One of two blocks."""
    test, then, otherwise = compiled(plain["test"]), blocks(plain["then"]), blocks(plain["otherwise"])
    if not (then.waits or otherwise.waits):
        yes, no = then.run, otherwise.run
        return Code(lambda frame: yes(frame) if test(frame.variables) else no(frame), waits=False)
    long_yes, long_no = waiting(then), waiting(otherwise)

    def run(frame: Frame) -> Running:
        return (yield from (long_yes if test(frame.variables) else long_no)(frame))

    return Code(run, waits=True)


def loop(plain: Plain, blocks: Blocks) -> Code:
    """A block, until a break."""
    return _repeat(plain["label"], blocks(plain["body"]), _forever, "")


def _forever(_: Any) -> Iterable[None]:
    while True:
        yield None


def for_(plain: Plain, blocks: Blocks) -> Code:
    """A block for each item of a list or range."""
    source = plain["source"]
    items = _range(source) if source["node"] == "Range" else compiled(source)
    return _repeat(plain["label"], blocks(plain["body"]), items, plain["item"])


def _range(plain: Plain) -> Evaluate:
    start, stop, step = compiled(plain["start"]), compiled(plain["stop"]), plain["step"]
    return lambda at: range(start(at), stop(at), step)


def _repeat(label: str, body: Code, items: Callable[[Any], Iterable[Any]], item: str) -> Code:
    """The body for each item, which is kept where the loop has a variable."""
    return Code((_repeat_waiting if body.waits else _repeat_plain)(label, body.run, items, item), waits=body.waits)


def _repeat_plain(label: str, body: Any, items: Any, item: str) -> Callable[[Frame], Any]:
    def run(frame: Frame) -> Any:
        variables, rounds = frame.variables, frame.rounds
        depth = len(rounds)
        try:
            for number, value in enumerate(items(variables)):
                rounds[depth:] = (number,)
                if item:
                    variables[item] = value
                signal = body(frame)
                if signal is not None and not (signal.label == label and not signal.is_break):
                    return None if signal.label == label else signal
        finally:
            del rounds[depth:]
        return None

    return run


def _repeat_waiting(label: str, body: Run, items: Any, item: str) -> Run:
    def run(frame: Frame) -> Running:
        variables, rounds = frame.variables, frame.rounds
        depth = len(rounds)
        try:
            for number, value in enumerate(items(variables)):
                rounds[depth:] = (number,)
                if item:
                    variables[item] = value
                signal = yield from body(frame)
                if signal is not None and not (signal.label == label and not signal.is_break):
                    return None if signal.label == label else signal
        finally:
            del rounds[depth:]
        return None

    return run


def try_(plain: Plain, blocks: Blocks) -> Code:
    """A block, its handlers, what follows where nothing was raised, and what follows in any case."""
    handlers = [(frozenset(one["names"]), one["target"], waiting(blocks(one["body"]))) for one in plain["handlers"]]
    run = waiting(blocks(plain["body"]))
    if handlers or plain["otherwise"]:
        run = _handled(run, handlers, waiting(blocks(plain["otherwise"])))
    return Code(_finally(run, waiting(blocks(plain["last"]))) if plain["last"] else run, waits=True)


def _handled(body: Run, handlers: list[tuple[frozenset[str], str, Run]], otherwise: Run) -> Run:
    def run(frame: Frame) -> Running:
        try:
            signal = yield from body(frame)
        except Raised as raised:
            error = raised.error
        else:
            return (yield from otherwise(frame)) if signal is None else signal
        for names, target, handler in handlers:
            if is_one_of(error, names):
                if target:
                    frame.variables[target] = error
                return (yield from handler(frame))
        raise Raised(error)

    return run


def _finally(body: Run, last: Run) -> Run:
    """Not Python's own `finally`, which would also run where an execution is cancelled."""

    def run(frame: Frame) -> Running:
        error: Any = None
        signal: Any = None
        try:
            signal = yield from body(frame)
        except Raised as raised:
            error = raised.error
        value = frame.value
        over = yield from last(frame)
        if over is not None:
            return over
        if error is not None:
            raise Raised(error)
        frame.value = value
        return signal

    return run
