"""Paths of endpoints: `/orders/{id}`, matched against the path of a request as it came, segment by segment.

Paths are exact: `/orders/` is not `/orders`. A segment holds no `/`, `?` or control character, however encoded: API
Gateway decodes paths before it matches them. Where several match, literals go before parameters, from left to right.
"""

from __future__ import annotations

from cloudless.pattern import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_HIDDEN = pattern(r"[/?\x00-\x1f\x7f]")
_ESCAPE = pattern(r"%([0-9A-Fa-f]{2})?")


class BadPath(ValueError):
    """A path whose percent-encoding is none, or no UTF-8, or hides what a path cannot hold."""


class Route:
    """path: as declared. parameters: names in order of their segments. shape: the path with `{}` for each."""

    __slots__ = ("_count", "_literals", "_places", "parameters", "path", "shape")

    def __init__(self, path: str) -> None:
        self.path = path
        segments = path.split("/")
        self._count = len(segments)
        self._literals = [(place, segment) for place, segment in enumerate(segments) if not _is_parameter(segment)]
        self._places = [(place, _name(segment)) for place, segment in enumerate(segments) if _is_parameter(segment)]
        self.parameters = [name for _, name in self._places]
        self.shape = "/".join("{}" if _is_parameter(segment) else segment for segment in segments)

    def match(self, segments: list[str]) -> dict[str, str] | None:
        """The parameters of a path of decoded segments; None where it is another one."""
        if len(segments) != self._count:
            return None
        for place, mine in self._literals:
            if segments[place] != mine:
                return None
        found = {name: segments[place] for place, name in self._places}
        return None if "" in found.values() else found

    @property
    def rank(self) -> tuple[bool, ...]:
        """The route of the lowest rank wins among those that match."""
        return tuple(map(_is_parameter, self.path.split("/")))


def segments_of(path: str) -> list[str]:
    """The decoded segments of a path; raises BadPath."""
    segments = path.split("/") if "%" not in path else [_decoded(segment) for segment in path.split("/")]
    if "." in segments or ".." in segments:
        raise BadPath("segments . and .. are for clients, which leave them out")
    return segments


def routes(paths: Iterable[str]) -> list[Route]:
    """The routes of paths, those that win first."""
    return sorted(map(Route, set(paths)), key=lambda route: (route.rank, route.path))


def _is_parameter(segment: str) -> bool:
    return segment.startswith("{")


def _name(segment: str) -> str:
    return segment[1:-1]


def _decoded(segment: str) -> str:
    if "%" not in segment:
        return segment
    if any(match[1] is None for match in _ESCAPE.finditer(segment)):
        raise BadPath(f"{segment!r}: % is followed by two hexadecimal digits")
    raw = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), segment)
    try:
        text = raw.encode("latin-1").decode()
    except UnicodeError as problem:
        raise BadPath(f"{segment!r} is not percent-encoded UTF-8") from problem
    if _HIDDEN.search(text):
        raise BadPath(f"{segment!r} hides a /, ? or control character, which only a query can hold")
    return text
