"""What every send, publish and call shares: the envelope of a new message, its attributes, and its async twin."""

from __future__ import annotations

from datetime import timedelta

from cloudless.codec import AS_IT_IS, SYSTEM_ATTRIBUTE, shown, size_of
from cloudless.errors import CloudlessError, InvalidArgument, InvalidBody, PartlySent, PayloadTooLarge, hidden
from cloudless.message import NO_ATTRIBUTES, Envelope, trace_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Protocol, TypeVar

    from cloudless.codec import Codec
    from cloudless.driver.current import Here
    from cloudless.driver.provider import Cloud
    from cloudless.driver.queue import Unsent

    R = TypeVar("R")

    class Coded(Protocol):
        """A resource that takes bodies of a type."""

        name: str

        @property
        def codec(self) -> Codec: ...


__tracebackhide__ = hidden
ATTRIBUTES_MAX = 7  # SQS takes 10 attributes, ours is one of them; two are kept in reserve
ATTRIBUTES_BYTES_MAX = 8 * 1024
ATTRIBUTE_NAME_MAX = 64
ATTRIBUTE_VALUE_MAX = 256
DELAY_LONGEST = timedelta(days=30)  # Cloud Tasks': https://cloud.google.com/tasks/docs/quotas


def outgoing(  # noqa: PLR0917  (as Envelope)
    at: Here,
    body: str,
    attributes: Mapping[str, str] = NO_ATTRIBUTES,
    delay_s: float = 0,
    group: str = "",
    deduplication: str = "",
) -> Envelope:
    """A new message, in the trace and correlation of the one being handled, if any."""
    cloud, _, cause = at
    id = cloud.new_id()
    if cause is None:
        return Envelope(id, body, attributes, delay_s, group, cloud.now_s(), id, id, 1, None, deduplication)
    trace, correlation = cause.trace or trace_of(cause), cause.correlation or cause.id
    return Envelope(id, body, attributes, delay_s, group, cloud.now_s(), trace, correlation, 1, None, deduplication)


def encoded(one: Coded, noun: str, body: object) -> str:
    """The JSON text of a body for a resource; InvalidBody says for which. noun: "queue", as people call it."""
    try:
        return one.codec.encode(body)
    except InvalidBody as problem:
        problem.args = (f"{noun} {one.name!r}: {problem}",)
        raise


def raise_unsent(unsent: Sequence[Unsent], total: int) -> None:
    """Report what a driver did not store: the error itself for a single message, else PartlySent."""
    if total == 1:
        raise unsent[0].error
    pairs: list[tuple[int, CloudlessError]] = [(one.index, one.error) for one in unsent]
    raise PartlySent(total, pairs)


async def off_loop(cloud: Cloud, call: Callable[[], R]) -> R:
    """Run a driver call without blocking the event loop: in a worker thread, where the driver blocks."""
    if not cloud.blocks:
        return call()
    import asyncio

    return await asyncio.to_thread(call)


def seconds(what: str, delay: timedelta, longest_s: float) -> float:
    """A delay in seconds, whole and within 0 and `longest_s` (InvalidArgument)."""
    if not isinstance(delay, timedelta):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidArgument(f"{what}: delay={delay!r} is of type {type(delay).__name__}: give a timedelta")
    value = delay.total_seconds()
    if not 0 <= value <= longest_s or value != int(value):
        remedy = _instead(delay, longest_s)
        raise InvalidArgument(f"{what}: delay={delay} must be whole seconds from 0 to {longest_s:g}: {remedy}")
    return value


def _instead(delay: timedelta, longest_s: float) -> str:
    """What to do about a delay that a queue does not take."""
    if delay > DELAY_LONGEST:
        return f"{DELAY_LONGEST.days} days are the most of any queue; use a schedule for what is further away"
    if delay.total_seconds() > longest_s:
        return f"raise max_delay= of the queue, up to {DELAY_LONGEST.days} days"
    return "leave it out" if delay < timedelta(0) else "round it"


def readable(envelope: Envelope) -> object:
    """The JSON value of a body; the raw text where it is none."""
    return AS_IT_IS.decode(envelope.body)


def check_word(what: str, word: str, shortest: int) -> None:
    """Refuse a group or an id that some cloud would refuse (InvalidArgument)."""
    if not isinstance(word, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidArgument(f"{what}={word!r} is of type {type(word).__name__}: give a string")
    if not shortest <= len(word) <= 128 or not word.isprintable():
        raise InvalidArgument(f"{what}={word!r}: {shortest} to 128 printable characters")


def check_attributes(attributes: Mapping[str, str]) -> None:
    """Refuse attributes that some cloud would refuse: names, number, lengths (InvalidArgument)."""
    check_mapping(attributes)
    if len(attributes) > ATTRIBUTES_MAX:
        raise InvalidArgument(
            f"{len(attributes)} attributes: a message has at most {ATTRIBUTES_MAX}; put the others into the body"
        )
    total = 0
    for name, value in attributes.items():
        _check_attribute(name, value)
        total += len(name) + size_of(value)
    if total > ATTRIBUTES_BYTES_MAX:
        raise PayloadTooLarge(
            f"the attributes are {total:,} bytes together, the limit is {ATTRIBUTES_BYTES_MAX:,}",
            total,
            ATTRIBUTES_BYTES_MAX,
        )


def check_mapping(attributes: Mapping[str, str]) -> None:
    """Refuse attributes that have no names (InvalidArgument)."""
    if not hasattr(attributes, "keys"):
        raise InvalidArgument(f'attributes={shown(attributes)}: give a dict, e.g. {{"region": "eu"}}')


def check_attribute_name(name: str) -> None:
    """Refuse a name that some cloud would refuse (InvalidArgument)."""
    fits = isinstance(name, str) and name.isascii() and name.isidentifier() and len(name) <= ATTRIBUTE_NAME_MAX
    if not fits or name.lower().startswith("goog") or name == SYSTEM_ATTRIBUTE:
        raise InvalidArgument(
            f"attribute name {name!r}: use a letter or _, then letters, digits and _, at most 64, "
            "not beginning with 'goog', not 'cloudless'"
        )


def _check_attribute(name: str, value: str) -> None:
    check_attribute_name(name)
    if not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidArgument(f"attribute {name!r} is of type {type(value).__name__}: attributes are strings")
    if not 1 <= len(value) <= ATTRIBUTE_VALUE_MAX:
        raise InvalidArgument(f"attribute {name!r} has {len(value)} characters: 1 to {ATTRIBUTE_VALUE_MAX} are allowed")
    if not value.isprintable() and any(ch < " " or "\ud800" <= ch <= "\udfff" or ch in "\ufffe\uffff" for ch in value):
        raise InvalidArgument(f"attribute {name!r} holds a control character or a lone surrogate: {value!r}")
