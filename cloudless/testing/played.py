"""Played: what came of a recording, as `cloudless run` tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudless.ir import DEAD_LETTERS
from cloudless.testing.tree import lines, summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from cloudless.memory.history import Event
    from cloudless.testing.http import Answer
    from cloudless.testing.simulation import Simulation


class Played:
    """What came of a recording that `cloud.play` played.

    answers: to its requests, in order. now: the virtual time at its end. dead_letters: how many waited then, by queue.
    `str(played)` is the tree that `cloudless run` prints, with its summary.
    """

    def __init__(self, cloud: Simulation, began: int, answers: Sequence[Answer]) -> None:
        self._cloud = cloud
        self._began, self._ended = began, len(cloud.cloud.world.history)
        self.answers = tuple(answers)
        self.now: datetime = cloud.now
        self.dead_letters: Mapping[str, int] = waiting(cloud)

    @property
    def trace(self) -> list[Event]:
        """Everything that happened while it was played, in order."""
        return self._cloud.trace[self._began : self._ended]

    def data(self) -> dict[str, Any]:
        """As JSON values, what `cloudless run --json` prints: `now`, `trace`, `dead_letters`."""
        return data(self.trace, self.dead_letters, self.now)

    def __str__(self) -> str:
        trace = self.trace
        told = list(map(str, lines(trace)))
        return "\n".join([*told, "", str(summary(trace, self.dead_letters, self.now))] if told else [])


def waiting(cloud: Simulation) -> dict[str, int]:
    """How many dead letters wait in each queue that has some."""
    queues = [queue.name for queue in cloud.cloud.application.queues if queue.role == DEAD_LETTERS]
    found = {name: len(cloud.cloud.channels[name].visible()) for name in queues}
    return {name: number for name, number in found.items() if number}


def data(trace: Iterable[Event], dead_letters: Mapping[str, int], now: datetime) -> dict[str, Any]:
    """What happened, as JSON values."""
    return {"now": now.isoformat(), "trace": list(map(_event, trace)), "dead_letters": dict(dead_letters)}


def _event(event: Event) -> dict[str, Any]:
    return {
        "at": event.at.isoformat(),
        "kind": event.kind,
        "resource": event.resource,
        "target": event.target,
        "handler": event.handler,
        "message": event.message,
        "cause": event.cause,
        "attempt": event.attempt,
        "outcome": event.outcome,
        "error": {"type": event.error.type, "text": event.error.text} if event.error else None,
        "attributes": event.attributes,
        "body": event.body,
    }
