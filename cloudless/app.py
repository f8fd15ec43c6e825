"""App: the registry that decorators write to. It decides nothing; the front end reads it and reports.

A noun is imported by the method that declares it: every millisecond counts at a cold start, and an app of queues
needs no topics.
"""

from __future__ import annotations

from datetime import timedelta

from cloudless.handler import Settings, name_of
from cloudless.options import strict
from cloudless.queue import OrderedQueue, Queue
from cloudless.retry import Retry
from cloudless.source import calling

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, Literal, ParamSpec, TypeVar, Unpack, overload

    from cloudless.event import Event
    from cloudless.function import Function
    from cloudless.handler import Handler, Use
    from cloudless.http import Cors, Endpoint, EndpointOptions
    from cloudless.orchestration import Orchestration
    from cloudless.pure import Pure
    from cloudless.schedule import Schedule
    from cloudless.secret import Config, Secret
    from cloudless.topic import Subscribed, Topic

    P = ParamSpec("P")
    R = TypeVar("R")
    T = TypeVar("T")
else:

    def overload(function):
        """`typing.overload` without `typing`: the implementation that follows is the one that counts."""
        return function


DEFAULT_MAX_DELAY = timedelta(minutes=15)


class App:
    """An application: a name, and what is declared on it.

    name: lower-case letters, digits and hyphens, at most 24 characters; part of every physical name.
    errors: statuses of HTTP answers by exception type, e.g. {NoSuchOrder: 404}; an endpoint may say its own. cors: what
    pages of other origins may do; nothing by default.

    Everything declared is kept in order of declaration, duplicates included, so that the front end can
    report all problems at once. compiled: what it makes of that, which it keeps here for the next time.
    """

    @strict
    def __init__(
        self, name: str, *, errors: Mapping[type[Exception], int] | None = None, cors: Cors | None = None
    ) -> None:
        self.name = name
        self.errors = dict(errors or {})
        self.cors = cors
        self.place = calling()
        self.declared: list[Queue[Any] | OrderedQueue[Any] | Topic[Any] | Event[Any] | Secret | Config[Any]] = []
        self.registered: list[Handler[..., Any]] = []
        self.subscriptions: list[Subscribed] = []
        self.handlers: dict[str, Handler[..., Any]] = {}
        self.orchestrations: list[Orchestration[..., Any]] = []
        self.pures: list[Pure[..., Any]] = []
        self.compiled: dict[Any, Any] = {}

    def register(self, handler: Handler[..., Any]) -> None:
        """Add a handler; decorators call it."""
        self.registered.append(handler)
        self.handlers[handler.name] = handler

    @overload
    def queue(
        self,
        name: str,
        type: type[T],
        *,
        retry: Retry = ...,
        max_delay: timedelta = ...,
        dead_letters: bool = ...,
        native: Mapping[str, Any] | None = ...,
        existing: Mapping[str, str] | None = ...,
    ) -> Queue[T]: ...
    @overload
    def queue(
        self,
        name: str,
        type: Any = ...,
        *,
        retry: Retry = ...,
        max_delay: timedelta = ...,
        dead_letters: bool = ...,
        native: Mapping[str, Any] | None = ...,
        existing: Mapping[str, str] | None = ...,
    ) -> Queue[Any]: ...
    @strict
    def queue(
        self,
        name: str,
        type: Any = object,
        *,
        retry: Retry | None = None,
        max_delay: timedelta = DEFAULT_MAX_DELAY,
        dead_letters: bool = True,
        native: Mapping[str, Any] | None = None,
        existing: Mapping[str, str] | None = None,
    ) -> Queue[Any]:
        """Declare a queue of bodies of a type (any JSON where none is given).

        max_delay: the longest delay that `send` may ask for, up to 30 days. dead_letters: False loses
        messages that are given up. native, existing: see docs/how-to/escape-hatches.
        """
        queue: Queue[Any] = Queue(
            self, name, type, retry=retry or Retry(), dead_letters=dead_letters, native=native, existing=existing
        )
        queue.max_delay_s = max_delay.total_seconds()
        self.declared.append(queue)
        return queue

    @overload
    def ordered_queue(
        self,
        name: str,
        type: type[T],
        *,
        retry: Retry = ...,
        dead_letters: bool = ...,
        native: Mapping[str, Any] | None = ...,
        existing: Mapping[str, str] | None = ...,
    ) -> OrderedQueue[T]: ...
    @overload
    def ordered_queue(
        self,
        name: str,
        type: Any = ...,
        *,
        retry: Retry = ...,
        dead_letters: bool = ...,
        native: Mapping[str, Any] | None = ...,
        existing: Mapping[str, str] | None = ...,
    ) -> OrderedQueue[Any]: ...
    @strict
    def ordered_queue(
        self,
        name: str,
        type: Any = object,
        *,
        retry: Retry | None = None,
        dead_letters: bool = True,
        native: Mapping[str, Any] | None = None,
        existing: Mapping[str, str] | None = None,
    ) -> OrderedQueue[Any]:
        """Declare a queue whose groups arrive in order, one message at a time."""
        queue: OrderedQueue[Any] = OrderedQueue(
            self, name, type, retry=retry or Retry(), dead_letters=dead_letters, native=native, existing=existing
        )
        self.declared.append(queue)
        return queue

    @overload
    def topic(
        self,
        name: str,
        type: type[T],
        *,
        attributes: Sequence[str] = ...,
        native: Mapping[str, Any] | None = ...,
        existing: Mapping[str, str] | None = ...,
    ) -> Topic[T]: ...
    @overload
    def topic(
        self,
        name: str,
        type: Any = ...,
        *,
        attributes: Sequence[str] = ...,
        native: Mapping[str, Any] | None = ...,
        existing: Mapping[str, str] | None = ...,
    ) -> Topic[Any]: ...
    @strict
    def topic(
        self,
        name: str,
        type: Any = object,
        *,
        attributes: Sequence[str] = (),
        native: Mapping[str, Any] | None = None,
        existing: Mapping[str, str] | None = None,
    ) -> Topic[Any]:
        """Declare a topic of bodies of a type. attributes: what subscriptions may filter on, see Topic."""
        from cloudless.topic import Topic

        topic: Topic[Any] = Topic(self, name, type, attributes=attributes, native=native, existing=existing)
        self.declared.append(topic)
        return topic

    @strict
    def schedule(
        self,
        cron: str | None = None,
        *,
        every: timedelta | None = None,
        timezone: str = "UTC",
        overlap: Literal["allow", "skip"] = "allow",
        retry: Retry | None = None,
        dead_letters: bool = True,
        timeout: timedelta | None = None,
        memory_mb: int = 256,
        min_instances: int = 0,
        uses: Sequence[Use] = (),
        name: str | None = None,
        native: Mapping[str, Any] | None = None,
    ) -> Callable[[Callable[P, R]], Schedule[P, R]]:
        """Register a handler that runs at each due time: at least once, and after an outage only the latest."""
        from cloudless.schedule import BODY, Schedule, Timing

        settings = Settings(name, timeout, memory_mb, min_instances, uses, native)

        def register(function: Callable[P, R]) -> Schedule[P, R]:
            title = (name or name_of(function)).replace("_", "-")
            handler = Schedule(self, function, title, settings, retry=retry or Retry(), body=BODY)
            handler.timing = Timing(cron, every, timezone, overlap)
            handler.has_dead_letters = dead_letters
            self.register(handler)
            return handler

        return register

    @overload
    def function(self, function: Callable[P, R], /) -> Function[P, R]: ...
    @overload
    def function(
        self,
        /,
        *,
        retry: Retry = ...,
        dead_letters: bool = ...,
        timeout: timedelta | None = ...,
        memory_mb: int = ...,
        min_instances: int = ...,
        uses: Sequence[Use] = ...,
        name: str | None = ...,
        native: Mapping[str, Any] | None = ...,
    ) -> Callable[[Callable[P, R]], Function[P, R]]: ...
    @strict
    def function(
        self,
        function: Callable[..., Any] | None = None,
        /,
        *,
        retry: Retry | None = None,
        dead_letters: bool = True,
        timeout: timedelta | None = None,
        memory_mb: int = 256,
        min_instances: int = 0,
        uses: Sequence[Use] = (),
        name: str | None = None,
        native: Mapping[str, Any] | None = None,
    ) -> Any:
        """Register a function that other code invokes, or an orchestration calls.

        retry: of `invoke_later`, and of steps; where it is left out, `invoke_later` makes 5 attempts and a step one.
        """
        from cloudless.function import Function

        settings = Settings(name, timeout, memory_mb, min_instances, uses, native)

        def register(function: Callable[..., Any]) -> Function[..., Any]:
            handler: Function[..., Any] = Function(self, function, "", settings, retry=retry or Retry(), body=None)
            handler.has_dead_letters, handler.step_retry = dead_letters, retry
            self.register(handler)
            return handler

        return register if function is None else register(function)

    @overload
    def orchestration(self, function: Callable[P, R], /) -> Orchestration[P, R]: ...
    @overload
    def orchestration(
        self, /, *, timeout: timedelta | None = ..., name: str | None = ...
    ) -> Callable[[Callable[P, R]], Orchestration[P, R]]: ...
    @strict
    def orchestration(
        self,
        function: Callable[..., Any] | None = None,
        /,
        *,
        timeout: timedelta | None = None,
        name: str | None = None,
    ) -> Any:
        """Register an orchestration: a function whose calls of functions are steps, see docs/concepts.

        timeout: after it an execution fails with TimeoutError. None: it may take as long as the cloud lets it.
        """
        from cloudless.orchestration import Orchestration

        def register(function: Callable[..., Any]) -> Orchestration[..., Any]:
            orchestration: Orchestration[..., Any] = Orchestration(self, function, name, timeout)
            self.orchestrations.append(orchestration)
            return orchestration

        return register if function is None else register(function)

    @overload
    def pure(self, function: Callable[P, R], /) -> Pure[P, R]: ...
    @overload
    def pure(self, /, *, name: str | None = ...) -> Callable[[Callable[P, R]], Pure[P, R]]: ...
    @strict
    def pure(self, function: Callable[..., Any] | None = None, /, *, name: str | None = None) -> Any:
        """Register a function without effects, for what an orchestration cannot say itself: Python runs it."""
        from cloudless.pure import Pure

        def register(function: Callable[..., Any]) -> Pure[..., Any]:
            pure: Pure[..., Any] = Pure(self, function, name)
            self.pures.append(pure)
            return pure

        return register if function is None else register(function)

    @overload
    def event(self, name: str, type: type[T]) -> Event[T]: ...
    @overload
    def event(self, name: str, type: Any = ...) -> Event[Any]: ...
    @strict
    def event(self, name: str, type: Any = object) -> Event[Any]:
        """Declare an event that orchestrations wait for, with payloads of a type (any JSON where none is given)."""
        from cloudless.event import Event

        event: Event[Any] = Event(self, name, type)
        self.declared.append(event)
        return event

    def route(
        self, method: str, path: str, **options: Unpack[EndpointOptions]
    ) -> Callable[[Callable[P, R]], Endpoint[P, R]]:
        """Register an HTTP endpoint; `get`, `post`, `put`, `patch` and `delete` are short for it.

        path: "/orders/{id}": each segment a literal or one parameter. One of public=True and auth= must be given:
        `jwt`, `api_key`, or a function of the request. status: of a success, 200 by default, 204 where nothing is
        returned. errors: statuses by exception type. timeout: up to 29 s, the default. Bodies are at most 4 MiB.
        """
        from cloudless.http import endpoint

        return endpoint(self, method, path, **options)

    def get(self, path: str, **options: Unpack[EndpointOptions]) -> Callable[[Callable[P, R]], Endpoint[P, R]]:
        """Register an endpoint of GET, which answers HEAD too: see `route`."""
        return self.route("GET", path, **options)

    def post(self, path: str, **options: Unpack[EndpointOptions]) -> Callable[[Callable[P, R]], Endpoint[P, R]]:
        """Register an endpoint of POST: see `route`."""
        return self.route("POST", path, **options)

    def put(self, path: str, **options: Unpack[EndpointOptions]) -> Callable[[Callable[P, R]], Endpoint[P, R]]:
        """Register an endpoint of PUT: see `route`."""
        return self.route("PUT", path, **options)

    def patch(self, path: str, **options: Unpack[EndpointOptions]) -> Callable[[Callable[P, R]], Endpoint[P, R]]:
        """Register an endpoint of PATCH: see `route`."""
        return self.route("PATCH", path, **options)

    def delete(self, path: str, **options: Unpack[EndpointOptions]) -> Callable[[Callable[P, R]], Endpoint[P, R]]:
        """Register an endpoint of DELETE: see `route`."""
        return self.route("DELETE", path, **options)

    @strict
    def secret(self, name: str, *, existing: Mapping[str, str] | None = None) -> Secret:
        """Declare a secret; read it with `.value` where the code runs."""
        from cloudless.secret import Secret

        secret = Secret(name, existing)
        self.declared.append(secret)
        return secret

    @overload
    def config(self, name: str, *, default: str = ...) -> Config[str]: ...
    @overload
    def config(self, name: str, type: type[T], *, default: T = ...) -> Config[T]: ...
    @overload
    def config(self, name: str, type: Any, *, default: Any = ...) -> Config[Any]: ...
    @strict
    def config(self, name: str, type: Any = str, *, default: Any = ...) -> Config[Any]:
        """Declare a configuration entry of the stage; read it with `.value`. default: none where it is left out."""
        from cloudless.secret import Config

        config: Config[Any] = Config(name, type, default)
        self.declared.append(config)
        return config

    def __repr__(self) -> str:
        return f"<App {self.name}>"
