"""Owner: a handle whose `native=` goes into the Terraform resources that are made for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from cloudless.config import codes
from cloudless.ir import Diagnostic, Span

Table = Mapping[str, Any]
_ABSENT: Any = object()


class Owner:
    """title: of messages, e.g. "queue 'orders'". native: arguments by type of resource. span: where it is declared.

    Objects are merged into ours, lists are added to ours, and what we leave unsaid is taken as it stands: it may hold
    references. Another value for an argument that we set ourselves is a problem, unless the compiler leaves it open.
    """

    def __init__(self, title: str, native: Mapping[str, Mapping[str, Any]], span: Span) -> None:
        self._title = title
        self._native = native
        self._span = span
        self._types: set[str] = set()
        self._clashes: dict[Diagnostic, None] = {}

    def merged(self, type: str, arguments: Mapping[str, Any], free: Iterable[str] = ()) -> dict[str, Any]:
        """The arguments of a resource of that type, with what `native=` gives it."""
        self._types.add(type)
        given = self._native.get(type)
        return dict(arguments) if given is None else self._merged(arguments, given, f"{type}.", frozenset(free))

    def given(self, type: str, path: str) -> Any:
        """What `native=` says of an argument of that type, by its dotted path; None where it says nothing."""
        found: Any = self._native.get(type)
        for key in path.split("."):
            found = cast("Table", found).get(key) if isinstance(found, Mapping) else None
        return found

    @property
    def problems(self) -> list[Diagnostic]:
        """What clashes with ours, then types of which the handle has no resource."""
        return [*self._clashes, *map(self._unknown, sorted(self._native.keys() - self._types))]

    def _merged(
        self, ours: Mapping[str, Any], given: Mapping[str, Any], path: str, free: frozenset[str]
    ) -> dict[str, Any]:
        result = dict(ours)
        for key, value in given.items():
            result[key] = self._both(ours.get(key, _ABSENT), value, f"{path}{key}", free)
        return result

    def _both(self, ours: Any, given: Any, path: str, free: frozenset[str]) -> Any:
        if ours is _ABSENT or ours == given or path.partition(".")[2] in free:
            return given
        if isinstance(ours, Mapping) and isinstance(given, Mapping):
            return self._merged(cast("Table", ours), cast("Table", given), f"{path}.", free)
        if isinstance(ours, list) and isinstance(given, list):
            return _joined(ours, given)  # pyright: ignore[reportUnknownArgumentType]
        self._clashes[self._clash(path, ours, given)] = None
        return cast("Any", ours)

    def _clash(self, path: str, ours: Any, given: Any) -> Diagnostic:
        message = f"{self._title}: native= sets {path} to {given!r:.60}, which cloudless sets to {ours!r:.60}"
        remedy = "leave it out: what cloudless promises hangs on it; an option of the handle may be what you need"
        return Diagnostic(codes.NATIVE, message, self._span, remedy)

    def _unknown(self, type: str) -> Diagnostic:
        message = f"{self._title}: native= names {type}, of which it has no resource"
        known = f"there are {', '.join(sorted(self._types))}" if self._types else "nothing of it can be changed so"
        return Diagnostic(codes.NATIVE, message, self._span, f"{known}; others belong into a *.tf file in infra/")


def _joined(ours: list[Any], given: list[Any]) -> list[Any]:
    return [*ours, *(item for item in given if item not in ours)]
