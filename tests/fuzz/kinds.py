"""Kinds: the static types of generated programs, as people annotate them."""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """name: "int", "list", "record" …, or "error". of: of items, of values, or of what is not None. title: a class."""

    name: str
    of: Kind | None = None
    title: str = ""

    def __str__(self) -> str:
        if self.name in {"list", "dict", "optional"}:
            return {"list": f"list[{self.of}]", "dict": f"dict[str, {self.of}]", "optional": f"{self.of} | None"}[
                self.name
            ]
        return self.title or self.name

    @property
    def inner(self) -> Kind:
        """What it is made of."""
        assert self.of is not None
        return self.of


INT, FLOAT, BOOL, TEXT = Kind("int"), Kind("float"), Kind("bool"), Kind("str")
NONE = Kind("None")
TIME, UUID = Kind("opaque", None, "datetime"), Kind("opaque", None, "UUID")
SCALARS = (INT, TEXT, BOOL, FLOAT)


def list_of(kind: Kind) -> Kind:
    return Kind("list", kind)


def dict_of(kind: Kind) -> Kind:
    return Kind("dict", kind)


def optional(kind: Kind) -> Kind:
    return kind if kind.name == "optional" else Kind("optional", kind)


def record(title: str) -> Kind:
    return Kind("record", None, title)


def enum(title: str) -> Kind:
    return Kind("enum", None, title)


def is_changeable(kind: Kind) -> bool:
    """Whether two names for one value could show in CPython."""
    return kind.name in {"list", "dict", "record"} or (kind.name == "optional" and is_changeable(kind.inner))
