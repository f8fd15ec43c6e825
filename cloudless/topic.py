"""Topic: every subscriber gets every message that its filter matches, with retries and dead letters of its own."""

from __future__ import annotations

from datetime import timedelta
from types import GenericAlias

from cloudless.codec import check_size, codec_of
from cloudless.driver.current import here
from cloudless.errors import InvalidArgument, hidden
from cloudless.handler import Handler, Settings, name_of
from cloudless.message import member
from cloudless.options import nearest, strict
from cloudless.outgoing import check_attributes, check_mapping, encoded, off_loop, outgoing, raise_unsent
from cloudless.queue import ONE_DAY, Consumption, DeadLetters
from cloudless.retry import Retry
from cloudless.source import calling

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any, Generic, ParamSpec, TypeVar, overload

    from cloudless.app import App
    from cloudless.codec import Codec
    from cloudless.handler import Use
    from cloudless.message import Envelope
    from cloudless.queue import Queue

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
_ZERO = timedelta(0)


class Match:
    """One condition on one attribute. operator: "any_of", "none_of", "prefix" or "exists"."""

    __slots__ = ("operator", "values")

    def __init__(self, operator: str, values: tuple[str, ...]) -> None:
        self.operator = operator
        self.values = values

    def __repr__(self) -> str:
        return f"{self.operator}({', '.join(map(repr, self.values))})"


def any_of(*values: str) -> Match:
    """The attribute is present and equals one of the values."""
    return Match("any_of", values)


def none_of(*values: str) -> Match:
    """The attribute is present and equals none of the values."""
    return Match("none_of", values)


def prefix(value: str) -> Match:
    """The attribute is present and begins with the value."""
    return Match("prefix", (value,))


def exists() -> Match:
    """The attribute is present."""
    return Match("exists", ())


class TopicHandler(Handler[P, R]):
    """A subscriber, as registered; `source` is the subscription's name."""

    kind = "topic"
    consumption: Consumption
    subscription: Subscribed

    @property
    def codec(self) -> Codec:
        """Of the topic's bodies; made at first use, as that of a queue."""
        return self.subscription.topic.codec

    @property
    def dead_letters(self) -> DeadLetters:
        """What this subscription gave up: peek, redrive, consumer."""
        return self.subscription.dead_letters


class Subscribed:
    """A subscription, as registered: to a handler, or forwarded to a queue."""

    def __init__(
        self, topic: Topic[Any], name: str, where: Mapping[str, Match | str], retry: Retry, dead_letters: bool
    ) -> None:
        self.topic = topic
        self.name = name
        self.where = {key: any_of(match) if isinstance(match, str) else match for key, match in where.items()}
        self.retry = retry
        self.has_dead_letters = dead_letters
        self.native_arguments: dict[str, Any] = {}
        self.handler: TopicHandler[..., Any] | None = None
        self.forward: Queue[Any] | None = None
        self.place = calling()
        self._dead_letters: DeadLetters | None = None

    @property
    def dead_letters(self) -> DeadLetters:
        if self._dead_letters is None:
            self._dead_letters = DeadLetters(self.topic.app, self.name, self.place)
        return self._dead_letters


