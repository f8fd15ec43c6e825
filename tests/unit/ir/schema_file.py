"""Write `cloudless/ir/schema.json`, the published form of the IR: `python -m tests.unit.ir.schema_file`."""

import json
from pathlib import Path

from pydantic import TypeAdapter

from cloudless import ir

PATH = Path(ir.__file__).with_name("schema.json")
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> str:
    """The schema as it should be."""
    table = TypeAdapter(ir.Application).json_schema()
    nodes = table["$defs"]
    table["properties"]["version"] = {"const": ir.VERSION, "title": "Version", "type": "integer"}
    table["required"] = [*table["required"], "version"]
    for node in (table, *nodes.values()):
        node["additionalProperties"] = False
        node["description"] = " ".join(str(node.get("description", "")).split())
    facts = {"$schema": DIALECT, "title": "An application, as cloudless compiles it"}
    return json.dumps({**table, **facts}, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    PATH.write_text(schema())
