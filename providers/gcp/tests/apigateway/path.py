"""Paths as ESPv2 sees them: normalised before anything else, then matched with the templates of an API.

https://cloud.google.com/api-gateway/docs/path-templating
https://cloud.google.com/endpoints/docs/openapi/specify-esp-v2-startup-options (--disable_normalize_path,
--disable_merge_slashes_in_path: both are done unless these say otherwise)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import ascii_letters, digits

from tests.hosting.template import Kind, Segment
from tests.hosting.template import Template as Segments

_UNRESERVED = frozenset(f"{ascii_letters}{digits}-._~")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_VARIABLE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_.-]*)\}")
_LITERAL = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%-]+")


class BadPath(Exception):
    """A template that an API cannot have, or a request's path that is none."""


def normalized(path: str) -> str:
    """A path as it is matched and as the backend gets it.

    Escapes of what needs none are decoded, dots are followed, adjacent slashes are one; an escaped slash stays one.
    https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2
    """
    if not path.startswith("/"):
        raise BadPath(f"{path!r} begins with no slash")
    found: list[str] = []
    parts = re.sub("/+", "/", _ESCAPE.sub(_decoded, path))[1:].split("/")
    for part in parts:
        if part == "..":
            if not found:
                raise BadPath(f"{path!r} leaves the root")
            found.pop()
        elif part != ".":
            found.append(part)
    is_folder = parts[-1] in {".", ".."} and bool(found)
    return "/" + "/".join([*found, ""] if is_folder else found)


def _decoded(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if character in _UNRESERVED else found[0]


@dataclass(frozen=True, slots=True)
class Template:
    """text: "/items/{id}"."""

    text: str
    segments: Segments

    @classmethod
    def read(cls, text: str) -> Template:
        """Raises BadPath; also for wildcards (`{name=**}`), which our builds have not."""
        if not text.startswith("/"):
            raise BadPath(f"path {text!r} begins with no slash")
        found = cls(text, Segments(tuple(_segment(text, one) for one in text[1:].split("/"))))
        if len(set(found.variables)) != len(found.variables):
            raise BadPath(f"path {text!r} has a variable twice")
        return found

    @property
    def variables(self) -> list[str]:
        return self.segments.variables

    @property
    def shape(self) -> tuple[str, ...]:
        """What two templates have in common that match the same paths."""
        return tuple("{}" if one.kind is Kind.VARIABLE else one.name for one in self.segments.segments)

    def match(self, path: str) -> Mapping[str, str] | None:
        """The variables' values, as they stand in a normalised path; None where it does not match.

        With a slash at the end it matches as well: ESPv2 makes a route for either.
        """
        given = path[1:].split("/")
        found = self.segments.match(given)
        return self.segments.match(given[:-1]) if found is None and not given[-1] else found


def _segment(text: str, segment: str) -> Segment:
    variable = _VARIABLE.fullmatch(segment)
    if variable:
        return Segment(Kind.VARIABLE, variable[1])
    if not _LITERAL.fullmatch(segment) and text != "/":
        raise BadPath(f"path {text!r}: {segment!r} is neither a text nor a variable")
    return Segment(Kind.TEXT, segment)


def find(templates: Iterable[Template], path: str) -> tuple[Template, Mapping[str, str]] | None:
    """The template of a normalised path, and the variables."""
    matching = [(one, found) for one in templates if (found := one.match(path)) is not None]
    return min(matching, key=lambda pair: pair[0].segments.rank, default=None)
