"""Route templates of HTTP triggers, as ASP.NET's classic routing matches them.

Routes are tried in the order of the functions' names, whatever is more specific: the host sorts its functions
(FunctionMetadataManager) and its router takes the first that matches (WebScriptHostHttpRoutesManager). Literals match
in any case of letters, a slash at the end does not count, and only a catch-all gets to see it.
https://learn.microsoft.com/en-us/azure/azure-functions/functions-bindings-http-webhook-trigger#customize-the-http-endpoint
https://learn.microsoft.com/en-us/aspnet/core/fundamentals/routing#route-templates
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from providers.azure.tests.functionshost.http import decoded
from providers.azure.tests.functionshost.process import IndexingFailed

_PARAMETER = re.compile(r"\{(?P<all>\*{0,2})(?P<name>\w+)(?P<rest>[^}]*)\}")
_RESERVED = ("admin", "runtime")

_CONSTRAINTS: Mapping[str, Callable[[str], object]] = {
    "alpha": re.compile("[A-Za-z]*").fullmatch,
    "bool": re.compile("true|false", re.IGNORECASE).fullmatch,
    "guid": UUID,
    "int": lambda value: -(2**31) <= int(value) < 2**31,
    "long": lambda value: -(2**63) <= int(value) < 2**63,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One part of a template, between slashes: text in lower case, or a parameter."""

    text: str = ""
    parameter: str = ""
    constraints: tuple[str, ...] = ()
    default: str | None = None
    is_optional: bool = False
    is_all: bool = False

    def accepts(self, value: str) -> bool:
        """Whether a part of a path, decoded, matches."""
        if not self.parameter:
            return value.lower() == self.text
        return bool(value) and all(_holds(constraint, value) for constraint in self.constraints)

    @property
    def may_be_absent(self) -> bool:
        return self.is_all or self.is_optional or self.default is not None


def _holds(constraint: str, value: str) -> bool:
    try:
        return bool(_CONSTRAINTS[constraint](value))
    except ValueError:
        return False


class Template:
    """A template such as `orders/{id:int}/{*path}`. Raises IndexingFailed for what cannot be read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.segments = [_segment(part, text) for part in text.strip("/").split("/")] if text.strip("/") else []

    def match(self, path: str) -> dict[str, str] | None:
        """The parameters in a path as it came ("/orders/7%20a"); None where it does not match."""
        plain = decoded(path)
        parts = plain[1:].removesuffix("/").split("/") if plain != "/" else []
        found: dict[str, str] = {}
        for at, segment in enumerate(self.segments):
            if segment.is_all:
                return {**found, **self._rest(segment, plain, parts[:at])}
            if at >= len(parts):
                return self._absent(found, at)
            if not segment.accepts(parts[at]):
                return None
            if segment.parameter:
                found[segment.parameter] = parts[at]
        return found if len(parts) <= len(self.segments) else None

    @staticmethod
    def _rest(segment: Segment, path: str, before: list[str]) -> dict[str, str]:
        """What a catch-all captures: all that is left, with the slash at the end; nothing, and it is absent."""
        rest = path[1 + sum(len(part) + 1 for part in before) :]
        value = rest or segment.default
        return {segment.parameter: value} if value is not None else {}

    def _absent(self, found: dict[str, str], start: int) -> dict[str, str] | None:
        """The path is shorter: the rest must be able to do without."""
        rest = self.segments[start:]
        if not all(segment.may_be_absent for segment in rest):
            return None
        return {**found, **{one.parameter: one.default for one in rest if one.default is not None}}


def _segment(part: str, template: str) -> Segment:
    if "{" not in part:
        return Segment(text=part.lower())
    found = _PARAMETER.fullmatch(part)
    if not found:
        raise IndexingFailed(f"route {template!r}: this host cannot read {part!r}")
    rest, equals, default = found["rest"].partition("=")
    constraints = tuple(rest.removesuffix("?").split(":")[1:])
    for constraint in constraints:
        if constraint not in _CONSTRAINTS:
            raise IndexingFailed(f"route {template!r}: this host knows no constraint {constraint!r}")
    return Segment(
        parameter=found["name"],
        constraints=constraints,
        default=default if equals else None,
        is_optional=rest.endswith("?"),
        is_all=bool(found["all"]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The way to one function. methods: in capitals, none for all of them. id, parameter: of the function."""

    id: str
    name: str
    parameter: str
    template: Template
    methods: frozenset[str]
    is_anonymous: bool


def template_of(prefix: str, route: str | None, function: str) -> Template:
    """The template of a trigger. Raises IndexingFailed for one that the host keeps to itself."""
    template = Template(f"{prefix}/{route or function}".strip("/") if prefix else (route or function))
    first = template.segments[0].text if template.segments else ""
    if first in _RESERVED:
        raise IndexingFailed(f"{function}: the specified route conflicts with one or more built in routes: {first}")
    return template


def find(routes: list[Route], method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The route that takes a request, and its parameters."""
    for route in sorted(routes, key=lambda one: one.name.upper()):
        if route.methods and method not in route.methods:
            continue
        if (found := route.template.match(path)) is not None:
            return route, found
    return None
