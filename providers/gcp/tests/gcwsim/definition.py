"""Definitions: text to workflows that can run, or every problem at once.

text -> value (JSON; YAML is not read) -> routines with their parameters -> steps -> expressions
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from providers.gcp.tests.gcwsim.builder import Builder
from providers.gcp.tests.gcwsim.context import Connector
from providers.gcp.tests.gcwsim.decode import decoded
from providers.gcp.tests.gcwsim.errors import INVALID, UNSPECIFIED, Problem, Refused, Unspecified
from providers.gcp.tests.gcwsim.library import FUNCTIONS, MODULES
from providers.gcp.tests.gcwsim.limits import PARAMETERS, SOURCE_BYTES
from providers.gcp.tests.gcwsim.pages import DATATYPES, QUOTAS, RUNTIME_ARGUMENTS, SCHEMA, SUBWORKFLOWS, SYNTAX
from providers.gcp.tests.gcwsim.routine import REQUIRED, Routine
from providers.gcp.tests.gcwsim.steps.kinds import build_block
from providers.gcp.tests.gcwsim.value import is_list, is_map

Source = str | bytes | Mapping[str, Any] | list[Any]


@dataclass(frozen=True, slots=True)
class Workflow:
    """A definition that can run."""

    main: Routine
    routines: dict[str, Routine]


class _Twice(Exception):
    """A key that stands twice in one map."""


def source_text(source: Source) -> str:
    """The definition as it is deployed."""
    if isinstance(source, bytes):
        return source.decode()
    return source if isinstance(source, str) else json.dumps(source, ensure_ascii=False)


def problems(source: Source, connectors: Mapping[str, Connector] | None = None) -> list[Problem]:
    """Everything that keeps a definition from being deployed, or that nothing says the meaning of."""
    try:
        compiled(source_text(source), connectors or {})
    except Refused as refused:
        return refused.problems
    return []


def compiled(text: str, connectors: Mapping[str, Connector]) -> Workflow:
    """A workflow. connectors: those that it may call. Raises Refused."""
    return _made(text, connectors) if connectors else _made_once(text)


@lru_cache(maxsize=128)
def _made_once(text: str) -> Workflow:
    """Tests deploy one text many times; what runs changes nothing of a workflow."""
    return _made(text, {})


def _made(text: str, connectors: Mapping[str, Connector]) -> Workflow:
    found: list[Problem] = []
    if len(text.encode("utf-8", "surrogatepass")) > SOURCE_BYTES:
        found.append(Problem(INVALID, "", f"a source of more than {SOURCE_BYTES:,} bytes", QUOTAS))
    value = _read(text, found)
    routines = _routines(value, found)
    bodies = {"main": {"steps": value}} if is_list(value) else value
    for name, routine in routines.items():
        _build(routine, bodies[name], Builder(routine, routines, connectors, found))
    if found:
        raise Refused(found)
    return Workflow(routines["main"], routines)


def _read(text: str, found: list[Problem]) -> Any:
    try:
        value = decoded(text)
        _check_twice(text, found)
    except Unspecified as unspecified:
        found.append(Problem(UNSPECIFIED, "", unspecified.reason, DATATYPES))
        return {}
    except ValueError as error:
        found.append(Problem(INVALID, "", f"no JSON: {error}", SYNTAX))
        return {}
    return value


def _check_twice(text: str, found: list[Problem]) -> None:
    try:
        json.loads(text, object_pairs_hook=_once)
    except _Twice as twice:
        found.append(Problem(UNSPECIFIED, "", f"the key {twice} twice in one map", SYNTAX))


def _once(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(next(name for name in names if names.count(name) > 1))


def _routines(value: Any, found: list[Problem]) -> dict[str, Routine]:
    """The workflows of a definition by name, main among them. A list of steps is main."""
    if is_list(value):
        return {"main": Routine("main", {})}
    if not is_map(value) or "main" not in value:
        if not found:
            found.append(Problem(INVALID, "", "no workflow 'main'", SUBWORKFLOWS))
        return {}
    return {name: Routine(name, _parameters(name, one, found)) for name, one in value.items()}


def _parameters(name: str, node: Any, found: list[Problem]) -> dict[str, Any]:
    if name in FUNCTIONS or name in MODULES:
        found.append(Problem(UNSPECIFIED, name, "a workflow with the name of a function", SUBWORKFLOWS))
    listed: Any = node.get("params", []) if is_map(node) else []
    if not is_list(listed):
        found.append(Problem(INVALID, f"{name}/params", "a list of names is expected", SUBWORKFLOWS))
        return {}
    if name == "main" and (len(listed) > 1 or any(is_map(one) for one in listed)):
        found.append(Problem(INVALID, "main/params", "main takes one parameter", RUNTIME_ARGUMENTS))
    if len(listed) > PARAMETERS:
        found.append(
            Problem(UNSPECIFIED, f"{name}/params", f"{len(listed)} parameters, more than {PARAMETERS}", SCHEMA)
        )
    parameters: dict[str, Any] = {}
    for at, one in enumerate(listed):
        _add_parameter(parameters, one, f"{name}/params/{at}", found)
    return parameters


def _add_parameter(parameters: dict[str, Any], node: Any, path: str, found: list[Problem]) -> None:
    """A name, or a map of a name and its default; those without default come first."""
    name, default = node, REQUIRED
    if is_map(node) and len(node) == 1:
        ((name, default),) = node.items()
        if "${" in json.dumps(default):
            found.append(Problem(UNSPECIFIED, path, "a default that is an expression", SUBWORKFLOWS))
    if not isinstance(name, str):
        found.append(Problem(INVALID, path, "a name, or a map of one name and its default", SUBWORKFLOWS))
        return
    if name in parameters:
        found.append(Problem(INVALID, path, f"a second parameter {name!r}", SUBWORKFLOWS))
    if default is REQUIRED and any(one is not REQUIRED for one in parameters.values()):
        found.append(Problem(UNSPECIFIED, path, f"{name!r} without a default after one with", SUBWORKFLOWS))
    parameters[name] = default


def _build(routine: Routine, node: Any, builder: Builder) -> None:
    node = builder.keys(node, routine.name, {"params", "steps"}, {"steps"}, SUBWORKFLOWS)
    for at, name in enumerate(routine.parameters):
        builder.is_name(name, f"{routine.name}/params/{at}")
    build_block(builder, node.get("steps"), routine.name, "workflow", routine.block)
    builder.finish()
