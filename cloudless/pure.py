"""Pure: a function without effects that orchestrations call, run by Python itself."""

from __future__ import annotations

from cloudless.errors import hidden
from cloudless.handler import Routine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import ParamSpec, TypeVar

    from cloudless.codec import Codec

    P = ParamSpec("P")
    R = TypeVar("R", covariant=True)
else:
    P = R = object

__tracebackhide__ = hidden


class Pure(Routine[P, R]):
    """A pure function, as registered by `App.pure`. Call it as before; in an orchestration it is a step.

    Its result is kept with the execution, so it runs once however often the execution is replayed. It may do whatever
    Python can, but for effects: it has no permissions.
    """

    noun = "pure function"
    _codec: Codec | None = None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.function(*args, **kwargs)

    @property
    def codec(self) -> Codec:
        """Of the dict of its arguments."""
        if self._codec is None:
            self._codec = self.arguments()
        return self._codec

    @property
    def on(self) -> tuple[type[Exception], ...]:
        """Exception types that are worth another attempt: none, since it would fail again."""
        return ()

    def __repr__(self) -> str:
        return f"<pure function {self.name}>"
