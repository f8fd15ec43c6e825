"""Handler: a user's function that is registered to run in the cloud, and still callable as it was.

Routine is what handlers share with orchestrations and pure functions, which run on behalf of an execution.
"""

from __future__ import annotations

from functools import cache, cached_property
from types import CodeType, GenericAlias

from cloudless.codec import arguments_codec, codec_of
from cloudless.errors import InvalidArgument
from cloudless.message import is_context
from cloudless.source import calling

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import timedelta
    from typing import Any, Generic, ParamSpec, TypeVar

    from cloudless.app import App
    from cloudless.codec import Codec
    from cloudless.retry import Retry
    from cloudless.secret import Secret

    P = ParamSpec("P")
    R = TypeVar("R", covariant=True)

    Use = Callable[..., Any] | Secret
    """What `uses=` may name: a method, whose name is the verb; or a secret, which has but one."""

    class _Generic(Generic[P, R]):
        pass
else:
    P = R = object

    class _Generic:
        __class_getitem__ = classmethod(GenericAlias)


class Settings:
    """Options of a handler that mean the same for every kind of it.

    timeout: after it the delivery is given up; 1 s to 10 minutes, 15 for functions. Default 60 s.
    memory_mb: 128 to 4,096. min_instances: kept warm, 0 to 100; each is paid for while it waits.
    uses: bound methods, and secrets, that the front end cannot see, e.g. [orders.send, key].
    native: provider → Terraform resource type → arguments, merged into the function's resource.
    """

    __slots__ = ("memory_mb", "min_instances", "name", "native", "timeout", "uses")

    def __init__(  # noqa: PLR0917  (given together, by every decorator)
        self,
        name: str | None,
        timeout: timedelta | None,
        memory_mb: int,
        min_instances: int,
        uses: Sequence[Use],
        native: Mapping[str, Any] | None,
    ) -> None:
        self.name = name
        self.timeout = timeout
        self.memory_mb = memory_mb
        self.min_instances = min_instances
        self.uses = tuple(uses)
        self.native = dict(native or {})

    @property
    def timeout_s(self) -> float:
        return 60.0 if self.timeout is None else self.timeout.total_seconds()


class Routine(_Generic[P, R]):
    """A user's function that was given to an app, with what it takes and returns.

    name: of it in the app. place: where it was registered. noun: how people call such a one.
    """

    noun = "handler"

    def __init__(self, app: App, function: Callable[P, R], name: str | None) -> None:
        self.__name__ = name_of(function)
        self.app = app
        self.function = function
        self.name: str = name or self.__name__
        self.place = calling()
        self.__wrapped__ = function
        self.__qualname__ = function.__qualname__
        self.__module__ = function.__module__
        self.__doc__ = function.__doc__

    @property
    def result(self) -> Codec:
        """Of the value that it returns."""
        return codec_of(self.hints().get("return"))

    def hints(self) -> dict[str, Any]:
        """Annotations as objects. Those written as strings are evaluated in the function's module."""
        return hints_of(self.function)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names of its parameters: see `argument_names`."""
        return tuple(argument_names(self.function))

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """Their defaults by name."""
        return defaults_of(self.function)

    def arguments(self) -> Codec:
        """Of the dict of its arguments, made anew at each call."""
        hints = self.hints()
        fields = {name: hints.get(name, object) for name in self.parameters if not is_context(hints.get(name))}
        return arguments_codec(fields, frozenset(fields.keys() - self.defaults.keys()))

    def named(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Arguments of a call by name (InvalidArgument); whether they fit is for the codec to say."""
        names = self.parameters
        if len(args) > len(names):
            raise InvalidArgument(f"{self.name} takes {len(names)} arguments, {len(args)} were given")
        given = dict(zip(names, args, strict=False))
        twice = given.keys() & kwargs.keys()
        if twice:
            raise InvalidArgument(f"{self.name}: argument {min(twice)!r} is given twice")
        return {**given, **kwargs}


class Handler(Routine[P, R]):
    """A registered function. Call it as before: `take(order)` runs the original, here and now.

    name: of the handler in the app. kind: "queue", "topic", "schedule" or "function".
    source: name of the queue, subscription or schedule that feeds it; its own name for a function.
    """

    kind = "handler"

    def __init__(
        self, app: App, function: Callable[P, R], source: str, settings: Settings, *, retry: Retry, body: Codec | None
    ) -> None:
        super().__init__(app, function, settings.name)
        self.source = source or self.name
        self.settings = settings
        self.retry = retry
        self._body = body

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.function(*args, **kwargs)

    @property
    def also(self) -> tuple[Any, ...]:
        """What is run or read on its behalf, beside its function."""
        return ()

    @property
    def codec(self) -> Codec:
        """Of the body that it gets; of the dict of its arguments for a function."""
        if self._body is None:
            self._body = self.arguments()
        return self._body

    @property
    def on(self) -> tuple[type[Exception], ...]:
        """Exception types that are worth another attempt."""
        return self.retry.on

    def __repr__(self) -> str:
        return f"<{self.kind} handler {self.name} of {self.source}>"


def name_of(function: Any) -> str:
    """Its name; InvalidArgument for what has none: partials, instances. The check refuses classes and the like."""
    name = getattr(function, "__name__", None)
    if not isinstance(name, str):
        raise InvalidArgument(
            f"{function!r} is a {type(function).__name__}: a handler is a function of a module, written with def or "
            "async def; write one that calls it"
        )
    return name


def unwrapped(function: Any) -> Any:
    """What the user wrote, below registrations and decorators that kept it (functools.wraps).

    Its signature is the handler's; calls go through what was registered.
    """
    below = getattr(function, "__wrapped__", None)
    return function if below is None else unwrapped(below)


def argument_names(function: Callable[..., Any]) -> list[str]:
    """Names of the original's parameters, keyword-only ones last; *args and **kwargs left out."""
    code = unwrapped(function).__code__
    return list(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])


def defaults_of(function: Callable[..., Any]) -> dict[str, Any]:
    """Defaults of the original's parameters by name."""
    function = unwrapped(function)
    defaults = function.__defaults__ or ()
    positional = function.__code__.co_varnames[: function.__code__.co_argcount]
    return dict(zip(positional[len(positional) - len(defaults) :], defaults, strict=True)) | (
        function.__kwdefaults__ or {}
    )


def hints_of(function: Callable[..., Any]) -> dict[str, Any]:
    """Annotations of the original as objects, evaluated in its own module, without importing `typing`."""
    function = unwrapped(function)
    return {name: _evaluated(hint, function.__globals__) for name, hint in function.__annotations__.items()}


def _evaluated(hint: Any, space: dict[str, Any]) -> Any:
    """A quoted one stands in quotes twice where annotations are text (PEP 563)."""
    once = eval(_code(hint), space) if isinstance(hint, str) else hint  # nosec B307  # noqa: S307  (the user's own annotation)
    return eval(_code(once), space) if isinstance(once, str) else once  # nosec B307  # noqa: S307


@cache
def _code(hint: str) -> CodeType:
    """The compiled text of an annotation: an application's are asked for again and again."""
    return compile(hint.lstrip(), "<annotation>", "eval")
