"""Feed: what happens in the world, told as it happens, and then forgotten: a server may run for months."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from inspect import iscoroutinefunction
from time import perf_counter
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

from cloudless.driver.current import here
from cloudless.errors import CloudlessError
from cloudless.runtime.crash import Crash
from cloudless.runtime.outcome import Again

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from cloudless.memory.channel import Channel
    from cloudless.memory.history import Event
    from cloudless.message import Envelope, Failure
    from cloudless.runtime.outcome import Outcome
    from cloudless.testing import Simulation

    Key = tuple[str, str, int]
    """Of a call: handler, message, attempt."""

LINES_MOST = 200
"""Lines that are kept of one call: one that prints without end must not fill the memory."""


@dataclass(frozen=True)
class Line:
    """What a handler wrote while it ran. level: as `logging` names it, "print" for its standard output."""

    level: str
    text: str


@dataclass(frozen=True)
class Happened:
    """An event of the world. again_s: virtual seconds until a failed delivery comes again, None where it does not.

    place: "app.py:7", the line of the project that raised, "" for none. is_effect: whether the delivery or request
    that was told last did it. took_s: of real time, of the handler's code; 0 where it did not run. lines: its own.
    """

    event: Event
    again_s: float | None = None
    place: str = ""
    is_effect: bool = False
    took_s: float = 0
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Answered:
    """A request that was answered. at: virtual time. path: as it came. took_s: of real time.

    failure: why, where the status is 4xx or 5xx. place: as of Happened. id, handler, body: of the request and of the
    endpoint that it reached; "" where it reached none. lines: as of Happened.
    """

    at: datetime
    method: str
    path: str
    status: int
    took_s: float
    failure: Failure | None = None
    place: str = ""
    id: str = ""
    handler: str = ""
    body: str = ""
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Wrong:
    """Something that no handler may do, and that no retry mends, e.g. to send without permission."""

    error: CloudlessError


News = Happened | Answered | Wrong


class _Call:
    """A call of a handler's code that has ended, or goes on."""

    __slots__ = ("lines", "took_s")

    def __init__(self) -> None:
        self.took_s = 0.0
        self.lines: list[Line] = []


_NO_CALL = _Call()


