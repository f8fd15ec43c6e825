"""Parameters of routines that have many: one of them is then a map of all the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cloudless_gcp.compile.workflows.plan import GIVEN, KEY, RUN

PARAMETERS_MAX = 10
"""No page says how many a subworkflow may have; Google's JSON schema takes so many.
https://github.com/GoogleCloudPlatform/workflows-samples/blob/main/jsonschema/workflows.json"""
BLOCKS = ("try", "except", "parallel", "for")

Plain = dict[str, Any]


def pack(routines: Mapping[str, Plain]) -> None:
    """Let every call of a routine that takes a map give one."""
    taking = {name for name, routine in routines.items() if GIVEN in routine.get("params", ())}
    for routine in routines.values():
        for call in _calls(routine):
            if call["call"] in taking:
                call["args"] = _packed(call["args"])


def _packed(arguments: Plain) -> Plain:
    own = (RUN, KEY)
    given = {name: value for name, value in arguments.items() if name not in own}
    return {**{name: arguments[name] for name in own}, GIVEN: given}


def _calls(block: Plain) -> Iterator[Plain]:
    """The steps of a block that call something, wherever they are nested; values are never looked into."""
    for step in block.get("steps", ()):
        for body in step.values():
            yield from _own(body)
    for branch in block.get("branches", ()):
        for body in branch.values():
            yield from _calls(body)
    for name in BLOCKS:
        if name in block:
            yield from _own(block[name])


def _own(body: Plain) -> Iterator[Plain]:
    if "call" in body:
        yield body
    yield from _calls(body)
