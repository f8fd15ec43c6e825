"""A set of names from which the seed chooses: add, discard and choose cost the same at any size."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Pool:
    """Names in no promised order; equal histories of calls give equal orders. is_calm: in order of addition, slowly."""

    __slots__ = ("_is_calm", "_names", "_places")

    def __init__(self, *, is_calm: bool = False) -> None:
        self._is_calm = is_calm
        self._names: list[str] = []
        self._places: dict[str, int] = {}

    def add(self, name: str) -> None:
        """Add a name, once."""
        if name not in self._places:
            self._places[name] = len(self._names)
            self._names.append(name)

    def discard(self, name: str) -> None:
        """Remove a name; the last one takes its place."""
        place = self._places.pop(name, None)
        if place is None:
            return
        if self._is_calm:
            del self._names[place]
            self._places = {name: place for place, name in enumerate(self._names)}
            return
        last = self._names.pop()
        if last != name:
            self._names[place] = last
            self._places[last] = place

    def choose(self, random: Callable[[], float]) -> str:
        """Any of the names."""
        return self._names[int(random() * len(self._names))]

    def first(self) -> str:
        """One of the names, always the same one until the pool changes."""
        return self._names[0]

    def __len__(self) -> int:
        return len(self._names)
