"""Feed: what happens in the world, told as it happens, and then forgotten: a server may run for months."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from inspect import iscoroutinefunction
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

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


@dataclass(frozen=True)
class Happened:
    """An event of the world. again_s: virtual seconds until a failed delivery comes again, None where it does not.

    place: "app.py:7", the line of the project that raised, "" for none. is_effect: whether the delivery or request
    that was told last did it.
    """

    event: Event
    again_s: float | None = None
    place: str = ""
    is_effect: bool = False


@dataclass(frozen=True)
class Answered:
    """A request that was answered. at: virtual time. path: as it came. took_s: of real time.

    failure: why, where the status is 4xx or 5xx. place: as of Happened.
    """

    at: datetime
    method: str
    path: str
    status: int
    took_s: float
    failure: Failure | None = None
    place: str = ""


@dataclass(frozen=True)
class Wrong:
    """Something that no handler may do, and that no retry mends, e.g. to send without permission."""

    error: CloudlessError


News = Happened | Answered | Wrong


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
        self._said = ""
        for handler in simulation.cloud.app.handlers.values():
            simulation.replace(handler, self._watched(handler.function))
        for channel in simulation.cloud.channels.values():
            self._watch(channel)

    def flush(self) -> None:
        """Tell what happened since the last time: a delivery first, then what it did."""
        events = self._taken()
        if not events:
            return
        for event in sorted(events, key=lambda one: one.kind != "deliver"):
            self._tell_event(event)
        self._place = ""
        self._waits.clear()

    def answered(self, answer: Answered) -> None:
        """Tell of a request, then what it did."""
        self._said = answer.failure.text if answer.failure else ""
        self._tell(replace(answer, place=self._place))
        self._place = ""
        self.flush()

    @contextmanager
    def told(self) -> Generator[None]:
        """Tell what goes wrong in the block, and go on. A delivery that failed by it has told it already."""
        try:
            yield
        except CloudlessError as error:
            self.flush()
            if str(error) != self._said:
                self._tell(Wrong(error))

    def _taken(self) -> list[Event]:
        """The events since the last time. The history has no way to forget, so its store is emptied here."""
        events = self._history.events()
        self._history._events.clear()  # noqa: SLF001
        return [event for event in events if event.kind != "request"]

    def _tell_event(self, event: Event) -> None:
        if event.kind != "deliver":
            self._tell(Happened(event, is_effect=bool(event.handler)))
            return
        again_s = self._waits.get((event.message, event.attempt))
        self._said = event.error.text if event.error else ""
        self._tell(Happened(event, again_s, self._place if event.error else ""))

    # --- what the history does not know

    def _watched(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function of a handler; the line that raised is noted."""

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
        try:
            yield
        except SystemExit as end:
            self._place = self._line(end)
            raise Crash from end
        except Exception as problem:
            self._place = self._line(problem)
            raise

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
            channel.deliver = lambda envelope: self._noted([envelope], [deliver(envelope)])[0]
        if deliver_all is not None:
            channel.deliver_all = lambda envelopes: self._noted(envelopes, deliver_all(envelopes))

    def _noted(self, envelopes: Sequence[Envelope], outcomes: list[Outcome]) -> list[Outcome]:
        for envelope, outcome in zip(envelopes, outcomes, strict=True):
            if isinstance(outcome, Again):
                self._waits[envelope.id, envelope.attempt] = outcome.delay_s
        return outcomes
