"""What happened in a simulated world: recorded as tuples, read as plain data.

At most `keep` events are kept. A list that would be incomplete is refused (HistoryOverflow): a test that
counts must not pass because the simulator forgot.
"""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, Any

from cloudless.codec import load
from cloudless.errors import HistoryOverflow, InvalidBody
from cloudless.message import utc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from cloudless.message import Envelope, Failure

KEEP = 100_000


class Event:
    """One thing that happened.

    kind: "send", "publish", "fire", "deliver", "invoke", "request", "dead"; "start" or "end" of an execution, "step" of
    one, "event" sent to one. resource: queue, topic, subscription, schedule, function, orchestration or event; of a
    request, method and route, e.g. "GET /orders/{id}". target: of a request, the path as it was sent, with "?…" where
    it had a query: tokens of links travel there.
    handler: who did it, or ran (deliver, request); "" for the test itself. message: id. cause: id of the message that
    the handler was handling, "" for none. outcome, on a delivery: "done", "skipped", "again", "dead", "crash",
    "time-out"; on a step: "done", "failed", "crash", "time-out"; on a request, its status; on an end, that of the
    execution. called: whether the handler's code ran; why: it did not, where there was nothing to do, e.g. "handled
    already, once_by='id'". error: of a failed delivery, request, step or execution, or of a dead letter.
    body: the JSON value; the text where it is none.
    """

    __slots__ = (
        "_envelope", "at_us", "called", "cause", "error", "handler", "kind", "outcome", "resource", "target", "why",
    )  # fmt: skip

    def __init__(
        self,
        kind: str,
        at_us: int,
        resource: str,
        handler: str,
        envelope: Envelope,
        *,
        cause: str = "",
        outcome: str = "",
        error: Failure | None = None,
        called: bool = True,
        why: str = "",
    ) -> None:
        self.kind = kind
        self.at_us = at_us
        self.resource = resource
        self.handler = handler
        self._envelope = envelope
        self.cause = cause
        self.outcome = outcome
        self.error = error
        self.called = called
        self.why = why
        self.target = ""

    @property
    def at(self) -> datetime:
        return utc(self.at_us / 1_000_000)

    @property
    def message(self) -> str:
        return self._envelope.id

    @property
    def attempt(self) -> int:
        return self._envelope.attempt

    @property
    def attributes(self) -> dict[str, str]:
        return dict(self._envelope.attributes)

    @property
    def correlation(self) -> str:
        return self._envelope.correlation

    @property
    def group(self) -> str:
        return self._envelope.group

    @property
    def text(self) -> str:
        """The body as it travels: JSON text, or what is none."""
        return self._envelope.body

    @property
    def body(self) -> Any:
        try:
            return load(self._envelope.body)
        except InvalidBody:
            return self._envelope.body

    def __repr__(self) -> str:
        failed = f" {self.error.type}: {self.error.text}" if self.error else ""
        when = f"{self.at:%H:%M:%S} {self.kind} {self.resource} {self.outcome}"
        return f"<{when} attempt {self.attempt}{failed} {self.body!r}>"


class Exchange:
    """What became of a request or a step. status: of a request, 0 until it is answered; of a step, as of a delivery.

    called: whether its handler was. target: what a request asked for.
    """

    __slots__ = ("called", "failure", "status", "target")

    def __init__(self, status: int | str = 0, target: str = "") -> None:
        self.status = status
        self.target = target
        self.called = True
        self.failure: Failure | None = None


