"""sfnx.testing, with time: https://pypi.org/project/sfnx/. It interprets JSONata by jsonata-python.

It runs branches one after the other, and nothing takes time in it. So a clock of ours is set where a branch begins, and
read where it ends; waits, answers and retries move it; a task that takes longer than it may has States.Timeout.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from heapq import heappop, heappush
from importlib import import_module
from typing import Any
from uuid import UUID

from sfnx import testing

from cloudless.conformance.orchestrations.world import Sent
from providers.aws.tests.asl.oracles.functions import Answering, Ended, Failed, Invocation, mailbox

Plain = dict[str, Any]

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NEVER = float("inf")
TOKEN = ".waitForTaskToken"
MANY = 20_000
_JSONATA: Any = import_module("jsonata").Jsonata


class Stuck(Exception):
    """A branch that waits for what never comes."""


def run(document: Plain, given: Any, answering: Answering, events: tuple[Sent, ...] = ()) -> Ended:
    """Run a document; answering gets every task that waits for no token, events come to those that do.

    Raises testing.Unsupported or testing.InvalidDefinition for what Step Functions does not have.
    """
    clock = _Clock(answering, list(mailbox(events)))
    functions = {"now": clock.now, "millis": clock.millis, "uuid": clock.uuid}
    began = BEGIN.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    with _timed(clock):
        try:
            done = testing.run(document, given, clock.task, functions=functions, on_wait=clock.waited, start_time=began)
        except Stuck:
            return Ended("RUNNING")
    if done.error is not None:
        return Ended("FAILED", None, done.error, done.cause or "", clock.now_s)
    return Ended("SUCCEEDED", done.output, took_s=clock.now_s)


class _Group:
    """The branches of one Parallel or Map. limit: how many at a time, 0 for all."""

    def __init__(self, clock: _Clock, limit: int) -> None:
        self.began_s = clock.now_s
        self.latest_s = clock.now_s
        self._clock = clock
        self._limit = limit
        self._slots: list[float] = []

    def branch(self, run: Callable[[], Any]) -> Any:
        """Run one when a slot is free."""
        clock, slots = self._clock, self._slots
        clock.now_s = heappop(slots) if self._limit and len(slots) >= self._limit else self.began_s
        try:
            if clock.now_s == NEVER:
                raise Stuck
            return run()
        except Stuck:
            clock.now_s = NEVER
            return None
        finally:
            heappush(slots, clock.now_s)
            self.latest_s = max(self.latest_s, clock.now_s)


class _Clock:
    """The time of one execution. groups: those that are open, innermost last. retries: of states, likewise."""

    def __init__(self, answering: Answering, mail: list[Sent]) -> None:
        self.now_s = 0.0
        self.uuids = 0
        self.groups: list[_Group] = []
        self.retries: list[tuple[list[int], list[int]]] = []
        self.limit_s = NEVER
        self._answering = answering
        self._mail = mail

    def now(self) -> str:
        return (BEGIN + timedelta(seconds=self.now_s)).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def millis(self) -> int:
        return int((BEGIN + timedelta(seconds=self.now_s)).timestamp() * 1000)

    def uuid(self) -> str:
        self.uuids += 1
        return str(UUID(int=self.uuids, version=4))

    def waited(self, wait: testing.Wait) -> None:
        assert wait.seconds is not None
        self.now_s += wait.seconds

    def task(self, call: testing.Call) -> Any:
        """What comes of a task, in time or not."""
        asked: Any = call.arguments
        invocation = Invocation(asked["FunctionName"], asked["Payload"], self.now_s)
        if call.resource.endswith(TOKEN):
            return self._event(invocation.payload["event"])
        try:
            payload, takes_s = self._answering(invocation)
        except Failed as failed:
            self._take(failed.takes_s)
            raise testing.Failure(failed.error, failed.cause) from failed
        self._take(takes_s)
        return {"ExecutedVersion": "1", "Payload": payload, "StatusCode": 200}

    def _take(self, seconds: float) -> None:
        if seconds > self.limit_s:
            self.now_s += self.limit_s
            raise testing.Failure("States.Timeout", "")
        self.now_s += seconds

    def _event(self, name: str) -> Plain:
        until_s = self.now_s + self.limit_s
        mine = next((one for one in self._mail if one.name == name and one.at_s <= until_s), None)
        if mine:
            self._mail.remove(mine)
            self.now_s = max(self.now_s, mine.at_s)
            return {"v": mine.payload}
        if until_s == NEVER:
            raise Stuck
        self.now_s = until_s
        raise testing.Failure("States.Timeout", "")

    def back_off(self, state: Plain) -> None:
        """Wait before the next attempt, where this is one."""
        counts, seen = self.retries[-1]
        for retrier, count, before in zip(state.get("Retry", []), counts, seen or counts, strict=True):
            if count > before:
                self.now_s += delay_s(retrier, count)
        seen[:] = counts


def delay_s(retrier: Plain, retry: int) -> float:
    """Seconds before a retry, counted from 1: https://states-language.net/spec.html#errors."""
    wait_s: float = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** (retry - 1)
    most_s: float = retrier.get("MaxDelaySeconds", NEVER)
    return min(wait_s, most_s)