class Topic(_Generic[T]):
    """A topic. Made by `App.topic`.

    attributes: names that subscriptions may filter on; one that is a field of the body is filled from it.
    """

    def __init__(
        self,
        app: App,
        name: str,
        kind: Any,
        *,
        attributes: Sequence[str],
        native: Mapping[str, Any] | None,
        existing: Mapping[str, str] | None,
    ) -> None:
        self.app = app
        self.name = name
        self.type = kind
        self.attributes = tuple(attributes)
        self.native_arguments = dict(native or {})
        self.existing = dict(existing or {})
        self.place = calling()
        self._codec: Codec | None = None

    @property
    def codec(self) -> Codec:
        """Encoder and decoder of the declared type; made at first use."""
        if self._codec is None:
            self._codec = codec_of(self.type)
        return self._codec

    def publish(self, body: T, *, attributes: Mapping[str, str] | None = None) -> str:
        """Publish one message and return its id, once the provider has stored it.

        body: of the topic's type, at most 192 KiB encoded. attributes: besides those filled from the body;
        at most 7 in all. Delivered at least once to every subscription whose filter matches.
        Raises as Queue.send.
        """
        at = here()
        message = self._message(body, attributes)
        unsent = at[0].topics.publish(self.name, (message,))
        if unsent:
            raise_unsent(unsent, 1)
        return message.id

    def publish_all(self, bodies: Iterable[T]) -> list[str]:
        """Publish many messages, in the provider's batches; returns their ids in order. As Queue.send_all."""
        messages = [self._message(body, None) for body in bodies]
        if messages:
            unsent = here()[0].topics.publish(self.name, messages)
            if unsent:
                raise_unsent(unsent, len(messages))
        return [message.id for message in messages]

    async def publish_async(self, body: T, *, attributes: Mapping[str, str] | None = None) -> str:
        """As `publish`, without blocking the event loop."""
        return await off_loop(here()[0], lambda: self.publish(body, attributes=attributes))

    async def publish_all_async(self, bodies: Iterable[T]) -> list[str]:
        """As `publish_all`, without blocking the event loop."""
        return await off_loop(here()[0], lambda: self.publish_all(bodies))

    def native(self) -> Any:
        """The provider's own client and identifier of this topic."""
        return here()[0].topics.native(self.name)

    @overload
    def subscriber(self, function: Callable[P, R], /) -> TopicHandler[P, R]: ...
    @overload
    def subscriber(
        self,
        /,
        *,
        where: Mapping[str, Match | str] | None = ...,
        retry: Retry | None = ...,
        dead_letters: bool = ...,
        once_by: str | None = ...,
        remember: timedelta = ...,
        batch_size: int = ...,
        timeout: timedelta | None = ...,
        memory_mb: int = ...,
        min_instances: int = ...,
        uses: Sequence[Use] = ...,
        name: str | None = ...,
        native: Mapping[str, Any] | None = ...,
    ) -> Callable[[Callable[P, R]], TopicHandler[P, R]]: ...
    @strict
    def subscriber(
        self,
        function: Callable[..., Any] | None = None,
        /,
        *,
        where: Mapping[str, Match | str] | None = None,
        retry: Retry | None = None,
        dead_letters: bool = True,
        once_by: str | None = None,
        remember: timedelta = ONE_DAY,
        batch_size: int = 1,
        timeout: timedelta | None = None,
        memory_mb: int = 256,
        min_instances: int = 0,
        uses: Sequence[Use] = (),
        name: str | None = None,
        native: Mapping[str, Any] | None = None,
    ) -> Any:
        """Register a subscriber.

        where: attribute → any_of, none_of, prefix, exists or a plain string; all must match. At most 5.
        Other options: Consumption and Settings.
        """
        settings = Settings(name, timeout, memory_mb, min_instances, uses, native)
        consumption = Consumption(once_by, remember, batch_size, _ZERO, False)

        def register(function: Callable[..., Any]) -> TopicHandler[..., Any]:
            title = f"{self.name}-{(name or name_of(function)).replace('_', '-')}"
            subscribed = Subscribed(self, title, where or {}, retry or Retry(), dead_letters)
            subscribed.native_arguments = settings.native
            handler = TopicHandler(self.app, function, title, settings, retry=subscribed.retry, body=None)
            handler.consumption, handler.subscription, subscribed.handler = consumption, subscribed, handler
            self.app.register(handler)
            self.app.subscriptions.append(subscribed)
            return handler

        return register if function is None else register(function)

    @strict
    def forward(
        self, queue: Queue[T], *, where: Mapping[str, Match | str] | None = None, name: str | None = None
    ) -> None:
        """Put every message that matches `where` on a queue of the same type."""
        subscribed = Subscribed(self, name or f"{self.name}-{queue.name}", where or {}, Retry(), True)
        subscribed.forward = queue
        self.app.subscriptions.append(subscribed)

    def _message(self, body: T, attributes: Mapping[str, str] | None) -> Envelope:
        text = encoded(self, "topic", body)
        check_size(text)
        if not self.attributes and not attributes:
            return outgoing(here(), text)
        check_mapping(attributes or {})
        filled = self.filled(body, attributes or {})
        check_attributes(filled)
        return outgoing(here(), text, filled)

    def filled(self, body: Any, given: Mapping[str, str]) -> dict[str, str]:
        """Declared attributes that are fields of the body, and those given."""
        filled: dict[str, str] = {}
        for name in self.attributes:
            value = member(body, name)
            if value is not None:
                filled[name] = _text(name, value)
        return {**filled, **given}

    def __repr__(self) -> str:
        return f"<topic {self.name}>"


def _text(name: str, value: Any) -> str:
    """An attribute of a body's field: strings as they are, enums by value, true/false, numbers in decimal."""
    value = getattr(value, "value", value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int)):
        return str(value)
    raise InvalidArgument(
        f"attribute {name!r} is filled from a field of type {type(value).__name__}: "
        "use a string, number, bool or enum, or give it to publish(attributes=…)"
    )


def unknown_attribute(topic: Topic[Any], name: str) -> str:
    """What to say of a filter on an attribute that the topic does not declare."""
    guess = nearest(name, topic.attributes)
    return f"did you mean {guess!r}?" if guess else f"declare it: app.topic({topic.name!r}, …, attributes=[{name!r}])"
