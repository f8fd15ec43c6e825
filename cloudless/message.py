"""What handlers receive, and what travels: Message, Context, DeadLetter and the Envelope below them.

An Envelope is the one form in which a message exists between the portable types, the drivers and
the runtime. It is never changed once made: a retry is another Envelope (`again`).
"""

from __future__ import annotations

from datetime import UTC
from types import GenericAlias, UnionType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from logging import Logger, LoggerAdapter
    from typing import Any, Generic, TypeVar

    T = TypeVar("T", covariant=True)

    class _Generic(Generic[T]):
        pass
else:
    T = object  # typing, and with it TypeVar, is not imported in a function: docs/decisions on cold start

    class _Generic:
        __slots__ = ()
        __class_getitem__ = classmethod(GenericAlias)


NO_ATTRIBUTES: Mapping[str, str] = {}


class Failure:
    """Why a delivery failed: the exception's type name, its text (cut at 2 KiB), and the attempt."""

    __slots__ = ("attempt", "text", "type")

    def __init__(self, type: str, text: str, attempt: int) -> None:
        self.type = type
        self.text = text
        self.attempt = attempt

    def __repr__(self) -> str:
        return f"Failure({self.type}: {self.text!r}, attempt={self.attempt})"


class Envelope:
    """One message as it travels.

    id: 32 hexadecimal digits (a message of a foreign program keeps the cloud's id).
    body: JSON text. attributes: the user's. group: of an ordered queue, else "".
    attempt: number of this delivery, from 1. sent_s: seconds since the epoch, of the first send.
    trace: the 32 hexadecimal digits of the W3C trace; correlation: an id that the whole chain shares.
    error: set on a dead letter. delay_s: seconds before it may be delivered.
    deduplication: an ordered queue handles one message per such id within a day, "" for none.
    """

    __slots__ = (
        "attempt", "attributes", "body", "correlation", "deduplication", "delay_s", "error", "group", "id",
        "sent_s", "trace",
    )  # fmt: skip

    def __init__(  # noqa: PLR0917  (made once or twice a message; keywords cost a third more)
        self,
        id: str,
        body: str,
        attributes: Mapping[str, str] = NO_ATTRIBUTES,
        delay_s: float = 0,
        group: str = "",
        sent_s: float = 0,
        trace: str = "",
        correlation: str = "",
        attempt: int = 1,
        error: Failure | None = None,
        deduplication: str = "",
    ) -> None:
        self.id = id
        self.body = body
        self.attributes = attributes
        self.delay_s = delay_s
        self.group = group
        self.sent_s = sent_s
        self.trace = trace
        self.correlation = correlation
        self.attempt = attempt
        self.error = error
        self.deduplication = deduplication

    def again(self, attempt: int, *, delay_s: float = 0, error: Failure | None = None) -> Envelope:
        """The same message as another delivery, or (with `error`) as a dead letter; a dead letter keeps its error."""
        return Envelope(
            self.id, self.body, self.attributes, delay_s, self.group, self.sent_s, self.trace, self.correlation,
            attempt, error or self.error, self.deduplication,
        )  # fmt: skip

    def anew(self) -> Envelope:
        """A dead letter as what it was before: a first attempt, without an error."""
        return Envelope(
            self.id, self.body, self.attributes, 0, self.group, self.sent_s, self.trace, self.correlation,
            1, None, self.deduplication,
        )  # fmt: skip

    def __repr__(self) -> str:
        return f"Envelope({self.id[:8]}, attempt={self.attempt}, {self.body[:60]})"


class StepEnvelope(Envelope):
    """A step of an execution as its function sees it: a message whose id is the idempotency key.

    execution: id of the execution.
    """

    __slots__ = ("execution",)

    execution: str


class Message(_Generic[T]):
    """A delivered message.

    body: validated, of the declared type. id: the same for every delivery of one send.
    attempt: from 1. sent_at: aware UTC. group: "" unless the queue is ordered.
    error: on a dead letter, why its last delivery failed.
    """

    __slots__ = ("_envelope", "body")

    body: T

    def __init__(self, body: T, envelope: Envelope) -> None:
        self.body = body
        self._envelope = envelope

    @property
    def id(self) -> str:
        return self._envelope.id

    @property
    def attributes(self) -> dict[str, str]:
        return dict(self._envelope.attributes)

    @property
    def attempt(self) -> int:
        return self._envelope.attempt

    @property
    def group(self) -> str:
        return self._envelope.group

    @property
    def correlation_id(self) -> str:
        return self._envelope.correlation

    @property
    def error(self) -> Failure | None:
        return self._envelope.error

    @property
    def sent_at(self) -> datetime:
        return utc(self._envelope.sent_s)

    def __repr__(self) -> str:
        return f"Message({self.body!r}, id={self.id!r}, attempt={self.attempt})"


