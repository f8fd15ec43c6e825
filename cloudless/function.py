"""Function: code that other code calls: `charge(order)` here, `charge.invoke(order)` where it is deployed."""

from __future__ import annotations

import json
from types import GenericAlias

from cloudless.codec import check_size, codec_of, dump
from cloudless.driver.current import here
from cloudless.errors import UnsupportedError, hidden
from cloudless.handler import Handler
from cloudless.options import strict
from cloudless.outgoing import encoded, off_loop, outgoing, raise_unsent
from cloudless.queue import DeadLetters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine
    from datetime import timedelta
    from typing import Any, Generic, ParamSpec, TypeVar, overload

    from cloudless.retry import Retry

    P = ParamSpec("P")
    R = TypeVar("R", covariant=True)
    V = TypeVar("V")

    class _Generic(Generic[P, R]):
        pass
else:
    P = R = object

    class _Generic:
        __slots__ = ()
        __class_getitem__ = classmethod(GenericAlias)

    def overload(function):
        """`typing.overload` without `typing`: the implementation that follows is the one that counts."""
        return function


__tracebackhide__ = hidden
INVOKE_LIMIT_S = 230.0  # HTTP answers of Azure Functions end there: docs/mechanisms.md, time-outs


class Function(Handler[P, R]):
    """A function, as registered by `App.function`. Calling it runs the original, here and now.

    In an orchestration a call is a step, which runs the deployed one.

    step_retry: of steps, as the program says it; None for one attempt.
    """

    kind = "function"
    has_dead_letters: bool = True
    step_retry: Retry | None = None

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
            from cloudless.raised import raised_by  # most processes never need it

            raise raised_by(self, *reply["error"])
        return codec_of(self.hints().get("return")).decode(dump(reply["result"]))

    def invoke_later(self, *args: P.args, **kwargs: P.kwargs) -> str:
        """Put a call on the function's internal queue and return its id; retried as `retry` says.

        Arguments: at most 192 KiB encoded. Raises as Queue.send; NotFound where no handler of the program invokes it
        later, so that it was deployed without a queue.
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

    @overload
    def options(
        self: Function[P, Coroutine[Any, Any, V]], *, retry: Retry | None = ..., timeout: timedelta | None = ...
    ) -> Step[P, V]: ...
    @overload
    def options(self, *, retry: Retry | None = ..., timeout: timedelta | None = ...) -> Step[P, R]: ...
    @strict
    def options(self, *, retry: Retry | None = None, timeout: timedelta | None = None) -> Step[P, Any]:
        """Options of a step, in an orchestration: `charge.options(retry=Retry(attempts=3))(order)`.

        retry: delays of whole seconds; `step_retry` by default. timeout: of each attempt, up to 15 minutes; the
        function's by default.
        """
        return Step(self, retry, timeout)

    def native(self) -> Any:
        """The provider's own client and identifier of this function."""
        return here()[0].functions.native(self.name)

    def _body_of(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        text = encoded(self, "function", self.named(args, kwargs))
        check_size(text)
        return text


class Step(_Generic[P, R]):
    """A function with the options of a step; made by `Function.options`.

    Outside of an orchestration a call runs the original once, here and now, as `charge(order)` does.
    """

    __slots__ = ("function", "retry", "timeout")

    def __init__(self, function: Function[P, Any], retry: Retry | None, timeout: timedelta | None) -> None:
        self.function = function
        self.retry = retry
        self.timeout = timeout

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        found: Any = self.function(*args, **kwargs)
        if hasattr(found, "__await__"):
            found.close()
            name = self.function.name
            raise UnsupportedError(f"{name} is async, and options are for steps of orchestrations: await {name}(…)")
        return found  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"<step {self.function.name}>"
