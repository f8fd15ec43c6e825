"""Definition: a main orchestration and those that it calls, from JSON; compiled when first run, and kept."""

from __future__ import annotations

from cloudless.codec import is_list, is_object
from cloudless.engine.block import waiting
from cloudless.engine.fan_out import portion
from cloudless.engine.frame import Frame
from cloudless.engine.statement import Compiler
from cloudless.errors import InternalError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cloudless.engine.effect import Running
    from cloudless.engine.expression import Plain
    from cloudless.engine.frame import Clock

VERSION = 1
"""Of the JSON of definitions. An engine runs definitions of its own version and of those before it."""


class Program:
    """One orchestration, compiled."""

    __slots__ = ("_body", "_compiler", "_defaults", "_plain", "name")

    def __init__(self, plain: Plain, definition: Definition) -> None:
        self.name = plain["name"]
        self._compiler = Compiler({one["name"]: one["kind"] for one in plain["calls"]}, definition.program)
        self._plain = plain
        self._body = waiting(self._compiler.block(plain["body"])) if plain["body"] else None
        self._defaults = {one["name"]: one["default"] for one in plain["parameters"] if not one["required"]}

    def run(self, arguments: dict[str, Any], base: str, clock: Clock) -> Running:
        """A run of the program; base: where it runs, the beginning of its keys."""
        frame = Frame(self, {**self._defaults, **arguments}, f"{base}/{self.name}", clock)
        if self._body is not None:
            yield from self._body(frame)
        return frame.value

    def portion(self, plain: dict[str, Any], clock: Clock) -> Running:
        """A run of some branches of a fan-out: the payload of a step of the verb PORTION."""
        statement = _find(self._plain["body"], plain["statement"])
        if statement is None:
            raise InternalError(f"orchestration {self.name!r} has no statement {plain['statement']!r}")
        frame = Frame(self, plain["variables"], plain["base"], clock)
        frame.rounds = plain["rounds"]
        branch = self._compiler.branch(statement["branch"])
        return portion(statement, branch, frame, plain["items"], plain["first"])


class Definition:
    """main: name of the orchestration that is started. timeout_s: of an execution, 0 for none."""

    __slots__ = ("_plain", "_programs", "main", "timeout_s")

    def __init__(self, plain: dict[str, Any]) -> None:
        if plain["version"] > VERSION:
            raise InternalError(f"a definition of version {plain['version']}: this engine runs versions to {VERSION}")
        self.main = plain["main"]
        self.timeout_s = plain["orchestrations"][self.main]["timeout_s"]
        self._plain: dict[str, Any] = plain["orchestrations"]
        self._programs: dict[str, Program] = {}

    @property
    def plain(self) -> dict[str, Any]:
        """What makes an equal one."""
        return {"version": VERSION, "main": self.main, "orchestrations": self._plain}

    def program(self, name: str) -> Program:
        """One of its orchestrations."""
        if name not in self._programs:
            self._programs[name] = Program(self._plain[name], self)
        return self._programs[name]

    def portion(self, plain: dict[str, Any], clock: Clock) -> Running:
        """Some branches of a fan-out, for `Scheduler.begin`; the value is [["v", value] or ["err", error], …]."""
        return self.program(plain["orchestration"]).portion(plain, clock)


def _find(plain: Any, id: str) -> Plain | None:
    if is_object(plain):
        if plain.get("node") == "Const":  # whose value is the user's data
            return None
        if plain.get("id") == id and "node" in plain:
            return plain
        parts: list[Any] = list(plain.values())
    else:
        parts = plain if is_list(plain) else []
    return next((found for part in parts if (found := _find(part, id)) is not None), None)