class History:
    """The events of one world, oldest first."""

    def __init__(self, keep: int = KEEP) -> None:
        self._events: deque[Any] = deque(maxlen=keep)
        self._keep = keep
        self.handlers: dict[str, str] = {}
        """channel → handler, for deliveries, which record their channel only."""
        self.delivered = self._events.append
        """The hot path: append (at_us, channel, envelope, outcome or Abandoned)."""

    def __len__(self) -> int:
        """How many events there are; as many as are kept, where there were more."""
        return len(self._events)

    def note(self, kind: str, at_us: int, resource: str, envelope: Envelope, *, by: str | None, cause: str) -> None:
        """Record a send, publish, fire, invoke or dead letter. by: the handler, None for the test itself."""
        self._events.append((at_us, resource, envelope, None, kind, by or "", cause))

    def request(self, at_us: int, resource: str, handler: str, envelope: Envelope, exchange: Exchange) -> None:
        """Record a request whose answer is to come."""
        self._events.append((at_us, resource, envelope, exchange, "request", handler, ""))

    def step(self, at_us: int, function: str, envelope: Envelope, exchange: Exchange, by: tuple[str, str]) -> None:
        """Record a step whose reply is to come. by: the orchestration, and the id of the call that started it."""
        self._events.append((at_us, function, envelope, exchange, "step", *by))

    def end(self, at_us: int, orchestration: str, start: Envelope, exchange: Exchange) -> None:
        """Record the end of an execution. start: the call that started it."""
        self._events.append((at_us, orchestration, start, exchange, "end", orchestration, start.id))

    def events(self) -> list[Event]:
        """All events; HistoryOverflow where some are no longer kept."""
        if len(self._events) == self._keep:
            raise HistoryOverflow(
                f"more than {self._keep:,} events happened, and only the last are kept: "
                "use simulate(app, history=…) with a larger number, or assert on smaller steps"
            )
        return list(self._read())

    def forget(self) -> list[Event]:
        """All events, which are no longer kept then: for whoever tells them as they happen, for months."""
        events = list(self._read())
        self._events.clear()
        return events

    def loop(self, patience: int) -> str:
        """Why a world is not quiet: who is called again and again, with the last error."""
        recent = list(self._read())[-2_000:]
        calls = Counter((event.handler, event.resource) for event in recent if event.kind == "deliver")
        lines = [f"the world did not go quiet within {patience:,} deliveries. The last {len(recent):,} events:"]
        for (handler, resource), count in calls.most_common(3):
            lines.append(f"  {count:>5} × {handler} got a message of {resource}{_last_error(recent, resource)}")
        sends = Counter((event.handler, event.resource) for event in recent if event.kind in ("send", "publish"))
        lines += [
            f"  {count:>5} × {handler or 'the test'} sent to {resource}"
            for (handler, resource), count in sends.most_common(3)
        ]
        return "\n".join(lines) + "\nA handler probably feeds itself, or a consumer of dead letters fails for ever."

    def _read(self) -> Iterator[Event]:
        for record in self._events:
            if len(record) == 4:
                yield self._delivery(*record)
            else:
                at_us, resource, envelope, exchange, kind, handler, cause = record
                yield _event(Event(kind, at_us, resource, handler, envelope, cause=cause), envelope, exchange)

    def _delivery(self, at_us: int, channel: str, envelope: Envelope, outcome: Any) -> Event:
        text = _OUTCOMES[type(outcome).__name__]
        return Event(
            "deliver",
            at_us,
            channel,
            self.handlers.get(channel, ""),
            envelope,
            outcome=text,
            error=getattr(outcome, "failure", None),
            called=getattr(outcome, "called", True),
            why=getattr(outcome, "why", ""),
        )


_OUTCOMES = {
    "NoneType": "done",
    "Skipped": "skipped",
    "Again": "again",
    "Dead": "dead",
    "Crash": "crash",
    "TimedOut": "time-out",
}


def _event(event: Event, envelope: Envelope, exchange: Exchange | None) -> Event:
    """An event with what became of it."""
    event.error = exchange.failure if exchange else envelope.error
    if exchange:
        event.outcome, event.called, event.target = str(exchange.status), exchange.called, exchange.target
    return event


def _last_error(recent: list[Event], resource: str) -> str:
    for event in reversed(recent):
        if event.resource == resource and event.error is not None:
            return f", last error {event.error.type}: {event.error.text}"
    return ""
