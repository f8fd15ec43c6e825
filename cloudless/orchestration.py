"""Orchestration: a program of steps that outlives the process that runs it. Its code is compiled, see `flow`."""

from __future__ import annotations

from types import GenericAlias

from cloudless.codec import check_size, codec_of
from cloudless.driver.current import here
from cloudless.driver.orchestration import STATUSES
from cloudless.errors import InvalidArgument, hidden
from cloudless.execution import Execution, checked_id, result_of
from cloudless.handler import Routine
from cloudless.outgoing import off_loop, outgoing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta
    from typing import Any, Generic, ParamSpec, TypeVar

    from cloudless.app import App
    from cloudless.codec import Codec
    from cloudless.driver.orchestration import Status

    P = ParamSpec("P")
    R = TypeVar("R", covariant=True)

    class _Generic(Generic[P, R]):
        pass
else:
    P = R = object

    class _Generic:
        __slots__ = ()
        __class_getitem__ = classmethod(GenericAlias)


__tracebackhide__ = hidden
LISTED_MOST = 1_000


class Orchestration(Routine[P, R]):
    """An orchestration, as registered by `App.orchestration`.

    In another orchestration `fulfil(order)` is a step. Elsewhere `fulfil.start(order)` starts an execution, and in
    a unit test `fulfil(order)` carries one out: inside `simulate(app)`, with the functions called in process.

    timeout: after it an execution fails with TimeoutError; None for none.
    """

    noun = "orchestration"

    def __init__(self, app: App, function: Callable[P, R], name: str | None, timeout: timedelta | None) -> None:
        super().__init__(app, function, name)
        self.timeout = timeout
        self._codec: Codec | None = None

    @property
    def timeout_s(self) -> float:
        """Seconds after which an execution fails, 0 for never."""
        return 0.0 if self.timeout is None else self.timeout.total_seconds()

    @property
    def codec(self) -> Codec:
        """Of the dict of its arguments."""
        if self._codec is None:
            self._codec = self.arguments()
        return self._codec

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Carry out an execution in the current simulation, and return its result; raises as Execution.result."""
        at = here()
        call = outgoing(at, self._body(args, kwargs))
        found: R = result_of(self, call.id, at[0].orchestrations.run(self.name, call))
        return found

    def options(self, *, id: str | None = None) -> Starter[P, R]:
        """Options of the next start: `fulfil.options(id=order.id).start(order)`.

        id: of the execution, 1 to 64 letters, digits, - and _; unique per orchestration for 90 days, and as long as
        it runs, so that a start that is repeated starts one execution. By default a new one. Where it comes from
        outside, check it there: `Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")`.
        """
        return Starter(self, id)

    def start(self, *args: P.args, **kwargs: P.kwargs) -> Execution[R]:
        """Start an execution, and return once the provider has stored it.

        Arguments: at most 192 KiB encoded. Raises InvalidBody, InvalidArgument, PayloadTooLarge, PermissionDenied,
        NoProvider, NotFound, and Unavailable (safe to repeat, with an id of your own).
        """
        return self.begin(None, args, kwargs)

    async def start_async(self, *args: P.args, **kwargs: P.kwargs) -> Execution[R]:
        """As `start`, without blocking the event loop."""
        return await off_loop(here()[0], lambda: self.start(*args, **kwargs))

    def execution(self, id: str) -> Execution[R]:
        """The execution of that id. Nothing is asked yet: what it is asked raises NotFound where there is none."""
        return Execution(self, checked_id(id))

    def executions(self, status: Status | None = None, *, limit: int = 100) -> list[Execution[R]]:
        """Up to `limit` (1 to 1,000) executions of a status, or of any, the latest started first."""
        if not 1 <= limit <= LISTED_MOST:
            raise InvalidArgument(f"limit={limit}: 1 to {LISTED_MOST:,} executions at a time")
        if status is not None and status not in STATUSES:
            raise InvalidArgument(f"status={status!r}: it is one of {', '.join(STATUSES)}")
        found = here()[0].orchestrations.executions(self.name, status, limit)
        return [Execution(self, one) for one in found]

    async def executions_async(self, status: Status | None = None, *, limit: int = 100) -> list[Execution[R]]:
        """As `executions`, without blocking the event loop."""
        return await off_loop(here()[0], lambda: self.executions(status, limit=limit))

    def native(self) -> Any:
        """The provider's own client and identifier of this orchestration."""
        return here()[0].orchestrations.native(self.name)

    def begin(self, id: str | None, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Execution[R]:
        """Start an execution with these arguments; Starter calls it."""
        at = here()
        call = outgoing(at, self._body(args, kwargs))
        name = call.id if id is None else checked_id(id)
        at[0].orchestrations.start(self.name, name, call)
        return Execution(self, name)

    def _body(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        """The arguments, complete and in order of the parameters."""
        given = self.defaults | self.named(args, kwargs)
        text = self.codec.encode({name: given[name] for name in (*self.parameters, *given) if name in given})
        check_size(text)
        return text

    def decoded(self, text: str) -> R:
        """The result of its JSON text."""
        from cloudless.number import numeric

        return numeric(codec_of(self.hints().get("return")))(text)  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"<orchestration {self.name}>"


class Starter(_Generic[P, R]):
    """An orchestration with options; made by `Orchestration.options`."""

    __slots__ = ("_id", "_orchestration")

    def __init__(self, orchestration: Orchestration[P, R], id: str | None) -> None:
        self._orchestration = orchestration
        self._id = id

    @property
    def name(self) -> str:
        return self._orchestration.name

    def start(self, *args: P.args, **kwargs: P.kwargs) -> Execution[R]:
        """Start an execution; as `Orchestration.start`.

        An id that was used before: with the same arguments it is that execution, with others ExecutionExists is raised.
        """
        return self._orchestration.begin(self._id, args, kwargs)

    async def start_async(self, *args: P.args, **kwargs: P.kwargs) -> Execution[R]:
        """As `start`, without blocking the event loop."""
        return await off_loop(here()[0], lambda: self.start(*args, **kwargs))
