"""Templates of paths, as gateways have them: segments that are texts, variables, or a last one that takes the rest.

Each gateway's own rules (how a template is written, what becomes of a path before it is matched) are its model's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class Kind(IntEnum):
    """Of a segment, the more specific one first."""

    TEXT = 0
    VARIABLE = 1
    REST = 2


@dataclass(frozen=True, slots=True)
class Segment:
    """name: the text itself, or a variable's name."""

    kind: Kind
    name: str


@dataclass(frozen=True, slots=True)
class Template:
    """segments: what stands between slashes; one empty text for the root."""

    segments: tuple[Segment, ...]

    @property
    def variables(self) -> list[str]:
        return [one.name for one in self.segments if one.kind is not Kind.TEXT]

    @property
    def rank(self) -> tuple[object, ...]:
        """Smaller for the more specific one: what takes a rest last, then texts before variables, from the left."""
        kinds = tuple(one.kind for one in self.segments)
        return (Kind.REST in kinds, kinds)

    def match(self, given: Sequence[str]) -> dict[str, str] | None:
        """The variables, none of them empty, where a path's segments match; None where they do not."""
        found: dict[str, str] = {}
        for at, own in enumerate(self.segments):
            if own.kind is Kind.REST:
                rest = "/".join(given[at:])
                return {**found, own.name: rest} if rest else None
            if at >= len(given) or (own.kind is Kind.TEXT and own.name != given[at]):
                return None
            if own.kind is Kind.VARIABLE:
                if not given[at]:
                    return None
                found[own.name] = given[at]
        return found if len(given) == len(self.segments) else None
