"""Queue, OrderedQueue and DeadLetters: the portable types; all shared logic, no provider's."""

from __future__ import annotations

from datetime import timedelta
from types import GenericAlias

from cloudless.codec import AS_IT_IS, check_size, codec_of
from cloudless.driver.current import here
from cloudless.errors import CloudlessError, InvalidArgument, hidden
from cloudless.handler import Handler, Settings
from cloudless.message import NO_ATTRIBUTES, DeadLetter
from cloudless.options import strict
from cloudless.outgoing import (
    check_attributes,
    check_word,
    encoded,
    off_loop,
    outgoing,
    raise_unsent,
    readable,
    seconds,
)
from cloudless.retry import Retry
from cloudless.source import calling

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any, Generic, ParamSpec, TypeVar, overload

    from cloudless.app import App
    from cloudless.codec import Codec
    from cloudless.driver.queue import Delivered, QueueDriver
    from cloudless.handler import Use
    from cloudless.message import Envelope

    P = ParamSpec("P")
    R = TypeVar("R")
    T = TypeVar("T")

    class _Generic(Generic[T]):
        pass
else:
    P = R = T = object

    def overload(function):
        """`typing.overload` without `typing`: the implementation that follows is the one that counts."""
        return function

    class _Generic:
        __class_getitem__ = classmethod(GenericAlias)


__tracebackhide__ = hidden
ONE_DAY = timedelta(days=1)
SLICE = 20
"""Dead letters that are locked at a time to be sent back one by one, well within the minute that locks last."""
_ZERO = timedelta(0)


class Consumption:
    """How a consumer takes messages: options of `consumer` and `subscriber` that are not of the function.

    once_by: field of the body, dotted for nested ones, whose value is handled once within `remember`.
    batch_size: most messages of one call, 1 to 10; above 1 the handler takes a list. window: longest
    wait to fill a batch. recursive: the handler may send to its own queue.
    """

    __slots__ = ("batch_size", "once_by", "recursive", "remember", "window")

    def __init__(
        self, once_by: str | None, remember: timedelta, batch_size: int, window: timedelta, recursive: bool
    ) -> None:
        self.once_by = once_by or ""
        self.remember = remember
        self.batch_size = batch_size
        self.window = window
        self.recursive = recursive


class QueueHandler(Handler[P, R]):
    """The consumer of a queue, as registered."""

    kind = "queue"
    consumption: Consumption
    queue: _Consumable[Any]

    @property
    def codec(self) -> Codec:
        """Of the queue's bodies. Made at first use: a type without a JSON form is reported, not raised on import."""
        return self.queue.codec


class _Consumable(_Generic[T]):
    """What a queue and its dead letters share: a name, a codec, and at most one consumer."""

    name: str
    app: App
    codec: Codec
    retry: Retry

    @overload
    def consumer(self, function: Callable[P, R], /) -> QueueHandler[P, R]: ...
    @overload
    def consumer(
        self,
        /,
        *,
        once_by: str | None = ...,
        remember: timedelta = ...,
        batch_size: int = ...,
        window: timedelta = ...,
        recursive: bool = ...,
        timeout: timedelta | None = ...,
        memory_mb: int = ...,
        min_instances: int = ...,
        uses: Sequence[Use] = ...,
        name: str | None = ...,
        native: Mapping[str, Any] | None = ...,
    ) -> Callable[[Callable[P, R]], QueueHandler[P, R]]: ...
    @strict
    def consumer(
        self,
        function: Callable[..., Any] | None = None,
        /,
        *,
        once_by: str | None = None,
        remember: timedelta = ONE_DAY,
        batch_size: int = 1,
        window: timedelta = _ZERO,
        recursive: bool = False,
        timeout: timedelta | None = None,
        memory_mb: int = 256,
        min_instances: int = 0,
        uses: Sequence[Use] = (),
        name: str | None = None,
        native: Mapping[str, Any] | None = None,
    ) -> Any:
        """Register the handler of this queue's messages; a queue has one. Options: Consumption and Settings."""
        settings = Settings(name, timeout, memory_mb, min_instances, uses, native)
        consumption = Consumption(once_by, remember, batch_size, window, recursive)

        def register(function: Callable[..., Any]) -> QueueHandler[..., Any]:
            handler = QueueHandler(self.app, function, self.name, settings, retry=self.retry, body=None)
            handler.consumption, handler.queue = consumption, self
            self.app.register(handler)
            return handler

        return register if function is None else register(function)


