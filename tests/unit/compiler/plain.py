"""A cloud that has nothing of its own to say: a function a handler, and no filters of ours."""

from __future__ import annotations

from cloudless.compiler.definitions import definitions_of
from cloudless.compiler.program import programs
from cloudless.compiler.unit import Source, Unit, Units
from cloudless.compiler.used import Used
from cloudless.ir import Application, Condition, Handler
from cloudless.passes.plans import plans

OURS_S = 7


class Plain(Units):
    def function_of(self, handler: str) -> str:
        return f"{self.prefix}-{handler}"

    def timeout_of(self, kind: str, handler: Handler | None, source: Source | None) -> int:
        return OURS_S if handler is None else int(handler.timeout_s)

    def is_filtered(self, where: tuple[Condition, ...]) -> bool:
        return True


def made(application: Application) -> tuple[dict[str, Unit], Used]:
    """The units of an application by name, and what they use."""
    found = programs(application, definitions_of(application, {}))
    units = Plain(application, found, "shop-prod").all()
    return {one.name: one for one in units}, Used(application, plans(application), found)