_checked: set[tuple[str, frozenset[str]]] = set()
"""Expressions that parse, with what they may read: one is found in many states."""


_check = testing.check_expressions


def _check_once(where: str, template: Any, allowed: frozenset[str]) -> None:
    if not isinstance(template, str):
        _check(where, template, allowed)
    elif (template, allowed) not in _checked:
        _check(where, template, allowed)
        if len(_checked) > MANY:
            _checked.clear()
        _checked.add((template, allowed))


def _reaching(states: Mapping[str, Plain], name: str) -> set[str]:
    """As sfnx's: the state named, and every one from which it can be reached; in one pass, not one for each state."""
    before = defaultdict[Any, list[str]](list)
    for source, state in states.items():
        for target, _ in testing.transitions(state):
            before[target].append(source)
    found, waiting = {name}, [name]
    while waiting:
        new = [source for source in before[waiting.pop()] if source not in found]
        found.update(new)
        waiting += new
    return found


@cache
def _parser() -> Any:
    """Parse an expression once: sfnx does it whenever it evaluates one."""
    parser: Any = import_module("jsonata.parser").Parser()
    parser.parse = lru_cache(maxsize=MANY)(parser.parse)
    return parser


@contextmanager
def _timed(clock: _Clock) -> Generator[None]:
    """Give sfnx our clock while the block runs."""
    scope, attempt, retried = testing.scope, testing.attempt, testing.retried

    def timed_scope(*given: Any) -> Any:
        return clock.groups[-1].branch(lambda: scope(*given)) if clock.groups else scope(*given)

    def timed_retried(*given: Any) -> Any:
        clock.retries.append((given[-1], []))
        try:
            return retried(*given)
        finally:
            clock.retries.pop()

    def timed_attempt(state: Plain, name: str, variables: Plain, frame: Plain, *rest: Any) -> Any:
        clock.back_off(state)
        clock.limit_s = _number(state, "TimeoutSeconds", variables, frame) or NEVER
        if state["Type"] == "Task":
            return attempt(state, name, variables, frame, *rest)
        group = _Group(clock, int(_number(state, "MaxConcurrency", variables, frame)))
        clock.groups.append(group)
        try:
            return attempt(state, name, variables, frame, *rest)
        finally:
            clock.groups.pop()
            clock.now_s = group.latest_s
            if group.latest_s == NEVER:
                raise Stuck

    ours = {"attempt": timed_attempt, "check_expressions": _check_once, "reaching": _reaching}
    _JSONATA.PARSER.parser = _parser()
    with _replaced(**ours, retried=timed_retried, scope=timed_scope):
        yield


@contextmanager
def _replaced(**ours: Any) -> Generator[None]:
    theirs = {name: testing.__dict__[name] for name in ours}
    testing.__dict__.update(ours)
    try:
        yield
    finally:
        testing.__dict__.update(theirs)


def _number(state: Plain, field: str, variables: Plain, frame: Plain) -> float:
    found: Any = testing.value(state.get(field, 0), variables, frame)
    return float(found)
