"""OnDemand: values by name, each made when it is first asked for: most simulations call few handlers of an app."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

V = TypeVar("V")


class OnDemand(dict[str, V]):
    """make: the value of a name; raises where there is none. A value that is popped is made anew."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[[str], V]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, name: str) -> V:
        value = self[name] = self._make(name)
        return value
