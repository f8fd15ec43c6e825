"""What each type of state does.

https://states-language.net/#state-types
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from providers.aws.tests.stepfunctions.errors import RUNTIME, QueryFailed, StateFailed, Unspecified
from providers.aws.tests.stepfunctions.expression import field, is_expression
from providers.aws.tests.stepfunctions.fields import is_timestamp, is_whole
from providers.aws.tests.stepfunctions.handlers import Retries, handler_of
from providers.aws.tests.stepfunctions.history import US
from providers.aws.tests.stepfunctions.kinds import Json, is_array
from providers.aws.tests.stepfunctions.limits import (
    CAUSE_CHARACTERS,
    ERROR_CHARACTERS,
    INLINE_CONCURRENCY,
    SECONDS_MAX,
    text_of,
)
from providers.aws.tests.stepfunctions.strand import Body, Fork, Pause
from providers.aws.tests.stepfunctions.task import attempt
from providers.aws.tests.stepfunctions.visit import Visit, Walk
from tests.virtual.agenda import Kind


def run(walk: Walk, value: Any) -> Body:
    """Go through a flow from its first state; gives the output of the last."""
    name: str | None = walk.flow["StartAt"]
    while name is not None:
        walk.execution.before_state()
        walk.visit = Visit(walk, name, value)
        value, name = yield from _STATES[walk.visit.kind](walk.visit)
    walk.visit = None
    return value


def _finish(visit: Visit) -> Body:
    """Pass and Succeed."""
    output, assigned = visit.results(visit.state, "", visit.input)
    visit.leave(output, assigned)
    yield from ()
    return output, visit.state.get("Next")


def _fail(visit: Visit) -> Body:
    error, cause = (_text(visit, name) for name in ("Error", "Cause"))
    if len(error or "") > ERROR_CHARACTERS or len(cause or "") > CAUSE_CHARACTERS:
        raise Unspecified(
            f"an Error of more than {ERROR_CHARACTERS} or a Cause of more than {CAUSE_CHARACTERS} characters"
        )
    yield from ()
    raise StateFailed(error, cause)


def _text(visit: Visit, name: str) -> str | None:
    value = visit.state.get(name)
    return None if value is None else str(_field(visit, value, name, _STRING))


def _choice(visit: Visit) -> Body:
    for at, rule in enumerate(visit.state["Choices"]):
        path = f"Choices/{at}/"
        if _field(visit, rule["Condition"], f"{path}Condition", _BOOLEAN):
            break
    else:
        rule, path = visit.state, ""
        if "Default" not in rule:
            why = "Failed to transition out of the state. The state does not point to a next state."
            raise StateFailed(RUNTIME, visit.at(why))
    output, assigned = visit.results(rule, path, visit.input)
    visit.leave(output, assigned)
    yield from ()
    return output, rule["Next"] if path else rule["Default"]


def _wait(visit: Visit) -> Body:
    yield Pause(visit.execution.agenda, _until_us(visit), Kind.SLEEP)
    return (yield from _finish(visit))


def _until_us(visit: Visit) -> int:
    state = visit.state
    if "Seconds" in state:
        seconds = _field(visit, state["Seconds"], "Seconds", _COUNT)
        if seconds > SECONDS_MAX:
            raise Unspecified(f"a Wait of {seconds} s: the documentation ends at {SECONDS_MAX}")
        return visit.execution.now_us() + int(seconds) * US
    moment = _field(visit, state["Timestamp"], "Timestamp", _STRING)
    if not is_timestamp(moment):
        why = "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string"
        raise visit.blame(QueryFailed(f"{why}: {moment}", "Timestamp"))
    at_us = round((datetime.fromisoformat(moment) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * US)
    if at_us > visit.execution.now_us() + SECONDS_MAX * US:
        raise Unspecified(f"a Wait until {moment}, more than {SECONDS_MAX} s from now")
    return max(at_us, visit.execution.now_us())


def _task(visit: Visit) -> Body:
    return (yield from _handled(visit, attempt))


def _parallel(visit: Visit) -> Body:
    return (yield from _handled(visit, _branches))


def _map(visit: Visit) -> Body:
    return (yield from _handled(visit, _iterations))


def _handled(visit: Visit, work: Callable[[Visit], Body]) -> Body:
    """Do the work of a state that can retry and catch."""
    retries = Retries(visit.state.get("Retry", ()), visit.execution.random)
    while True:
        try:
            result = yield from work(visit)
            output, assigned = visit.results(visit.state, "", result, result=result)
        except StateFailed as failed:
            delay_s = retries.delay_s(failed)
            if delay_s is None:
                return _caught(visit, failed)
        else:
            visit.leave(output, assigned)
            return output, visit.state.get("Next")
        visit.attempts += 1
        until_us = visit.execution.now_us() + round(delay_s * US)
        yield Pause(visit.execution.agenda, until_us, Kind.BACKOFF)


def _caught(visit: Visit, failed: StateFailed) -> tuple[Any, str]:
    """Go where a catcher says; without one, fail."""
    catchers = visit.state.get("Catch", ())
    at = handler_of(catchers, failed)
    if visit.kind != "Task":
        visit.walk.note(f"{visit.kind}StateFailed")
    if at is None:
        raise failed
    told = {"Error": failed.error, "Cause": failed.cause}
    try:
        output, assigned = visit.results(catchers[at], f"Catch/{at}/", told, errorOutput=told)
    except StateFailed as second:
        raise Unspecified(f"a catcher of {visit.name} that fails itself: {second}") from second
    visit.leave(output, assigned)
    return output, catchers[at]["Next"]


class _Branches:
    """Watches the branches of one Parallel."""

    def __init__(self, visit: Visit, value: Any) -> None:
        self._visit = visit
        self._value = value
        self._walks: dict[int, Walk] = {}
        self._before = visit.walk.last

    def started(self, index: int) -> Body:
        branch = self._visit.state["Branches"][index]
        walk = self._walks[index] = Walk(self._visit.execution, branch, self._before, self._visit.walk)
        return run(walk, self._value)

    def succeeded(self, index: int) -> None:
        self._visit.walk.last = self._walks[index].last

    def failed(self, index: int) -> None:
        self._visit.walk.last = self._walks[index].last
        self._walks[index].note_abort()

    def aborted(self, index: int) -> None:
        self._walks[index].note_abort()


def _branches(visit: Visit) -> Body:
    value = visit.input
    if "Arguments" in visit.state:
        value = visit.evaluate(visit.state["Arguments"], "Arguments", visit.scope())
        visit.check_size(value)
    visit.walk.note("ParallelStateStarted")
    count = len(visit.state["Branches"])
    result = yield Fork(visit.execution.agenda, visit.execution.now_us, count, count, _Branches(visit, value))
    visit.walk.aside("ParallelStateSucceeded")
    visit.check_size(result)
    return result


class _Iterations:
    """Watches the iterations of one Map. items: as ItemSelector made them."""

    def __init__(self, visit: Visit, items: list[Any]) -> None:
        self._visit = visit
        self._items = items
        self._walks: dict[int, Walk] = {}
        self._before = visit.walk.last

    def started(self, index: int) -> Body:
        walk = Walk(self._visit.execution, self._visit.state["ItemProcessor"], self._before, self._visit.walk)
        self._walks[index] = walk
        walk.note("MapIterationStarted", self._details(index))
        return run(walk, self._items[index])

    def succeeded(self, index: int) -> None:
        self._before = self._walks[index].last
        self._visit.walk.last = self._walks[index].aside("MapIterationSucceeded", self._details(index))

    def failed(self, index: int) -> None:
        self._visit.walk.last = self._walks[index].last
        self._walks[index].aside("MapIterationFailed", self._details(index))
        self._walks[index].note_abort()

    def aborted(self, index: int) -> None:
        self._walks[index].aside("MapIterationAborted", self._details(index))
        self._walks[index].note_abort()

    def _details(self, index: int) -> Json:
        return {"name": self._visit.name, "index": index}


def _iterations(visit: Visit) -> Body:
    items = _items(visit)
    limit = _limit(visit)
    selected = [_selected(visit, item) for item in items]
    visit.walk.note("MapStateStarted", {"length": len(selected)})
    watcher = _Iterations(visit, selected)
    result = yield Fork(visit.execution.agenda, visit.execution.now_us, len(selected), limit, watcher)
    visit.walk.aside("MapStateSucceeded")
    visit.check_size(result)
    return result


def _items(visit: Visit) -> list[Json]:
    """Map.Item of each iteration."""
    values: Any = visit.input
    if "Items" in visit.state:
        values = _field(visit, visit.state["Items"], "Items", _ARRAY)
    elif not is_array(values):
        raise visit.blame(QueryFailed(f"Map state input must be an array but was: {text_of(visit.input)}", ""))
    return [{"Index": index, "Value": value} for index, value in enumerate(values)]


def _selected(visit: Visit, item: Json) -> Any:
    """What an iteration gets."""
    if "ItemSelector" not in visit.state:
        return item["Value"]
    context = {**visit.context(), "Map": {"Item": item}}
    value = visit.evaluate(visit.state["ItemSelector"], "ItemSelector", visit.scope(context))
    visit.check_size(value)
    return value


def _limit(visit: Visit) -> int:
    """How many iterations run at once; 0 says as many as there can be."""
    value = visit.state.get("MaxConcurrency", 0)
    most = _field(visit, value, "MaxConcurrency", _COUNT)
    return min(int(most) or INLINE_CONCURRENCY, INLINE_CONCURRENCY)


class _Kind(NamedTuple):
    """What a field takes. name: as errors say it."""

    name: str
    accepts: Callable[[Any], bool]


def _is_boolean(value: Any) -> bool:
    return isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return is_whole(value, 0, 2**63)


def _is_string(value: Any) -> bool:
    return isinstance(value, str)


_ARRAY = _Kind("array", is_array)
_BOOLEAN = _Kind("boolean", _is_boolean)
_COUNT = _Kind("non-negative integer", _is_count)
_STRING = _Kind("string", _is_string)


def _field(visit: Visit, value: Any, path: str, kind: _Kind) -> Any:
    """A field that takes one kind of value; a constant was checked with the definition."""
    if not is_expression(value):
        return visit.evaluate(value, path, visit.scope())
    try:
        return field(value, path, visit.scope(), kind.name, kind.accepts)
    except QueryFailed as failed:
        raise visit.blame(failed) from failed


_STATES: dict[str, Callable[[Visit], Body]] = {
    "Pass": _finish,
    "Succeed": _finish,
    "Fail": _fail,
    "Choice": _choice,
    "Wait": _wait,
    "Task": _task,
    "Parallel": _parallel,
    "Map": _map,
}
