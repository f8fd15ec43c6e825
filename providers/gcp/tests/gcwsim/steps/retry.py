"""Retry policies.

https://cloud.google.com/workflows/docs/reference/syntax/retrying
https://cloud.google.com/workflows/docs/reference/stdlib/http/default_retry
https://cloud.google.com/workflows/docs/reference/stdlib/retry/default_backoff
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from providers.gcp.tests.gcwsim.builder import Builder
from providers.gcp.tests.gcwsim.context import Frame
from providers.gcp.tests.gcwsim.errors import Unspecified
from providers.gcp.tests.gcwsim.evaluate import Constant, Evaluate
from providers.gcp.tests.gcwsim.library import FUNCTIONS, OBJECTS, Function
from providers.gcp.tests.gcwsim.pages import RETRYING
from providers.gcp.tests.gcwsim.routine import REQUIRED, Routine
from providers.gcp.tests.gcwsim.strand import Body
from providers.gcp.tests.gcwsim.value import type_of

PREDICATES = {
    "http.default_retry_predicate",
    "http.default_retry_predicate_non_idempotent",
    "retry.always",
    "retry.never",
}
POLICIES = {"http.default_retry", "http.default_retry_non_idempotent"}
BACKOFF = ("initial_delay", "max_delay", "multiplier")
Predicate = Callable[[Frame, Any], Body]


class Retry:
    """A policy. backoff: initial_delay, max_delay, multiplier, in this order. It is complete after `later`."""

    def __init__(self) -> None:
        self.predicate: Predicate = _library(FUNCTIONS["retry.never"])
        self.max_retries: Evaluate = Constant(0)
        self.backoff: list[Evaluate] = []

    def delay_s(self, frame: Frame, error: Any, retries: int) -> Body:
        """How long to wait before the next attempt, after so many retries; None for no more attempts."""
        if retries >= _number(self.max_retries(frame), "max_retries", is_whole=True):
            return None
        again = yield from self.predicate(frame, error)
        if not isinstance(again, bool):
            raise Unspecified(f"a predicate that gives {type_of(again)}", RETRYING)
        if not again:
            return None
        initial_s, max_s, multiplier = (
            _number(one(frame), name) for one, name in zip(self.backoff, BACKOFF, strict=True)
        )
        try:
            return min(initial_s * multiplier**retries, max_s)
        except OverflowError:
            return max_s


def _number(value: Any, what: str, *, is_whole: bool = False) -> float:
    if type(value) is int or (type(value) is float and not is_whole):
        if value < 0:
            raise Unspecified(f"{what} of {value}", RETRYING)
        return value
    raise Unspecified(f"{what} of type {type_of(value)}", RETRYING)


def build_retry(builder: Builder, node: Any, path: str) -> Retry:
    """`retry`: a policy of the standard library, or one of one's own."""
    retry = Retry()
    builder.later(lambda: _finish(builder, node, path, retry))
    return retry


def _finish(builder: Builder, node: Any, path: str, retry: Retry) -> None:
    if isinstance(node, str):
        name = builder.name_in(node, path)
        if name in POLICIES:
            _take(retry, OBJECTS[str(name)])
        else:
            builder.unspecified(path, f"{node!r} as a policy", RETRYING)
        return
    policy = builder.keys(node, path, {"predicate", "max_retries", "backoff"}, set(), RETRYING)
    for key in sorted({"predicate", "max_retries", "backoff"} - policy.keys()):
        builder.unspecified(path, f"a policy without {key!r}", RETRYING)
    retry.predicate = _predicate(builder, policy.get("predicate"), f"{path}/predicate")
    retry.max_retries = builder.value(policy.get("max_retries", 0), f"{path}/max_retries")
    retry.backoff = _backoff(builder, policy.get("backoff", {}), f"{path}/backoff")


def _take(retry: Retry, policy: dict[str, Any]) -> None:
    retry.predicate = _library(policy["predicate"])
    retry.max_retries = Constant(policy["max_retries"])
    retry.backoff = [Constant(policy["backoff"][name]) for name in BACKOFF]


def _backoff(builder: Builder, node: Any, path: str) -> list[Evaluate]:
    if builder.name_in(node, path) == "retry.default_backoff":
        return [Constant(OBJECTS["retry.default_backoff"][name]) for name in BACKOFF]
    backoff = builder.keys(node, path, set(BACKOFF), set(), RETRYING)
    for name in [name for name in BACKOFF if name not in backoff]:
        builder.unspecified(path, f"a back-off without {name!r}", RETRYING)
    return [builder.value(backoff.get(name, 0), f"{path}/{name}") for name in BACKOFF]


def _predicate(builder: Builder, node: Any, path: str) -> Predicate:
    name = builder.name_in(node, path)
    if name in PREDICATES:
        return _library(FUNCTIONS[str(name)])
    if name in builder.routines:
        routine = builder.routines[str(name)]
        if [default for default in routine.parameters.values() if default is REQUIRED] != [REQUIRED]:
            builder.unspecified(path, f"a predicate {name!r} that does not take one argument", RETRYING)
        return _routine(routine)
    builder.invalid(path, f"{node!r} is no predicate: a subworkflow's name in ${{}}", RETRYING)
    return _library(FUNCTIONS["retry.never"])


def _library(function: Function) -> Predicate:
    def predicate(frame: Frame, error: Any) -> Body:
        return function.apply(error)
        yield

    return predicate


def _routine(routine: Routine) -> Predicate:
    def predicate(frame: Frame, error: Any) -> Body:
        return (yield from routine.invoke(frame.run, routine.values([error]), frame))

    return predicate
