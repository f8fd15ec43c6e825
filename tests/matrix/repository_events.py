"""The program of examples/10-repository-events: its own recording, a weekend of deliveries, operators and digests."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from tests.matrix.program import EXAMPLES, Program, Step, advance, request

EXAMPLE = "10-repository-events"


def repository_events() -> Program:
    """What the example's tests play under ten seeds of faults in memory."""
    with (EXAMPLES / EXAMPLE / "events.jsonl").open(encoding="utf-8") as lines:
        steps = tuple(_recorded(json.loads(line)) for line in lines)
    return Program(
        EXAMPLE,
        steps,
        secrets={"webhook-secret": "demo", "operator-keys": "demo-key"},
        config={"database": "{folder}/events.db"},
    )


def _recorded(line: dict[str, Any]) -> Step:
    """A line of a recording that has requests and minutes alone."""
    if "advance" in line:
        return advance(timedelta(minutes=int(line["advance"].removesuffix("m"))))
    method, _, path = line["request"].partition(" ")
    sent = {"body": line["text"]} if "text" in line else {"json": line["body"]} if "body" in line else {}
    return request(method, path, headers=line["headers"], **sent)
