"""What an execution recorded, and how it reads as history.

(at_us, CALLED, handle, target, step, attempt)    (at_us, TIMED, handle, kind, seconds, statement)
(at_us, ENDED, handle, reply)                     (at_us, FIRED, handle)
(at_us, DELIVERED, 0, event, payload, id)
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from cloudless.driver.orchestration import Entry
from cloudless.engine.effect import Step
from cloudless.engine.host import EVENT, RETRY, SLEEP
from cloudless.engine.retry import Policy
from cloudless.memory.world import US

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Record = tuple[Any, ...]

CALLED = "called"
TIMED = "timed"
ENDED = "ended"
FIRED = "fired"
DELIVERED = "delivered"

_WAITS = {SLEEP: "sleeping", EVENT: "waiting", RETRY: "waiting to retry"}


def history(journal: Sequence[Record]) -> Iterator[Entry]:
    """The entries of a journal, in order of time. Their values are copies: an execution goes on with its own."""
    asked = {record[2]: record for record in journal if record[1] in (CALLED, TIMED)}
    for record in journal:
        at_s = record[0] / US
        if record[1] == CALLED:
            yield Entry(
                at_s, "called", record[3], step=record[4].key, attempt=record[5], value=deepcopy(record[4].payload)
            )
        elif record[1] == ENDED:
            yield _ended(at_s, asked[record[2]], record[3])
        elif record[1] == DELIVERED:
            yield Entry(at_s, "received", record[3], step=record[5], value=deepcopy(record[4]))
        else:
            yield from _timer(at_s, asked[record[2]], record[1])


def written(record: Record) -> list[Any]:
    """A record as JSON."""
    return [_step(part) if isinstance(part, Step) else part for part in record]


def read(plain: list[Any]) -> Record:
    """The record that `written` wrote."""
    return (*plain[:4], _step_from(plain[4]), plain[5]) if plain[1] == CALLED else tuple(plain)


def _step(step: Step) -> dict[str, Any]:
    policy = step.policy
    plain = [policy.attempts, policy.delay_s, policy.factor, policy.max_delay_s, sorted(policy.names)]
    return {name: getattr(step, name) for name in Step.__slots__} | {"policy": plain}


def _step_from(plain: dict[str, Any]) -> Step:
    attempts, delay_s, factor, max_delay_s, names = plain["policy"]
    given: dict[str, Any] = {**plain, "policy": Policy(attempts, delay_s, factor, max_delay_s, frozenset(names))}
    return Step(**given)


def _ended(at_s: float, call: Record, reply: dict[str, Any]) -> Entry:
    if "err" in reply:
        return Entry(at_s, "raised", call[3], step=call[4].key, attempt=call[5], error=deepcopy(reply["err"]))
    return Entry(at_s, "returned", call[3], step=call[4].key, attempt=call[5], value=deepcopy(reply["v"]))


def _timer(at_s: float, timer: Record, kind: str) -> Iterator[Entry]:
    """Waits; the time-outs of attempts only where they happen."""
    if timer[3] in _WAITS:
        yield Entry(at_s, _WAITS[timer[3]] if kind == TIMED else "waited", timer[3], step=timer[5], value=timer[4])
    elif kind == FIRED:
        yield Entry(at_s, "timed out", timer[3], step=timer[5], value=timer[4])
