"""Frozen plain data, as `dataclass(frozen=True, slots=True)` makes it, at a twentieth of what that costs at import.

    @node(kw_only=True)
    class Topic:
        name: str
        attributes: tuple[str, ...] = ()

`dataclasses` writes and compiles the methods of each class anew, and imports `inspect`: 25 ms of every run of a user's
tests for our forty classes (docs/decisions/0013). These are built from closures. Type checkers, `dataclasses.fields`,
`dataclasses.replace` and pydantic take them for dataclasses. Lowest layer.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform

if TYPE_CHECKING:
    from collections.abc import Callable

    _Put = tuple[str, Callable[[Any, Any], None], "Field"]
    """How an attribute is set, which nobody else may."""

T = TypeVar("T")
_MISSING: Any = object()
_TABLE = "__dataclass_fields__"


class Field:
    """What `field` says of one attribute."""

    __slots__ = ("compare", "default", "factory", "hash", "name")

    def __init__(self, default: Any, factory: Callable[[], Any] | None, compare: bool, hash: bool) -> None:  # noqa: A002
        self.name = ""
        self.default = default
        self.factory = factory
        self.compare = compare
        self.hash = hash and compare

    @property
    def is_required(self) -> bool:
        """Whether there is no default."""
        return self.factory is None and self.default is _MISSING

    def value(self, title: str) -> Any:
        """The default; TypeError where there is none."""
        if self.is_required:
            raise TypeError(f"{title}() needs {self.name}")
        return self.default if self.factory is None else self.factory()


def field(
    *,
    default: Any = _MISSING,
    default_factory: Callable[[], Any] | None = None,
    compare: bool = True,
    hash: bool = True,  # noqa: A002  (as dataclasses call it)
) -> Any:
    """An attribute with a default made anew for each node, or one that does not count where nodes are compared."""
    return Field(default, default_factory, compare, hash)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def node(*, kw_only: bool = False, order: bool = False) -> Callable[[type[T]], type[T]]:
    """Make a class of annotated attributes into a frozen one. kw_only: attributes are given by name. order: by all."""

    def make(plain: type[T]) -> type[T]:
        fields = [_field(plain, name) for name in _annotations(plain)]
        names = tuple(one.name for one in fields)
        body = {key: value for key, value in plain.__dict__.items() if key not in {*names, "__dict__", "__weakref__"}}
        body |= {"__slots__": names, "__match_args__": () if kw_only else names, _TABLE: _AsDataclass(fields)}
        plan: list[_Put] = []
        methods = _methods(plain.__name__, fields, plan, order=order, kw_only=kw_only)
        made: Any = type(plain.__name__, plain.__bases__, {**methods, **body})  # methods set later cost as much again
        plan += [(one.name, made.__dict__[one.name].__set__, one) for one in fields]
        result: type[T] = made
        return result

    return make


def replace(one: T, **changes: Any) -> T:
    """The same node with other values of some attributes."""
    kept = {own.name: getattr(one, own.name) for own in fields(one)}
    return type(one)(**kept | changes)


def is_node(value: object) -> bool:
    """Whether something is a node, or a class of them."""
    kind = value if isinstance(value, type) else type(value)
    return isinstance(getattr(kind, "__dict__", {}).get(_TABLE), _AsDataclass)


def fields(one: object) -> list[Field]:
    """The attributes of a node, or of a class of them, in order."""
    table: _AsDataclass = vars(one if isinstance(one, type) else type(one))[_TABLE]
    return table.fields


def _annotations(plain: type[Any]) -> dict[str, Any]:
    found: dict[str, Any] = vars(plain).get("__annotations__", {})
    return found


def _field(plain: type, name: str) -> Field:
    given = plain.__dict__.get(name, _MISSING)
    found = given if isinstance(given, Field) else Field(given, None, compare=True, hash=True)
    found.name = name
    return found


def _methods(
    title: str, fields: list[Field], plan: list[_Put], *, order: bool, kw_only: bool
) -> dict[str, Callable[..., Any]]:
    compared = [one.name for one in fields if one.compare]
    key, hashed = _getter(compared), _getter([one.name for one in fields if one.hash])

    def __eq__(self: Any, other: object) -> bool:  # noqa: N807
        return key(self) == key(other) if type(other) is type(self) else NotImplemented

    def __hash__(self: Any) -> int:  # noqa: N807
        return hash(hashed(self))

    def __lt__(self: Any, other: Any) -> bool:  # noqa: N807
        result: bool = key(self) < key(other)
        return result if type(other) is type(self) else NotImplemented

    def __repr__(self: Any) -> str:  # noqa: N807
        return f"{title}({', '.join(f'{one.name}={getattr(self, one.name)!r}' for one in fields)})"

    def __reduce__(self: Any) -> Any:  # noqa: N807
        return _again, (type(self), {one.name: getattr(self, one.name) for one in fields})

    methods: dict[str, Callable[..., Any]] = {
        "__init__": _init(title, plan, 0 if kw_only else len(fields)), "__eq__": __eq__, "__hash__": __hash__,
        "__repr__": __repr__, "__reduce__": __reduce__, "__setattr__": _frozen, "__delattr__": _frozen,
    }  # fmt: skip
    return {**methods, "__lt__": __lt__} if order else methods


def _init(title: str, plan: list[_Put], most: int) -> Callable[..., None]:
    """most: how many may be given by position. plan: of all, in order; complete once there is a class."""

    def __init__(self: Any, *args: Any, **given: Any) -> None:  # noqa: N807
        count = len(args)
        if count > most:
            raise TypeError(f"{title}() takes {most} positional arguments, {count} were given")
        for (_, put, _), value in zip(plan, args, strict=False):
            put(self, value)
        for name, put, one in plan[count:] if count else plan:
            put(self, given.pop(name) if name in given else one.value(title))
        if given:
            raise TypeError(f"{title}() has no {min(given)}")

    return __init__


def _getter(names: list[str]) -> Callable[[Any], Any]:
    return attrgetter(*names) if names else lambda _: ()


def _frozen(self: object, name: str, *_: object) -> None:
    raise AttributeError(f"{type(self).__name__}.{name} cannot be changed: make another with replace()")


def _again(made: type, values: dict[str, Any]) -> Any:
    return made(**values)


class _AsDataclass:
    """What `dataclasses` wants to know of a class of ours, made when it asks."""

    def __init__(self, fields: list[Field]) -> None:
        self.fields = fields
        self._known: dict[str, Any] | None = None

    def __get__(self, one: object, kind: type) -> dict[str, Any]:
        if self._known is None:
            self._known = {own.name: _dataclass_field(own, kind.__annotations__[own.name]) for own in self.fields}
        return self._known


def _dataclass_field(own: Field, annotation: Any) -> Any:
    import dataclasses

    made: Any = dataclasses.field(
        default=dataclasses.MISSING if own.default is _MISSING else own.default,
        default_factory=own.factory or dataclasses.MISSING,
        compare=own.compare,
        hash=own.hash,
    )
    made.name, made.type, made._field_type, made.kw_only = own.name, annotation, dataclasses._FIELD, False  # type: ignore[attr-defined]  # noqa: SLF001
    return made
