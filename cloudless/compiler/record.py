"""Record: what a build says of itself into Terraform's state, so that the next plan, anywhere, knows what was deployed.

It is the output `cloudless_record`, a JSON text; and is marked as sensitive, though it holds no secret, because plans
print every other output whole. It says what a deployment *did*: its value waits for a resource that is made last, so
an apply that fails before leaves the record of the one before.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from cloudless.compiler.definitions import Definitions
from cloudless.compiler.document import literal
from cloudless.ir import Application, Handler, Orchestration
from cloudless.node import field, node

FILE = "record.tf.json"
OUTPUT = "cloudless_record"
ADDRESS = f"terraform_data.{OUTPUT}"
"""What is made last of a deployment."""
_VERSION = 1


@node(kw_only=True)
class Record:
    """app: its name. grants: what each handler and orchestration may do, e.g. {"take": ("send queue orders",)}.

    definitions: orchestration → sha256 of the definition that new executions get. retained: sha256 → orchestration of
    those of earlier builds, for executions that still run. endpoints: "POST /orders".
    """

    app: str
    grants: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, Any])
    definitions: Mapping[str, str] = field(default_factory=dict[str, Any])
    retained: Mapping[str, str] = field(default_factory=dict[str, Any])
    endpoints: tuple[str, ...] = ()

    @property
    def every(self) -> dict[str, str]:
        """All definitions that are deployed, by sha256: of which orchestration."""
        return {**self.retained, **{digest: name for name, digest in self.definitions.items()}}


def record_of(application: Application, definitions: Definitions) -> Record:
    """The record of a build."""
    holders: list[Handler | Orchestration] = [*application.handlers, *application.orchestrations]
    current = set(definitions.current.values())
    return Record(
        app=application.name,
        grants={
            holder.name: tuple(sorted({f"{one.verb} {one.noun} {one.name}" for one in holder.grants}))
            for holder in holders
        },
        definitions=dict(definitions.current),
        retained={
            digest: json.loads(text)["main"] for digest, text in definitions.texts.items() if digest not in current
        },
        endpoints=tuple(f"{one.method} {one.path}" for one in application.endpoints),
    )


def file_of(record: Record, published: Iterable[str] = ()) -> bytes:
    """The file of a build that makes Terraform keep the record.

    published: addresses of what must be made before the record is true.
    """
    text = _text(record)
    last = {"input": sha256(text.encode()).hexdigest(), "depends_on": sorted(published)}
    output = {"description": "What was deployed, for `cloudless plan`.", "value": _AFTERWARDS, "sensitive": True}
    content = {
        "locals": {OUTPUT: literal(text)},
        "resource": {"terraform_data": {OUTPUT: last}},
        "output": {OUTPUT: output},
    }
    return (json.dumps(content, indent=2) + "\n").encode()


_AFTERWARDS = f'${{{ADDRESS}.output == "" ? "" : local.{OUTPUT}}}'
"""The record, once the resource is made.

Where an apply fails, Terraform still writes outputs whose value it knew when it planned, whatever they depend on; so
this refers to `output`, and not to `input`. The text itself is in no resource: plans would print it.
"""


def _text(record: Record) -> str:
    plain = {
        "version": _VERSION,
        "app": record.app,
        "grants": record.grants,
        "definitions": record.definitions,
        "retained": record.retained,
        "endpoints": record.endpoints,
    }
    return json.dumps(plain, sort_keys=True, separators=(",", ":"))


def read(text: object) -> Record | None:
    """The record of its text; None where there is none, or it is of a version that this one does not know."""
    try:
        plain: Any = json.loads(text) if isinstance(text, str) else {}
        if plain.get("version") != _VERSION:
            return None
        return Record(
            app=plain["app"],
            grants={name: tuple(some) for name, some in plain["grants"].items()},
            definitions=plain["definitions"],
            retained=plain["retained"],
            endpoints=tuple(plain["endpoints"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
