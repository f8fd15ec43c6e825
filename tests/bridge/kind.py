"""Kind: what tests know of a type of resource, and how it is made of its arguments.

World is what a provider's resources are made in, e.g. its `Azure`. May import: the standard library, cloudless.codec.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from cloudless.codec import is_list
from tests.bridge.expression import Unreadable

World = TypeVar("World", contravariant=True)


@dataclass(frozen=True, slots=True)
class Kind(Generic[World]):
    """make: the world, the resource's address and its arguments in; what it exports out, beside its arguments.

    takes: arguments that make does something with, or checks. ignores: those that change nothing that we can see.
    """

    make: Callable[[World, str, Mapping[str, Any]], dict[str, Any]]
    takes: frozenset[str]
    ignores: frozenset[str] = frozenset()

    def made(self, world: World, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """What a resource exports; raises Unreadable for an argument that is not known."""
        known(address, arguments, self.takes | self.ignores)
        return {**arguments, **self.make(world, address, arguments)}


def words(text: str) -> frozenset[str]:
    """Names, with spaces between them."""
    return frozenset(text.split())


def known(address: str, arguments: Mapping[str, Any], names: Collection[str]) -> None:
    """Raise Unreadable for an argument that is none of these, and for one of a block within."""
    strange = sorted(arguments.keys() - set(names) - {"//"})
    if strange:
        raise Unreadable(f"{address}: arguments {strange}: these tests do not know what they do")


def must(condition: object, address: str, text: str) -> None:
    """Raise Unreadable unless the condition holds: what the cloud would refuse, or what these tests cannot do."""
    if not condition:
        raise Unreadable(f"{address}: {text}")


def block(address: str, arguments: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A block of which there is at most one; {} for none."""
    found: Any = arguments.get(name) or {}
    if is_list(found):
        must(len(found) <= 1, address, f"{name} is there {len(found)} times")
        found = found[0] if found else {}
    block: Mapping[str, Any] = found
    return block
