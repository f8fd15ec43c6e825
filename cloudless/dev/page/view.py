"""View: what the page asks for when somebody looks closer: dead letters, executions, a journey."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from cloudless.codec import dump
from cloudless.dev.page.entry import BODY_MOST, Problem
from cloudless.dev.page.plain import plain
from cloudless.errors import NotFound
from cloudless.ir import DEAD_LETTERS
from cloudless.memory.journal import history
from cloudless.memory.world import US
from cloudless.node import node

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cloudless.driver.orchestration import Entry as Line
    from cloudless.memory.cloud import MemoryCloud
    from cloudless.memory.execution import MemoryExecution
    from cloudless.message import Envelope

LETTERS_MOST = 200
EXECUTIONS_MOST = 100
LINES_MOST = 500
"""Of each, the newest are shown."""


@node(kw_only=True)
class Letter:
    """A dead letter. sent_ms: virtual, of its first send."""

    message: str
    sent_ms: int
    body: str
    size: int = 0
    group: str = ""
    attempt: int = 0
    error: Problem | None = None


@node(kw_only=True)
class Run:
    """An execution. awaits: names of the events that it waits for. message: the call that began it."""

    id: str
    status: str
    started_ms: int
    message: str
    ended_ms: int | None = None
    awaits: tuple[str, ...] = ()
    body: str = ""
    output: str = ""
    error: Problem | None = None


@node(kw_only=True)
class Step:
    """One line of the history of an execution. kind, name, step: as of `driver.orchestration.Entry`."""

    at_ms: int
    kind: str
    name: str = ""
    step: str = ""
    attempt: int = 1
    value: str = ""
    error: Problem | None = None


class View:
    """clean: takes out of a text what nobody may see."""

    def __init__(self, cloud: MemoryCloud, clean: Callable[[str], str]) -> None:
        self._cloud = cloud
        self._clean = clean

    def letters(self, queue: str) -> list[Any]:
        """The dead letters of a queue, oldest first."""
        known = [one.name for one in self._cloud.application.queues if one.role == DEAD_LETTERS]
        if queue not in known:
            raise NotFound(f"there is no dead-letter queue {queue!r}; there are {', '.join(known) or 'none'}")
        return [plain(self._letter(one)) for one in self._cloud.channels[queue].visible()[:LETTERS_MOST]]

    def runs(self, orchestration: str) -> list[Any]:
        """Executions, the latest started first."""
        found = reversed(list(self._executions(orchestration).values()))
        return [plain(self._run(one)) for one in islice(found, EXECUTIONS_MOST)]

    def steps(self, orchestration: str, id: str) -> dict[str, Any]:
        """One execution with its history."""
        one = self._executions(orchestration).get(id)
        if one is None:
            raise NotFound(f"orchestration {orchestration!r} has no execution {id!r}")
        steps = [plain(self._step(line)) for line in history(one.journal)]
        return {"run": plain(self._run(one)), "steps": steps[-LINES_MOST:]}

    def _executions(self, orchestration: str) -> Mapping[str, MemoryExecution]:
        found: Mapping[str, MemoryExecution] = self._cloud.orchestrations.native(orchestration)
        return found

    def _letter(self, one: Envelope) -> Letter:
        error = one.error
        return Letter(
            message=one.id,
            sent_ms=int(one.sent_s * 1_000),
            body=self._clean(one.body)[:BODY_MOST],
            size=len(one.body) if len(one.body) > BODY_MOST else 0,
            group=self._clean(one.group),
            attempt=error.attempt if error else 0,
            error=Problem(error.type, self._clean(error.text)) if error else None,
        )

    def _run(self, one: MemoryExecution) -> Run:
        return Run(
            id=one.id,
            status=one.status,
            started_ms=one.started_us * 1_000 // US,
            ended_ms=None if one.ended_us is None else one.ended_us * 1_000 // US,
            message=one.cause.id,
            awaits=tuple(one.awaited()) if one.ended_us is None else (),
            body=self._clean(one.cause.body)[:BODY_MOST],
            output=self._clean(one.output or "")[:BODY_MOST],
            error=self._problem(one.error),
        )

    def _step(self, line: Line) -> Step:
        return Step(
            at_ms=int(line.at_s * 1_000),
            kind=line.kind,
            name=line.name,
            step=line.step,
            attempt=line.attempt,
            value="" if line.value is None else self._clean(dump(line.value))[:BODY_MOST],
            error=self._problem(line.error),
        )

    def _problem(self, error: Mapping[str, Any] | None) -> Problem | None:
        return Problem(error["type"], self._clean(error["message"])) if error else None