class DeadLetters(_Consumable["Any"]):
    """What a queue, subscription, schedule or function gave up, each with its error.

    Its consumer gets any JSON, and the raw text of a body that is none.

    target: name of the queue that `redrive` sends back to.
    """

    def __init__(self, app: App, target: str, place: Any) -> None:
        self.app = app
        self.target = target
        self.name = f"{target}-dead-letters"
        self.codec = AS_IT_IS
        self.retry = Retry()
        self.place = place

    def peek(self, limit: int = 10) -> list[DeadLetter]:
        """Look at up to `limit` (1 to 1,000) dead letters, oldest first where the cloud can; they stay.

        On clouds that cannot browse it may raise their own receive count, and hide them for a moment.
        """
        return [DeadLetter(readable(one), one) for one in _looked_at(here()[0].queues, self.name, _limit(limit))]

    def redrive(self, limit: int = 1_000) -> int:
        """Send up to `limit` (1 to 1,000) dead letters back, as new first attempts; returns how many.

        Sent before removed: a failure in between repeats a message, and never loses one. What is given up again
        meanwhile stays.
        """
        queues = here()[0].queues
        wanted, count = _limit(limit), 0
        moved: set[str] = set()
        while count < wanted and (taken := queues.receive(self.name, min(SLICE, wanted - count))):
            fresh = [one for one in taken if one.envelope.id not in moved]
            back = [one.receipt for one in taken if one.envelope.id in moved]
            if back:  # given up again in the meantime
                queues.release(self.name, back)
            if not fresh:
                break
            self._send_back(queues, fresh)
            moved.update(one.envelope.id for one in fresh if one.envelope.id)
            count += len(fresh)
        return count

    def _send_back(self, queues: QueueDriver, taken: Sequence[Delivered]) -> None:
        for moved, one in enumerate(taken):
            try:
                unsent = queues.send(self.target, [one.envelope.anew()])
                if unsent:
                    raise unsent[0].error
            except CloudlessError:
                queues.release(self.name, [rest.receipt for rest in taken[moved:]])
                raise
            queues.acknowledge(self.name, [one.receipt])

    async def peek_async(self, limit: int = 10) -> list[DeadLetter]:
        """As `peek`, without blocking the event loop."""
        return await off_loop(here()[0], lambda: self.peek(limit))

    async def redrive_async(self, limit: int = 1_000) -> int:
        """As `redrive`, without blocking the event loop."""
        return await off_loop(here()[0], lambda: self.redrive(limit))


class _Queue(_Consumable[T]):
    """What both kinds of queue share."""

    ordered = False

    def __init__(
        self,
        app: App,
        name: str,
        kind: Any,
        *,
        retry: Retry,
        dead_letters: bool,
        native: Mapping[str, Any] | None,
        existing: Mapping[str, str] | None,
    ) -> None:
        self.app = app
        self.name = name
        self.type = kind
        self.retry = retry
        self.has_dead_letters = dead_letters
        self.native_arguments = dict(native or {})
        self.existing = dict(existing or {})
        self.place = calling()
        self._dead_letters: DeadLetters | None = None
        self._codec: Codec | None = None

    @property
    def codec(self) -> Codec:  # type: ignore[override]
        """Encoder and decoder of the declared type; made at first use."""
        if self._codec is None:
            self._codec = codec_of(self.type)
        return self._codec

    @property
    def dead_letters(self) -> DeadLetters:
        """What this queue gave up: peek, redrive, consumer."""
        if self._dead_letters is None:
            self._dead_letters = DeadLetters(self.app, self.name, self.place)
        return self._dead_letters

    def native(self) -> Any:
        """The provider's own client and identifier of this queue."""
        return here()[0].queues.native(self.name)

    def _send(self, messages: list[Envelope]) -> None:
        unsent = here()[0].queues.send(self.name, messages)
        if unsent:
            raise_unsent(unsent, len(messages))

    def __repr__(self) -> str:
        return f"<queue {self.name}>"


