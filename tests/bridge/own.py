"""Types of Terraform's own, and of its clock: the same on every cloud.

https://developer.hashicorp.com/terraform/language/resources/terraform-data
https://registry.terraform.io/providers/hashicorp/time/latest/docs/resources/sleep
May import: the standard library.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.bridge.kind import Kind, must, words

_SPAN = re.compile(r"\d+(\.\d+)?(ms|s|m|h)")


def _data(world: object, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": address, "output": arguments.get("input")}


def _sleep(world: object, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Nobody waits here; what it waits for has to be a time."""
    for name in ("create_duration", "destroy_duration"):
        span = arguments.get(name)
        must(span is None or _SPAN.fullmatch(span), address, f"{name} {span!r}")
    return {"id": address}


KINDS: Mapping[str, Kind[object]] = {
    "terraform_data": Kind(_data, words("input"), words("triggers_replace")),
    "time_sleep": Kind(_sleep, words("create_duration destroy_duration"), words("triggers")),
}