class DeadLetter:
    """A message that was given up, as plain data.

    body: the JSON value; the raw text where it is not JSON. error: type, text and attempt of the last failure.
    """

    __slots__ = ("attributes", "body", "error", "group", "id", "sent_at")

    def __init__(self, body: Any, envelope: Envelope) -> None:
        self.body = body
        self.id = envelope.id
        self.attributes = dict(envelope.attributes)
        self.group = envelope.group
        self.error = envelope.error or Failure("Unknown", "moved by the cloud's own redrive", 0)
        self.sent_at = utc(envelope.sent_s)

    def __repr__(self) -> str:
        return f"DeadLetter({self.body!r}, {self.error.type}: {self.error.text!r}, attempt={self.error.attempt})"


class Context:
    """The invocation that a handler runs in; ask for it with a parameter annotated `Context`.

    request_id: unique per invocation. attempt: of the delivery, from 1 (1 for a direct call).
    key: the same for every attempt at the same work, for what must be done once: of a step, which execution, statement
        and round of its loops it is; of a message, its id.
    execution: of a step, the id of the execution, e.g. for a link to its event; "" elsewhere.
    correlation_id, traceparent: of the chain that led here (traceparent in W3C form).
    """

    __slots__ = ("_deadline_s", "_envelope", "_now_s", "handler", "request_id")

    def __init__(
        self, handler: str, request_id: str, envelope: Envelope, deadline_s: float, now_s: Callable[[], float]
    ) -> None:
        self.handler = handler
        self.request_id = request_id
        self._envelope = envelope
        self._deadline_s = deadline_s
        self._now_s = now_s

    @property
    def attempt(self) -> int:
        return self._envelope.attempt

    @property
    def key(self) -> str:
        return self._envelope.id

    @property
    def execution(self) -> str:
        return self._envelope.execution if isinstance(self._envelope, StepEnvelope) else ""

    @property
    def correlation_id(self) -> str:
        return self._envelope.correlation

    @property
    def traceparent(self) -> str:
        return traceparent(self._envelope)

    @property
    def now(self) -> datetime:
        """The time by the cloud's clock, aware, in UTC; virtual in a simulation."""
        return utc(self._now_s())

    @property
    def remaining_s(self) -> float:
        """Seconds until the handler's time-out, 0 when it has passed."""
        return max(0.0, self._deadline_s - self._now_s())

    @property
    def logger(self) -> LoggerAdapter[Logger]:
        """A logger whose records carry handler, request id, correlation id and traceparent."""
        import logging

        facts: dict[str, Any] = {
            "handler": self.handler, "request_id": self.request_id,
            "correlation_id": self.correlation_id, "traceparent": self.traceparent,
        }  # fmt: skip
        return logging.LoggerAdapter(logging.getLogger(f"cloudless.{self.handler}"), facts)


def is_context(hint: object) -> bool:
    """Whether an annotation asks for the Context: `Context`, or `Context | None` where callers may leave it out."""
    return hint is Context or (isinstance(hint, UnionType) and Context in hint.__args__)


def traceparent(envelope: Envelope) -> str:
    """The W3C traceparent of a message: its trace, and its own id as the parent span.

    https://www.w3.org/TR/trace-context/#traceparent-header
    """
    return f"00-{trace_of(envelope)}-{_digits(envelope.id, 16)}-01"


def trace_of(envelope: Envelope) -> str:
    """The trace of a message; one that begins with it, where it came without."""
    return envelope.trace or _digits(envelope.id, 32)


def _digits(id: str, count: int) -> str:
    """So many hexadecimal digits of an id: those of ours, or of a foreign one's UTF-8."""
    first = id[:count]
    if len(first) == count and not first.strip("0123456789abcdef"):
        return first
    return id.encode("utf-8", "replace").hex()[:count].rjust(count, "0")


def utc(seconds: float) -> datetime:
    """An aware UTC datetime of seconds since the epoch, exact to the microsecond."""
    from datetime import datetime, timedelta

    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch + timedelta(microseconds=round(seconds * 1_000_000))


def member(value: Any, name: str) -> Any:
    """A field of a body, be it a dict or an object; None where it has none."""
    return value.get(name) if isinstance(value, dict) else getattr(value, name, None)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
