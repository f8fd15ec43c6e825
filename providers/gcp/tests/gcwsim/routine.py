"""main and subworkflows: their parameters, and calling them.

https://cloud.google.com/workflows/docs/reference/syntax/subworkflows
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from providers.gcp.tests.gcwsim.block import Block
from providers.gcp.tests.gcwsim.context import Frame, Run
from providers.gcp.tests.gcwsim.errors import Unspecified, raised
from providers.gcp.tests.gcwsim.limits import CALL_DEPTH
from providers.gcp.tests.gcwsim.pages import EXPRESSIONS
from providers.gcp.tests.gcwsim.scope import Kind, Scope
from providers.gcp.tests.gcwsim.strand import Body, Turn

REQUIRED = object()


class Routine:
    """A workflow. parameters: their defaults by name, REQUIRED without one."""

    def __init__(self, name: str, parameters: dict[str, Any]) -> None:
        self.name = name
        self.parameters = parameters
        self.scope = Scope(Kind.ROUTINE)
        self.block = Block(is_forked=False)
        self.targets: dict[str, tuple[Block, int]] = {}
        self._keys = [self.scope.declare(parameter).key for parameter in parameters]

    def values(self, given: Sequence[Any]) -> list[Any]:
        """Arguments by position, with the defaults of the rest."""
        return [*given, *list(self.parameters.values())[len(given) :]]

    def invoke(self, run: Run, values: Sequence[Any], caller: Frame | None = None) -> Body:
        """Run it to its end; gives what it returns. main counts among the 20 calls that may be inside one another."""
        frame = Frame(run) if caller is None else Frame(run, caller.depth + 1, caller.nesting, entry=caller.entry)
        if frame.depth >= CALL_DEPTH:
            raise raised("RecursionError", f"more than {CALL_DEPTH} calls inside one another")
        try:
            for key, value in zip(self._keys, values, strict=True):
                frame.store(key, value)
            signal = yield from self.block.run(frame)
            return signal.value if signal is not None else None
        finally:
            frame.close()

    def evaluate(self, caller: Frame, values: Sequence[Any]) -> Any:
        """Call it within an expression, where nothing may wait. Raises Unspecified."""
        body = self.invoke(caller.run, values, caller)
        try:
            while isinstance(next(body), Turn):
                pass
        except StopIteration as stop:
            return stop.value
        body.close()
        raise Unspecified(f"a blocking call inside of {self.name}, which an expression calls", EXPRESSIONS)
