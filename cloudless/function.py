"""Function: code that other code calls: `charge(order)` here, `charge.invoke(order)` where it is deployed."""

from __future__ import annotations

import builtins
import json
from types import ModuleType

from cloudless.codec import check_size, codec_of, dump
from cloudless.driver.current import here
from cloudless.errors import InvalidArgument, RemoteError, hidden
from cloudless.handler import Handler, argument_names, unwrapped
from cloudless.outgoing import off_loop, outgoing, raise_unsent
from cloudless.queue import DeadLetters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any, ParamSpec, TypeVar, overload

    P = ParamSpec("P")
    R = TypeVar("R", covariant=True)
    V = TypeVar("V")
else:
    P = R = object

    def overload(function):
        """`typing.overload` without `typing`: the implementation that follows is the one that counts."""
        return function


__tracebackhide__ = hidden
INVOKE_LIMIT_S = 230.0  # HTTP answers of Azure Functions end there: docs/mechanisms.md, time-outs


class Function(Handler[P, R]):
    """A function, as registered by `App.function`. Calling it runs the original, here and now."""

    kind = "function"
    has_dead_letters: bool = True

    @property
    def dead_letters(self) -> DeadLetters:
        """The calls of `invoke_later` that this function gave up: peek, redrive, consumer."""
        return DeadLetters(self.app, self.later, self.place)

    @property
    def later(self) -> str:
        """Name of the internal queue of `invoke_later`."""
        return f"{self.name.replace('_', '-')}-later"

    @overload
    def invoke(self: Function[P, Coroutine[Any, Any, V]], *args: P.args, **kwargs: P.kwargs) -> V: ...
    @overload
    def invoke(self, *args: P.args, **kwargs: P.kwargs) -> R: ...
    def invoke(self, *args: Any, **kwargs: Any) -> Any:
        """Call the deployed function and wait for its result: one attempt, never retried.

        Raises what the function raised, where the app names that exception type, else RemoteError;
        TimeoutError after the function's time-out (at most 230 s); InvalidBody, PermissionDenied,
        NoProvider, NotFound, Unavailable.
        """
        at = here()
        call = outgoing(at, self._body_of(args, kwargs))
        reply = json.loads(at[0].functions.invoke(self.name, call, min(self.settings.timeout_s, INVOKE_LIMIT_S)))
        if "error" in reply:
            raise self._error(*reply["error"])
        return codec_of(self.hints().get("return")).decode(dump(reply["result"]))

    def invoke_later(self, *args: P.args, **kwargs: P.kwargs) -> str:
        """Put a call on the function's internal queue and return its id; retried as `retry` says.

        Arguments: at most 192 KiB encoded. Raises as Queue.send.
        """
        at = here()
        message = outgoing(at, self._body_of(args, kwargs))
        unsent = at[0].queues.send(self.later, (message,))
        if unsent:
            raise_unsent(unsent, 1)
        return message.id

    @overload
    async def invoke_async(self: Function[P, Coroutine[Any, Any, V]], *args: P.args, **kwargs: P.kwargs) -> V: ...
    @overload
    async def invoke_async(self, *args: P.args, **kwargs: P.kwargs) -> R: ...
    async def invoke_async(self, *args: Any, **kwargs: Any) -> Any:
        """As `invoke`, without blocking the event loop."""
        return await off_loop(here()[0], lambda: self.invoke(*args, **kwargs))

    async def invoke_later_async(self, *args: P.args, **kwargs: P.kwargs) -> str:
        """As `invoke_later`, without blocking the event loop."""
        return await off_loop(here()[0], lambda: self.invoke_later(*args, **kwargs))

    def native(self) -> Any:
        """The provider's own client and identifier of this function."""
        return here()[0].functions.native(self.name)

    def _body_of(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        names = argument_names(self.function)
        if len(args) > len(names):
            raise InvalidArgument(f"{self.name} takes {len(names)} arguments, {len(args)} were given")
        given = dict(zip(names, args, strict=False))
        twice = given.keys() & kwargs.keys()
        if twice:
            raise InvalidArgument(f"{self.name}: argument {min(twice)!r} is given twice")
        text = self.codec.encode({**given, **kwargs})
        check_size(text)
        return text

    def _error(self, name: str, text: str) -> Exception:
        """The declared exception type of that name, made from the text; RemoteError where there is none."""
        kind = self._named(name)
        if not (isinstance(kind, type) and issubclass(kind, Exception)):
            return RemoteError(name, text)
        try:
            return kind(text)
        except Exception:  # noqa: BLE001  (its constructor takes something else)
            return RemoteError(name, text)

    def _named(self, name: str) -> Any:
        """What the name stands for in this function's module, in those of the other handlers, in what they import."""
        functions = [self.function, *(one.function for one in self.app.handlers.values())]
        spaces = [unwrapped(function).__globals__ for function in functions]
        modules = [one for space in spaces for one in space.values() if isinstance(one, ModuleType)]
        for space in (*spaces, vars(builtins), *map(vars, modules)):  # last: `errors.CardDeclined`
            if name in space:
                return space[name]
        return None
