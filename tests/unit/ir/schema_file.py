"""Write `cloudless/ir/schema.json`, the published form of the IR: `python -m tests.unit.ir.schema_file`."""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from cloudless import ir
from cloudless.ir.serial import TAG, TAGGED
from cloudless.ir.statement import Statement

PATH = Path(ir.__file__).with_name("schema.json")
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> str:
    """The schema as it should be."""
    table = _adapter(Statement).json_schema()
    nodes = table["$defs"]
    table["properties"]["version"] = {"const": ir.VERSION, "title": "Version", "type": "integer"}
    table["required"] = [*table["required"], "version"]
    for node in (table, *nodes.values()):
        node["additionalProperties"] = False
        node["description"] = " ".join(str(node.get("description", "")).split())
    for name, kind in TAGGED.items():
        _tag(next(node for title, node in nodes.items() if _is(kind, title)), name)
    facts = {"$schema": DIALECT, "title": "An application, as cloudless compiles it"}
    return json.dumps({**table, **facts}, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _adapter(Statement: Any) -> TypeAdapter[ir.Application]:  # noqa: N803  (as orchestration.py names it for checkers)
    """Pydantic looks for names that a module has not got where it is called: here."""
    return TypeAdapter(ir.Application)


def _is(kind: type, title: str) -> bool:
    """Whether a definition is of a class; pydantic names those whose names are taken twice by their module too."""
    return title == kind.__name__ or title == f"{kind.__module__}.{kind.__name__}".replace(".", "__")


def _tag(node: dict[str, Any], name: str) -> None:
    node["properties"] = {TAG: {"const": name, "type": "string"}, **node.get("properties", {})}
    node["required"] = [TAG, *node.get("required", [])]


if __name__ == "__main__":
    PATH.write_text(schema())
