"""Calls: what is called decides; steps are here, the rest is in files of its own."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable
from datetime import timedelta
from types import ModuleType
from typing import Any

from cloudless import flow
from cloudless.event import Event
from cloudless.frontend.orchestration import builtin, effects, make, methods, parallel, steps
from cloudless.frontend.orchestration.constants import NOTHING
from cloudless.frontend.orchestration.kinds import UNKNOWN
from cloudless.frontend.orchestration.statics import HANDLES, Member, is_function
from cloudless.frontend.orchestration.unit import Part, Unit
from cloudless.frontend.orchestration.value import LOST, Value
from cloudless.frontend.orchestration.wording import PURE, nearest
from cloudless.function import Function, Step
from cloudless.handler import Routine
from cloudless.ir.type import Type
from cloudless.orchestration import Orchestration
from cloudless.queue import OrderedQueue, Queue
from cloudless.secret import Secret
from cloudless.topic import Topic

Caller = Callable[[Unit, ast.Call, Any, "Type | None"], Value]

_OURS: dict[Any, Caller] = {
    flow.gather: parallel.stray_gather, flow.fan_out: parallel.fan_out, flow.sleep: effects.sleep,
    flow.now: effects.now, flow.uuid4: effects.uuid4, flow.saga: effects.stray_saga, timedelta: effects.stray_timedelta,
}  # fmt: skip
_MEMBERS: dict[tuple[type, str], Caller] = {
    (Queue, "send"): effects.send, (OrderedQueue, "send"): effects.send,
    (Topic, "publish"): effects.publish, (Event, "wait"): effects.wait,
}  # fmt: skip
_REMEDIES: dict[str, str] = {
    "send_all": "send them one by one: for x in {given}: {handle}.send(x)",
    "publish_all": "publish them one by one: for x in {given}: {handle}.publish(x)",
    "invoke_later": "call it, since a step is durable: {handle}({given}); or send to a queue",
    "start": "call it, which makes it a step: {handle}({given})",
    "native": PURE,
}
"""With what stands there: {handle} and {given}, its arguments."""
_GIVEN_MOST = 60
"""Characters of arguments that a remedy repeats."""


class Calls(Part):
    """Call."""

    def visit_Call(self, node: ast.Call, expected: Type | None) -> Value:  # noqa: N802
        unit = self.unit
        found = unit.statics.resolve(node.func)
        if found is NOTHING:
            return self._of_value(node, expected)
        if isinstance(found, Routine | Step):
            return self._routine(node, found)
        if isinstance(found, Member):
            return self._member(node, found, expected)
        caller = _OURS.get(found) if _is_hashable(found) else None
        if caller is not None:
            return caller(unit, node, found, expected)
        return self._object(node, found, expected)

    def _routine(self, node: ast.Call, found: Any) -> Value:
        unit = self.unit
        if is_function(found) and unit.shared.callees.of(found).is_async:
            name = ast.unparse(node.func)
            steps.visit_arguments(unit, node)
            message = f"`{name}` is async, and a plain call gives a coroutine"
            return unit.error("CL243", node.func, message, f"write {name}.invoke(…)")
        made = steps.known(unit, node.func, found)
        if made is not None:
            return steps.call(unit, node, made)
        steps.visit_arguments(unit, node)
        message = f"`{found.name}` is a handler, which only its trigger calls"
        return unit.error("CL204", node.func, message, "call a function under @app.function")

    def _member(self, node: ast.Call, found: Member, expected: Type | None) -> Value:
        made = steps.known(self.unit, node.func, found)
        if made is not None:
            return steps.call(self.unit, node, made)
        for kind in type(found.handle).__mro__:
            caller = _MEMBERS.get((kind, found.name))
            if caller is not None:
                return caller(self.unit, node, found.handle, expected)
        if found.name == "options" and isinstance(found.handle, Function | Orchestration):
            return self.unit.error("CL242", node, "options alone do nothing", _with_options(node, found))
        return self._no_member(node, found)

    def _no_member(self, node: ast.Call, found: Member) -> Value:
        unit, name = self.unit, ast.unparse(node.func)
        steps.visit_arguments(unit, node)
        if isinstance(found.handle, Secret):
            return unit.error(
                "CL215", node.func, "a secret never enters an orchestration", "read it in the function that needs it"
            )
        if found.name.endswith("_async"):
            plain = name.removesuffix("_async")
            return unit.error("CL204", node.func, f"`{name}` is for code that Python runs", f"write {plain}(…)")
        remedy = _REMEDIES.get(found.name, "call a function under @app.function that does it")
        said = remedy.format(handle=name.removesuffix(f".{found.name}"), given=_given(node))
        return unit.error("CL204", node.func, f"`{name}` is not in the language", said)

    def _of_value(self, node: ast.Call, expected: Type | None) -> Value:
        """A call of what is no object of the module: options of a step, or a method of a value."""
        unit = self.unit
        if isinstance(node.func, ast.Call):
            made = steps.with_options(unit, node.func)
            if made is not None:
                return steps.call(unit, node, made)
            steps.visit_arguments(unit, node)
            return LOST
        if isinstance(node.func, ast.Attribute):
            base = unit.statics.resolve(node.func.value)
            if base is NOTHING or isinstance(base, str | list | dict):
                return methods.call(unit, node, node.func, expected)
            if not isinstance(base, (*HANDLES, ModuleType)):
                steps.visit_arguments(unit, node)
                return self._undeclared(node, None)
        steps.visit_arguments(unit, node)
        return self._unknown(node)

    def _unknown(self, node: ast.Call) -> Value:
        unit, name = self.unit, ast.unparse(node.func)
        if isinstance(node.func, ast.Name):
            variable = unit.scope.find(node.func.id)
            if variable is not None and variable.type is UNKNOWN:
                return LOST
            if variable is not None:
                return unit.error(
                    "CL204",
                    node.func,
                    f"`{name}` is a variable, and values are not called",
                    "call a function by its name",
                )
            known = [*unit.statics.locals, *unit.statics.names]
            return unit.error(
                "CL211", node.func, f"`{name}` is not defined", nearest(name, known) or "define it in the module"
            )
        return unit.error(
            "CL204", node.func, f"`{name}` is not defined, or no function", "call a function under @app.function"
        )

    def _object(self, node: ast.Call, found: Any, expected: Type | None) -> Value:
        unit = self.unit
        if isinstance(found, type) and (found.__module__ != "builtins" or issubclass(found, BaseException)):
            return make.call(unit, node, found)
        name: str = getattr(found, "__name__", "")  # pyright: ignore[reportUnknownArgumentType]
        if getattr(builtins, name, None) is found:
            return builtin.call(unit, node, name, expected)
        steps.visit_arguments(unit, node)
        if isinstance(found, (*HANDLES, ModuleType)):
            return unit.error(
                "CL204", node.func, f"`{ast.unparse(node.func)}` is not called", "call a function under @app.function"
            )
        return self._undeclared(node, found)

    def _undeclared(self, node: ast.Call, found: Any) -> Value:
        """A call of code that is no step: of the program's own, or of a library's."""
        unit, own = self.unit, self.unit.module.partition(".")[0]
        home = getattr(found, "__module__", None)
        is_own = isinstance(home, str) and home.partition(".")[0] == own
        return unit.error(
            "CL204",
            node.func,
            f"`{ast.unparse(node.func)}` is no step: an orchestration is replayed, so whatever it calls is declared",
            "put @app.function over it, or @app.pure if it has no effects; or call one that is"
            if is_own
            else "call it in a function under @app.function, or @app.pure if it has no effects, and call that here",
        )


def _with_options(node: ast.Call, found: Member) -> str:
    """What to write in place of `charge.options(…)` alone, or of `fulfil.options(id=…).start(…)`."""
    name = ast.unparse(node.func)
    if isinstance(found.handle, Function):
        return f"call what they give: {name}(…)(…)"
    return f"call the orchestration, a step without options: {name.removesuffix('.options')}(…)"


def _given(node: ast.Call) -> str:
    """The arguments of a call as they are written; "…" for long ones."""
    parts = [ast.unparse(one) for one in (*node.args, *node.keywords)]
    text = ", ".join(parts)
    return text if len(text) <= _GIVEN_MOST else "…"


def _is_hashable(found: Any) -> bool:
    return type(found).__hash__ is not None
