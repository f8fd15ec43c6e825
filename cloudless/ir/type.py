"""Static types of the orchestration language: what compilers pick operators by. Values are JSON."""

from __future__ import annotations

from cloudless.node import node

NONE = "none"
BOOL = "bool"
INT = "int"  # within ±(2**53 - 1)
FLOAT = "float"  # 1 and 1.0 are one value on the wire: whether a number is an int or a float is known statically only
TEXT = "str"
LIST = "list"  # of: the items
DICT = "dict"  # of: the values; keys are strings
RECORD = "record"  # name: of an entry of `Orchestration.records`; every field is always there, null where optional
OPTIONAL = "optional"  # of: what it is where it is not null; never itself optional
ENUM = "enum"  # name: of the class; its values are strings or ints
OPAQUE = "opaque"  # name: "datetime", "date", "time", "timedelta", "Decimal", "UUID": JSON, passed on and compared
JSON = "json"  # any JSON: passed on, and tested for null
ERROR = "error"  # name: of the caught class, or "Exception"


@node()
class Type:
    """kind: one of the constants of this module. of: type of items, values, or what is not null. name: of a class."""

    kind: str
    of: Type | None = None
    name: str = ""

    def __str__(self) -> str:
        if self.kind == OPTIONAL:
            return f"{self.of} | None"
        if self.kind == DICT:
            return f"dict[str, {self.of}]"
        if self.kind == LIST:
            return f"list[{self.of}]"
        return self.name or {NONE: "None", JSON: "JSON"}.get(self.kind, self.kind)


@node()
class Member:
    """One field of a record. name: in Python. key: on the wire, where it differs for a model with aliases."""

    name: str
    key: str
    type: Type


@node()
class RecordType:
    """The fields of a pydantic model, dataclass or TypedDict that an orchestration touches, in order."""

    name: str
    fields: tuple[Member, ...]
