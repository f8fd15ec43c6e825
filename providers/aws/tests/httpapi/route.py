"""Routes: a method and a path, and which of them answers a request.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tests.hosting.template import Kind, Segment, Template

DEFAULT = "$default"
ANY = "ANY"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", ANY})
_VARIABLE = re.compile(r"\{[A-Za-z0-9._:-]+\}")
_GREEDY = re.compile(r"\{[A-Za-z0-9._:-]+\+\}")
_LITERAL = re.compile(r"[^{}/\s]*")


class BadRoute(Exception):
    """A route key that API Gateway would refuse."""


@dataclass(frozen=True, slots=True)
class RouteKey:
    """text: "GET /items/{id}" or "$default". method, path: its parts, "/" of the default one. template: of the path."""

    text: str
    method: str
    path: str
    template: Template

    @classmethod
    def read(cls, text: str) -> RouteKey:
        """Raises BadRoute."""
        if text == DEFAULT:
            return cls(text, ANY, "/", Template(()))
        method, _, path = text.partition(" ")
        if method not in METHODS:
            raise BadRoute(f"route key {text!r}: no method of an HTTP API")
        if not path.startswith("/"):
            raise BadRoute(f"route key {text!r}: the path begins with no slash")
        *before, last = path[1:].split("/")
        template = Template((*(_segment(text, one) for one in before), _segment(text, last, is_last=True)))
        return cls(text, method, path, template)

    def match(self, method: str, segments: list[str]) -> dict[str, str] | None:
        """The path's variables, where the route takes a request; None where it does not."""
        if self.text == DEFAULT:
            return {}
        return self.template.match(segments) if self.method in {ANY, method} else None

    @property
    def rank(self) -> tuple[object, ...]:
        """Smaller for the more specific one: the default last, then paths from the left, then ANY after methods.

        The page ranks full matches before greedy ones before the default. That a literal goes before a variable is in
        its examples. That the path counts before the method is how we read "ANY … all methods that you haven't defined
        for a resource".
        """
        return (self.text == DEFAULT, *self.template.rank, self.method == ANY)


def _segment(text: str, segment: str, *, is_last: bool = False) -> Segment:
    if _LITERAL.fullmatch(segment):
        return Segment(Kind.TEXT, segment)
    if _VARIABLE.fullmatch(segment):
        return Segment(Kind.VARIABLE, segment[1:-1])
    if is_last and _GREEDY.fullmatch(segment):
        return Segment(Kind.REST, segment[1:-2])
    raise BadRoute(f"route key {text!r}: {segment!r} is neither a text, a variable nor a last greedy one")


def find(routes: Iterable[RouteKey], method: str, path: str) -> tuple[RouteKey, dict[str, str]] | None:
    """The route of a request, and the path's variables. path: decoded."""
    segments = path[1:].split("/")
    matching = [(route, found) for route in routes if (found := route.match(method, segments)) is not None]
    return min(matching, key=lambda one: one[0].rank, default=None)