class Feed:
    """tell: gets the news, one by one. root: of the project, for places.

    Handlers and channels are wrapped: the world's own history knows neither the line that raised nor the back-off.
    """

    def __init__(self, simulation: Simulation, tell: Callable[[News], None], root: Path) -> None:
        self._history = simulation.cloud.world.history
        self._tell = tell
        self._root = f"{root}{os.sep}"
        self._place = ""
        self._waits: dict[tuple[str, int], float] = {}
        self._calls: dict[Key, _Call] = {}
        self._running: list[_Call] = []
        self.held: list[tuple[str, Envelope]] = []
        """Messages that are being handled, with the names of their channels."""

        self._said = ""
        for handler in simulation.cloud.app.handlers.values():
            simulation.replace(handler, self._watched(handler.function))
        for channel in simulation.cloud.channels.values():
            self._watch(channel)

    @property
    def is_busy(self) -> bool:
        """Whether a handler's code runs now."""
        return bool(self._running)

    def flush(self) -> None:
        """Tell what happened since the last time: a delivery first, then what it did."""
        events = self._history.forget()
        if events:
            self._tell_events(events)

    def answered(self, answer: Answered) -> None:
        """Tell of a request, then what it did."""
        events = self._history.forget()
        self._said = answer.failure.text if answer.failure else ""
        self._tell(self._completed(answer, events))
        self._place = ""
        self._tell_events(events)

    def note(self, line: Line) -> None:
        """Keep a line with the call that runs now, if there is one."""
        if self._running and len(self._running[-1].lines) < LINES_MOST:
            self._running[-1].lines.append(line)

    @contextmanager
    def told(self) -> Generator[None]:
        """Tell what goes wrong in the block, and go on. A delivery that failed by it has told it already."""
        try:
            yield
        except CloudlessError as error:
            self.flush()
            if str(error) != self._said:
                self._tell(Wrong(error))

    def _forget(self) -> None:
        self._place = ""
        self._waits.clear()
        if not self._running:
            self._calls.clear()

    def _completed(self, answer: Answered, events: Sequence[Event]) -> Answered:
        """With what the world knows of the request, if it reached an endpoint."""
        found = [event for event in events if event.kind == "request" and event.message == answer.id]
        if not found:
            return replace(answer, place=self._place)
        call = self._calls.get((found[0].handler, answer.id, 1), _NO_CALL)
        lines, body = tuple(call.lines), found[0].text
        return replace(answer, place=self._place, handler=found[0].handler, body=body, lines=lines)

    def _tell_events(self, events: Sequence[Event]) -> None:
        for event in sorted(events, key=lambda one: one.kind != "deliver"):
            if event.kind != "request":
                self._tell_event(event)
        self._forget()

    def _tell_event(self, event: Event) -> None:
        call = self._calls.get((_runner(event), event.message, event.attempt), _NO_CALL)
        if event.kind != "deliver":
            is_run = event.kind in {"invoke", "step"}
            took_s, lines = (call.took_s, tuple(call.lines)) if is_run else (0, ())
            self._tell(Happened(event, is_effect=bool(event.handler), took_s=took_s, lines=lines))
            return
        again_s = self._waits.get((event.message, event.attempt))
        self._said = event.error.text if event.error else ""
        place = self._place if event.error else ""
        self._tell(Happened(event, again_s, place, took_s=call.took_s, lines=tuple(call.lines)))

    # --- what the history does not know

    def _watched(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function of a handler; the line that raised is noted, how long it took, and what it wrote."""

        def call(*args: Any, **options: Any) -> Any:
            with self._noting():
                return function(*args, **options)

        async def call_async(*args: Any, **options: Any) -> Any:
            with self._noting():
                return await function(*args, **options)

        return call_async if iscoroutinefunction(function) else call

    @contextmanager
    def _noting(self) -> Generator[None]:
        """A handler that ends its process is a crash of its instance, and must not be the end of the server."""
        call, began_s = self._begun(), perf_counter()
        self._running.append(call)
        try:
            yield
        except SystemExit as end:
            self._place = self._line(end)
            raise Crash from end
        except Exception as problem:
            self._place = self._line(problem)
            raise
        finally:
            self._running.pop()
            call.took_s = perf_counter() - began_s

    def _begun(self) -> _Call:
        _, handler, cause = here()
        call = _Call()
        if handler is not None and cause is not None:
            self._calls[handler, cause.id, cause.attempt] = call
        return call

    def _line(self, problem: BaseException) -> str:
        """The innermost line of the project's own."""
        for frame in reversed(extract_tb(problem.__traceback__)):
            if frame.filename.startswith(self._root) and "site-packages" not in frame.filename:
                return f"{frame.filename.removeprefix(self._root)}:{frame.lineno}"
        return ""

    def _watch(self, channel: Channel) -> None:
        """Note the back-off of each delivery from a channel."""
        deliver, deliver_all = channel.deliver, channel.deliver_all
        if deliver is not None:
            channel.deliver = lambda envelope: self._noted(channel, [envelope], lambda: [deliver(envelope)])[0]
        if deliver_all is not None:
            channel.deliver_all = lambda envelopes: self._noted(channel, envelopes, lambda: deliver_all(envelopes))

    def _noted(
        self, channel: Channel, envelopes: Sequence[Envelope], deliver: Callable[[], list[Outcome]]
    ) -> list[Outcome]:
        before = len(self.held)
        self.held.extend((channel.name, envelope) for envelope in envelopes)
        try:
            outcomes = deliver()
        finally:
            del self.held[before:]
        for envelope, outcome in zip(envelopes, outcomes, strict=True):
            if isinstance(outcome, Again):
                self._waits[envelope.id, envelope.attempt] = outcome.delay_s
        return outcomes


def _runner(event: Event) -> str:
    """The handler whose code an event is about."""
    return event.resource if event.kind in {"invoke", "step"} else event.handler
