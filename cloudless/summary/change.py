"""Change: what becomes of one resource.

https://developer.hashicorp.com/terraform/internals/json-format#change-representation
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from cloudless.node import node

ADD = "add"
CHANGE = "change"
REPLACE = "replace"
DESTROY = "destroy"
FORGET = "forget"
ACTIONS = (ADD, CHANGE, REPLACE, DESTROY, FORGET)

_OF_TERRAFORM = {
    ("create",): ADD,
    ("update",): CHANGE,
    ("delete", "create"): REPLACE,
    ("create", "delete"): REPLACE,
    ("delete",): DESTROY,
    ("forget",): FORGET,
    ("create", "forget"): REPLACE,
}
_WHY = {
    "replace_because_tainted": "making it failed the last time",
    "replace_by_request": "it was asked for",
    "replace_by_triggers": "something that it follows changes",
}

Naming = Callable[[str, str], tuple[str, str]]
"""Type and label of a resource → what it is in the program, and what is lost with it: ("queue orders", "its messages").

"" for what no one thing in the program stands for, and where nothing is lost.
"""


@node(kw_only=True)
class Change:
    """action: one of ACTIONS. address: of Terraform. name: what it is in the program, "" where it stands for nothing.

    loses: what is lost, "" for nothing. because: why it is replaced, e.g. "its namespace_id changes", "" where not.
    """

    action: str
    address: str
    name: str = ""
    loses: str = ""
    because: str = ""


def nameless(type: str, label: str) -> tuple[str, str]:  # noqa: ARG001  (as a Naming)
    """Of a provider that names nothing."""
    return "", ""


def changes(plan: Mapping[str, Any], naming: Naming = nameless) -> tuple[Change, ...]:
    """What a plan does, in its order; data sources that are read are no changes."""
    return tuple(_changes(plan.get("resource_changes", ()), naming))


def gone(plan: Mapping[str, Any], naming: Naming = nameless) -> tuple[str, ...]:
    """What the state knows, and somebody destroyed or changed elsewhere: "queue orders is gone"."""
    found = _changes(plan.get("resource_drift", ()), naming)
    words = {DESTROY: "is gone", CHANGE: "was changed"}
    return tuple(f"{one.name or one.address} {words[one.action]}" for one in found if one.action in words)


def _changes(plain: Iterable[Mapping[str, Any]], naming: Naming) -> Iterator[Change]:
    for one in plain:
        action = _OF_TERRAFORM.get(tuple(one["change"]["actions"]), "")
        if one.get("mode") != "data" and action:
            yield _change(one, action, naming)


def _change(plain: Mapping[str, Any], action: str, naming: Naming) -> Change:
    name, holds = ("", "") if "module_address" in plain else naming(plain["type"], plain["name"])
    is_lost = action in {REPLACE, DESTROY} and "deposed" not in plain
    return Change(
        action=action,
        address=plain["address"],
        name=name,
        loses=holds if is_lost else "",
        because=_reason(plain) if action == REPLACE else "",
    )


def _reason(plain: Mapping[str, Any]) -> str:
    paths = [".".join(map(str, path)) for path in plain["change"].get("replace_paths", ())]
    if paths:
        return f"its {', '.join(sorted(paths))} {'change' if len(paths) > 1 else 'changes'}"
    return _WHY.get(plain.get("action_reason", ""), "")
