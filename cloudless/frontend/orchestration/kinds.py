"""Static types: those of the IR, what fits where, and how people are told of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from cloudless.ir.type import (
    BOOL,
    DICT,
    ENUM,
    ERROR,
    FLOAT,
    INT,
    JSON,
    LIST,
    NONE,
    OPAQUE,
    OPTIONAL,
    RECORD,
    TEXT,
    Type,
)

UNKNOWN = Type("unknown")
"""Of what was reported already: it fits everywhere, so that one mistake is told once."""
NULL = Type(NONE)
BOOLEAN = Type(BOOL)
WHOLE = Type(INT)
REAL = Type(FLOAT)
STRING = Type(TEXT)
ANY = Type(JSON)
TIME = Type(OPAQUE, None, "datetime")
IDENTIFIER = Type(OPAQUE, None, "UUID")
SCALARS = frozenset({NONE, BOOL, INT, FLOAT, TEXT, ENUM, OPAQUE})
NUMBERS = frozenset({INT, FLOAT})
MUTABLE = frozenset({LIST, DICT, RECORD})

Derives = Callable[[str, str], bool]
"""Whether the class of one name is, or derives from, that of another."""


@cache
def list_of(item: Type) -> Type:
    """list[item]."""
    return Type(LIST, item)


@cache
def dict_of(value: Type) -> Type:
    """dict[str, value]."""
    return Type(DICT, value)


@cache
def optional(of: Type) -> Type:
    """`of | None`; JSON and what is optional already are that."""
    return of if of.kind in {OPTIONAL, NONE, JSON, "unknown"} else Type(OPTIONAL, of)


@cache
def error_of(name: str) -> Type:
    """An error of a class."""
    return Type(ERROR, None, name)


@cache
def record_of(name: str) -> Type:
    """A record of a class."""
    return Type(RECORD, None, name)


def part(of: Type) -> Type:
    """What a list, dict or optional is of."""
    return UNKNOWN if of.of is None else of.of


def present(kind: Type) -> Type:
    """Without None."""
    return part(kind) if kind.kind == OPTIONAL else kind


@cache
def has_unknown(kind: Type) -> bool:
    """Whether a part is not known."""
    return kind.kind == "unknown" or (kind.of is not None and has_unknown(kind.of))


@cache
def has_record(kind: Type) -> bool:
    """Whether it is, or has inside, a record: a dict display in its place may have to be one."""
    return kind.kind == RECORD or (kind.of is not None and has_record(kind.of))


@cache
def settled(kind: Type) -> Type:
    """As it goes into the IR: JSON where a part is not known, as in a list that is always empty."""
    if kind.of is None:
        return ANY if kind.kind == "unknown" else kind
    inner = settled(kind.of)
    return kind if inner is kind.of else Type(kind.kind, inner, kind.name)


@cache
def is_mutable(kind: Type) -> bool:
    """Whether two names for one such value could see each other's changes."""
    return kind.kind in MUTABLE or (kind.kind == OPTIONAL and is_mutable(part(kind)))


def fits(value: Type, wanted: Type, derives: Derives) -> bool:
    """Whether a value may stand where another type is wanted. Containers vary with their parts: values are copies."""
    if value is wanted or value == wanted or "unknown" in {value.kind, wanted.kind}:
        return True
    if wanted.kind == JSON:
        return value.kind != ERROR
    if wanted.kind == OPTIONAL:
        return value.kind == NONE or fits(present(value), part(wanted), derives)
    if value.kind == wanted.kind and value.kind in {LIST, DICT}:
        return fits(part(value), part(wanted), derives)
    if value.kind == wanted.kind and value.kind in {RECORD, ERROR}:
        return derives(value.name, wanted.name)
    if value.kind == ENUM and wanted.kind in {TEXT, INT}:
        return derives(value.name, wanted.kind)
    return value.kind == INT and wanted.kind == FLOAT


def joined(one: Type, other: Type, derives: Derives) -> Type | None:
    """The type that holds both; None where there is none but JSON."""
    if fits(one, other, derives):
        return one if other.kind == "unknown" or (has_unknown(other) and not has_unknown(one)) else other
    if fits(other, one, derives):
        return one
    if NONE in {one.kind, other.kind}:
        return optional(other if one.kind == NONE else one)
    if OPTIONAL in {one.kind, other.kind}:
        both = joined(present(one), present(other), derives)
        return optional(both) if both else None
    if ERROR == one.kind == other.kind:
        return error_of("Exception")
    return None