class Queue(_Queue[T]):
    """A queue: at least once, in no order, each message to one consumer. Made by `App.queue`."""

    max_delay_s: float = 900

    def send(self, body: T, *, delay: timedelta | None = None, attributes: Mapping[str, str] | None = None) -> str:
        """Put one message on the queue and return its id, once the provider has stored it.

        body: of the queue's type, at most 192 KiB encoded (96 KiB when delayed beyond 15 minutes).
        delay: 0 s to the queue's `max_delay`, whole seconds. attributes: at most 7, see docs/concepts.

        Delivered at least once: handlers must tolerate repeats. Safe from several threads.
        Raises InvalidBody, PayloadTooLarge, InvalidArgument, PermissionDenied, NoProvider, NotFound, and
        Unavailable (safe to repeat).
        """
        at = here()
        text = encoded(self, "queue", body)
        delay_s = 0 if delay is None else seconds(f"queue {self.name!r}", delay, self.max_delay_s)
        check_size(text, delay_s)
        if attributes is None:
            message = outgoing(at, text, NO_ATTRIBUTES, delay_s)
        else:
            check_attributes(attributes)
            message = outgoing(at, text, dict(attributes), delay_s)
        unsent = at[0].queues.send(self.name, (message,))
        if unsent:
            raise_unsent(unsent, 1)
        return message.id

    def send_all(self, bodies: Iterable[T], *, delay: timedelta | None = None) -> list[str]:
        """Put many messages on the queue, in the provider's batches; returns their ids in order.

        Every body is checked before any is sent. Raises as `send`, and PartlySent.
        """
        at = here()
        delay_s = 0 if delay is None else seconds(f"queue {self.name!r}", delay, self.max_delay_s)
        messages = [outgoing(at, text, NO_ATTRIBUTES, delay_s) for text in _encoded(self, bodies, delay_s)]
        if messages:
            self._send(messages)
        return [message.id for message in messages]

    async def send_async(
        self, body: T, *, delay: timedelta | None = None, attributes: Mapping[str, str] | None = None
    ) -> str:
        """As `send`, without blocking the event loop."""
        return await off_loop(here()[0], lambda: self.send(body, delay=delay, attributes=attributes))

    async def send_all_async(self, bodies: Iterable[T], *, delay: timedelta | None = None) -> list[str]:
        """As `send_all`, without blocking the event loop."""
        return await off_loop(here()[0], lambda: self.send_all(bodies, delay=delay))


class OrderedQueue(_Queue[T]):
    """A queue whose groups arrive in order, one message at a time. Made by `App.ordered_queue`."""

    ordered = True
    max_delay_s: float = 0

    def send(
        self, body: T, *, group: str, deduplication_id: str = "", attributes: Mapping[str, str] | None = None
    ) -> str:
        """Put one message at the end of its group and return its id.

        group: 1 to 128 characters, e.g. "customer-7"; a failing message blocks it until dead-lettered.
        deduplication_id: at most 128 characters; the same one is handled once within a day.
        Otherwise as Queue.send; there is no delay per message.
        """
        at = here()
        text = encoded(self, "queue", body)
        check_size(text)
        check_word("group", group, 1)
        check_word("deduplication_id", deduplication_id, 0)
        check_attributes(attributes or NO_ATTRIBUTES)
        message = outgoing(at, text, dict(attributes or NO_ATTRIBUTES), 0, group, deduplication_id)
        self._send([message])
        return message.id

    def send_all(self, bodies: Iterable[T], *, group: str) -> list[str]:
        """Put many messages at the end of one group, in order; as Queue.send_all."""
        at = here()
        check_word("group", group, 1)
        messages = [outgoing(at, text, NO_ATTRIBUTES, 0, group) for text in _encoded(self, bodies, 0)]
        if messages:
            self._send(messages)
        return [message.id for message in messages]

    async def send_async(
        self, body: T, *, group: str, deduplication_id: str = "", attributes: Mapping[str, str] | None = None
    ) -> str:
        """As `send`, without blocking the event loop."""
        return await off_loop(
            here()[0],
            lambda: self.send(body, group=group, deduplication_id=deduplication_id, attributes=attributes),
        )

    async def send_all_async(self, bodies: Iterable[T], *, group: str) -> list[str]:
        """As `send_all`, without blocking the event loop."""
        return await off_loop(here()[0], lambda: self.send_all(bodies, group=group))


def _looked_at(queues: QueueDriver, name: str, limit: int) -> Sequence[Envelope]:
    from cloudless.driver.queue import browsing  # most processes never look at dead letters

    browser = browsing(queues)
    if browser is not None:
        return browser.peek(name, limit)
    taken = queues.receive(name, limit)
    queues.release(name, [one.receipt for one in taken])
    return [one.envelope for one in taken]


def _encoded(queue: _Queue[Any], bodies: Iterable[Any], delay_s: float) -> list[str]:
    texts = [encoded(queue, "queue", body) for body in bodies]
    for text in texts:
        check_size(text, delay_s)
    return texts


def _limit(limit: int) -> int:
    if not 1 <= limit <= 1_000:
        raise InvalidArgument(f"limit={limit}: 1 to 1,000 dead letters at a time")
    return limit
