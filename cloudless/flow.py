"""What an orchestration's code says beside calls: gather, fan_out, sleep, now, uuid4, saga.

The code of an orchestration is compiled and never run by Python, so these have types and no behaviour: whoever runs
one is told where it belongs. Standard library only.
"""

# ruff: noqa: ARG001, D103, PLR0917  (nothing is done with arguments; gather takes as many as there are branches)

from __future__ import annotations

from types import GenericAlias

from cloudless.errors import UnsupportedError, hidden

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime, timedelta
    from typing import Any, Generic, Literal, ParamSpec, Self, TypeVar, overload
    from uuid import UUID

    P = ParamSpec("P")
    A = TypeVar("A")
    B = TypeVar("B")
    C = TypeVar("C")
    D = TypeVar("D")
    E = TypeVar("E")
    F = TypeVar("F")
    G = TypeVar("G")
    H = TypeVar("H")
    T = TypeVar("T")
    V = TypeVar("V", covariant=True)

    class _Generic(Generic[V]):
        pass
else:
    V = object

    def overload(function):
        """`typing.overload` without `typing`: the implementation that follows is the one that counts."""
        return function

    class _Generic:
        __slots__ = ()
        __class_getitem__ = classmethod(GenericAlias)


__tracebackhide__ = hidden


class Failed:
    """How something failed, as plain data. type: name of the exception's class. message: what it said, cut at 2 KiB.

    data: its annotated fields, as JSON; empty where it has none. An orchestration reads type and message only.
    """

    __slots__ = ("data", "message", "type")

    def __init__(self, type: str, message: str, data: Mapping[str, Any] | None = None) -> None:
        self.type = type
        self.message = message
        self.data = dict(data or {})

    def __repr__(self) -> str:
        return f"Failed({self.type}: {self.message!r})"


class Outcome(_Generic[V]):
    """What became of one item of `fan_out(…, collect=True)`: a value, or an error where it failed.

    A call may give None, so whether it failed is told by `error`. An Outcome stays in the orchestration: no function
    takes one, and no orchestration returns one; put what you need of it into a record of your own.
    """

    __slots__ = ("error", "value")

    value: V | None
    error: Failed | None

    def __init__(self, value: V | None = None, error: Failed | None = None) -> None:
        self.value = value
        self.error = error

    def __repr__(self) -> str:
        return f"Outcome({self.value!r})" if self.error is None else f"Outcome({self.error!r})"


@overload
def gather(a: A, /) -> tuple[A]: ...
@overload
def gather(a: A, b: B, /) -> tuple[A, B]: ...
@overload
def gather(a: A, b: B, c: C, /) -> tuple[A, B, C]: ...
@overload
def gather(a: A, b: B, c: C, d: D, /) -> tuple[A, B, C, D]: ...
@overload
def gather(a: A, b: B, c: C, d: D, e: E, /) -> tuple[A, B, C, D, E]: ...
@overload
def gather(a: A, b: B, c: C, d: D, e: E, f: F, /) -> tuple[A, B, C, D, E, F]: ...
@overload
def gather(a: A, b: B, c: C, d: D, e: E, f: F, g: G, /) -> tuple[A, B, C, D, E, F, G]: ...
@overload
def gather(a: A, b: B, c: C, d: D, e: E, f: F, g: G, h: H, /) -> tuple[A, B, C, D, E, F, G, H]: ...
@overload
def gather(a: T, b: T, c: T, d: T, e: T, f: T, g: T, h: T, i: T, /, *rest: T) -> tuple[T, ...]: ...
def gather(*calls: Any) -> Any:
    """Run calls at the same time, each a branch, and wait for all; their results in order of the calls.

        label, invoice = gather(print_label(order), write_invoice(order))

    A call is of a function, a pure function or an orchestration; a branch of several steps is an orchestration. Where
    some fail, the others still end; then the error of the first that failed, in order of the calls, is raised.
    """
    raise compiled("gather(…)")


@overload
def fan_out(calls: Iterable[T], *, max_concurrency: int | None = ..., collect: Literal[False] = ...) -> list[T]: ...
@overload
def fan_out(calls: Iterable[T], *, max_concurrency: int | None = ..., collect: Literal[True]) -> list[Outcome[T]]: ...
def fan_out(calls: Iterable[Any], *, max_concurrency: int | None = None, collect: bool = False) -> Any:
    """Run one call for each item of a list at the same time, and wait for all; the results in order of the items.

        boxes = fan_out((pack(item) for item in order.items if item.fragile), max_concurrency=10)

    calls: a generator with one `for`. max_concurrency: most calls at a time, no limit by default. Where some fail, the
    others still end; then the error of the first item that failed is raised. collect: nothing is raised, and each
    item's Outcome has its value or its error.
    """
    raise compiled("fan_out(…)")


def sleep(duration: timedelta) -> None:
    """Wait; it costs nothing, whether minutes or months. duration: `timedelta(…)` written out, whole seconds from 0."""
    raise compiled("sleep(…)")


def now() -> datetime:
    """The time, aware, in UTC; an execution that is replayed sees the same."""
    raise compiled("now()")


def uuid4() -> UUID:
    """A random UUID; an execution that is replayed sees the same."""
    raise compiled("uuid4()")


def saga() -> Saga:
    """Keep what undoes the steps of a `with` block, should it fail; see Saga."""
    raise compiled("saga()")


class Saga:
    """The compensations of one `with saga() as undo:`.

    They are dropped where the block ends without an error. Where it raises, they run, the last one first, and each is
    tried even if others fail; then the error goes on, or CompensationFailed where some could not be done.
    """

    __slots__ = ()

    def on_failure(self, function: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
        """Call a function with these arguments, as they are now, should the block fail.

        function: a declared one, or its options, named and not called:
        `undo.on_failure(refund.options(retry=…), payment=p)`. 3 attempts where they say nothing. One that is registered
        before its step must bear that there is nothing to undo, and keep a late repeat of the step from doing it.
        """
        raise compiled("on_failure(…)")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        return None


def compiled(what: str) -> UnsupportedError:
    """The error of whoever runs what is compiled."""
    return UnsupportedError(
        f"{what} belongs into the code of an orchestration, which is compiled and not run by Python: write it in a "
        "function under @app.orchestration, and start that"
    )
