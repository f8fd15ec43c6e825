"""Loops.

https://cloud.google.com/workflows/docs/reference/syntax/iteration
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from providers.gcp.tests.gcwsim.block import Block, Step, Way
from providers.gcp.tests.gcwsim.builder import Builder, Json
from providers.gcp.tests.gcwsim.context import Frame
from providers.gcp.tests.gcwsim.errors import Unspecified
from providers.gcp.tests.gcwsim.evaluate import Constant, Evaluate
from providers.gcp.tests.gcwsim.operators import wrong_type
from providers.gcp.tests.gcwsim.pages import ITERATION
from providers.gcp.tests.gcwsim.scope import Kind, Scope
from providers.gcp.tests.gcwsim.strand import Body
from providers.gcp.tests.gcwsim.value import is_list, is_map, type_of

KEYS = {"value", "index", "in", "range", "steps"}


class Loop:
    """What a loop goes through. value_key, index_key: of its variables in the frame."""

    __slots__ = ("index_key", "items", "value_key")

    def __init__(self, value_key: str | None, index_key: str | None) -> None:
        self.value_key = value_key
        self.index_key = index_key
        self.items: Callable[[Frame], Sequence[Any]] = lambda frame: ()

    def begin(self, frame: Frame, index: int, item: Any) -> None:
        """Set the variables of one iteration."""
        if self.value_key is not None:
            frame.store(self.value_key, item)
        if self.index_key is not None:
            frame.store(self.index_key, index)


def build(builder: Builder, node: Json, path: str, step: Step) -> None:
    scope = Scope(Kind.LOOP, builder.scope)
    loop, block = build_loop(builder, node["for"], f"{path}/for", scope, "for")
    step.plain, step.body = None, _body(loop, block, scope)


def build_loop(builder: Builder, node: Any, path: str, scope: Scope, kind: str) -> tuple[Loop, Block]:
    """A loop's variables, in their scope, and its steps. kind: of the block, "for" or "parallel"."""
    from providers.gcp.tests.gcwsim.steps.kinds import build_block

    node = builder.keys(node, path, KEYS, {"value", "steps"}, ITERATION)
    if ("in" in node) == ("range" in node):
        builder.invalid(path, "either 'in' or 'range' is expected", ITERATION)
    if "index" in node and "range" in node:
        builder.unspecified(f"{path}/index", "an index of a range", ITERATION)
    value_key = builder.declare_fixed(scope, node.get("value"), f"{path}/value") if "value" in node else None
    index_key = builder.declare_fixed(scope, node["index"], f"{path}/index") if "index" in node else None
    loop = Loop(value_key, index_key)
    builder.later(lambda: _items(builder, node, path, loop))
    with builder.within(scope):
        return loop, build_block(builder, node.get("steps"), f"{path}/steps", kind)


def _items(builder: Builder, node: Json, path: str, loop: Loop) -> None:
    if "in" in node:
        loop.items = _elements(builder.value(node["in"], f"{path}/in"))
        if not is_list(node["in"]) and "${" not in str(node["in"]):
            builder.invalid(f"{path}/in", "a list or an expression is expected", ITERATION)
    elif "range" in node:
        if is_list(node["range"]) and len(node["range"]) != 2:
            builder.invalid(f"{path}/range", "a range has a beginning and an end", ITERATION)
        loop.items = _range(builder.value(node["range"], f"{path}/range"))


def _elements(value: Evaluate) -> Callable[[Frame], Sequence[Any]]:
    if isinstance(value, Constant) and is_list(value.value):
        return value

    def items(frame: Frame) -> Sequence[Any]:
        found = value(frame)
        if is_list(found):
            return found
        if is_map(found):
            raise Unspecified("a loop over a map that is not over its keys()", ITERATION)
        raise wrong_type(f"a loop over a value of type {type_of(found)}")

    return items


def _range(value: Evaluate) -> Callable[[Frame], Sequence[Any]]:
    """Both ends included; nothing says what a range is whose end comes first."""

    def items(frame: Frame) -> Sequence[Any]:
        found = value(frame)
        if not is_list(found) or len(found) != 2:
            raise Unspecified(f"a range that is {type_of(found)}", ITERATION)
        first, last = found
        if type(first) is not int or type(last) is not int:
            if {type(first), type(last)} <= {int, float}:
                raise Unspecified("a range of doubles", ITERATION)
            raise wrong_type(f"a range from {type_of(first)} to {type_of(last)}")
        if last < first:
            raise Unspecified(f"the range [{first}, {last}]: whether it is empty", ITERATION)
        return range(first, last + 1)

    return items


def _body(loop: Loop, block: Block, scope: Scope) -> Callable[[Frame], Body]:
    """What is assigned in one iteration, and not before in the next one, is Unspecified to read there."""

    def body(frame: Frame) -> Body:
        keys = scope.keys
        try:
            for index, item in enumerate(loop.items(frame)):
                frame.clear(keys)
                loop.begin(frame, index, item)
                signal = yield from block.run(frame)
                if signal is None or (signal.way is Way.CONTINUE and signal.block is block):
                    continue
                return None if signal.way is Way.BREAK and signal.block is block else signal
            return None
        finally:
            frame.clear(keys)

    return body
