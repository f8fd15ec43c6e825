"""Fields of the types of bodies, as far as a type tells them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudless.options import nearest


def missing_field(kind: Any, path: str) -> tuple[str, str] | None:
    """What is wrong with a dotted path of fields, and what to write; None where it is fine or cannot be told."""
    for name in path.split("."):
        fields = fields_of(kind)
        if fields is None:
            return None
        if name not in fields:
            guess = nearest(name, fields)
            remedy = f"did you mean {guess!r}?" if guess else f"its fields are {', '.join(fields)}"
            return f"{getattr(kind, '__name__', kind)} has no field {name!r}", remedy
        kind = fields[name]
    return None


def fields_of(kind: Any) -> Mapping[str, Any] | None:
    """Fields of a model, dataclass or TypedDict with their types; None for types that have none to tell."""
    if hasattr(kind, "model_fields"):
        return {name: field.annotation for name, field in kind.model_fields.items()}
    if hasattr(kind, "__dataclass_fields__") or hasattr(kind, "__required_keys__"):
        return dict(getattr(kind, "__dataclass_fields__", None) or kind.__annotations__)
    return None


def may_have(kind: Any, name: str) -> bool:
    """Whether a body of a type may have a member: a field, a property, a further key; or the type does not tell.

    What a subclass has counts, as a topic takes its bodies as well.
    """
    fields = fields_of(kind)
    if fields is None or name in fields or hasattr(kind, name):
        return True
    if getattr(kind, "model_config", {}).get("extra") == "allow":
        return True
    return any(may_have(one, name) for one in kind.__subclasses__())
