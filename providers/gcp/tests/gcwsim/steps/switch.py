"""Steps that decide.

https://cloud.google.com/workflows/docs/reference/syntax/conditions
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from providers.gcp.tests.gcwsim.block import Signal, Step
from providers.gcp.tests.gcwsim.builder import Builder, Json
from providers.gcp.tests.gcwsim.context import Frame
from providers.gcp.tests.gcwsim.errors import Unspecified
from providers.gcp.tests.gcwsim.evaluate import Evaluate
from providers.gcp.tests.gcwsim.limits import CONDITIONS
from providers.gcp.tests.gcwsim.pages import CONDITIONS as PAGE
from providers.gcp.tests.gcwsim.pages import QUOTAS
from providers.gcp.tests.gcwsim.strand import Body
from providers.gcp.tests.gcwsim.value import is_list, type_of

_BEFORE_NEXT = {"next", "assign"}
"""As in https://github.com/GoogleCloudPlatform/workflows-samples/blob/main/src/quickstart.workflows.yaml."""


class Rule:
    """One condition and what is done where it holds."""

    __slots__ = ("condition", "step")

    def __init__(self, step: Step) -> None:
        self.condition: Evaluate = lambda frame: False
        self.step = step


def build(builder: Builder, node: Json, path: str, step: Step) -> None:
    rules = [
        _rule(builder, one, f"{path}/switch/{at}")
        for at, one in enumerate(_listed(builder, node["switch"], f"{path}/switch"))
    ]
    step.plain, step.body = None, _body(rules)

    def finish() -> None:
        if all(rule.step.plain is not None for rule in rules):
            step.plain, step.body = _plain(rules), None

    builder.later(finish)


def _listed(builder: Builder, node: Any, path: str) -> list[Any]:
    if not is_list(node) or not node:
        builder.invalid(path, "a list of conditions is expected", PAGE)
        return []
    if len(node) > CONDITIONS:
        builder.invalid(path, f"{len(node)} conditions, more than {CONDITIONS}", QUOTAS)
    return node


def _rule(builder: Builder, node: Any, path: str) -> Rule:
    from providers.gcp.tests.gcwsim.steps.kinds import KEYS, build_step

    node = builder.keys(node, path, {"condition", *KEYS}, {"condition"}, PAGE)
    content = {key: one for key, one in node.items() if key != "condition"}
    if "next" in content and not content.keys() <= _BEFORE_NEXT:
        builder.unspecified(path, "'next' beside something else in a condition", PAGE)
    builder.blocks.append(("switch", builder.blocks[-1][1]))
    rule = Rule(build_step(builder, "", content, path))
    builder.blocks.pop()

    def finish() -> None:
        rule.condition = builder.value(node.get("condition", False), f"{path}/condition")

    builder.later(finish)
    return rule


def _chosen(rules: list[Rule], frame: Frame) -> Step | None:
    """The step of the first condition that holds."""
    for rule in rules:
        found = rule.condition(frame)
        if found is True:
            return rule.step
        if found is not False:
            raise Unspecified(f"a condition of type {type_of(found)}", PAGE)
    return None


def _plain(rules: list[Rule]) -> Callable[[Frame], Signal | None]:
    def plain(frame: Frame) -> Signal | None:
        step = _chosen(rules, frame)
        if step is None:
            return None
        return (step.plain(frame) if step.plain is not None else None) or step.next

    return plain


def _body(rules: list[Rule]) -> Callable[[Frame], Body]:
    def body(frame: Frame) -> Body:
        step = _chosen(rules, frame)
        return ((yield from step.run(frame)) or step.next) if step is not None else None

    return body
