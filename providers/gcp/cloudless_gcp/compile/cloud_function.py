"""Functions of Cloud Run: one for each unit, with its own account, and one request at a time an instance.

It takes requests from anywhere, and nobody without a token whose owner may call it: that is IAM's to decide.
https://cloud.google.com/functions/docs/configuring
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudless.compiler.unit import BROKER, HTTP, WORKER, Unit
from cloudless_gcp.compile.account import account, name_of
from cloudless_gcp.compile.entry import SOURCE
from cloudless_gcp.compile.permission import assign
from cloudless_gcp.compile.publication import built
from cloudless_gcp.compile.scope import FUNCTION
from cloudless_gcp.compile.service import FUNCTIONS

if TYPE_CHECKING:
    from cloudless_gcp.compile.ground import Ground

INSTANCES = 100
"""At a time for one function, which is what the service itself would take."""
_FREE = (
    "service_config.available_cpu", "service_config.available_memory", "service_config.ingress_settings",
    "service_config.max_instance_count", "service_config.max_instance_request_concurrency",
)  # fmt: skip


def cloud_function(ground: Ground, unit: Unit) -> None:
    """The function of a unit, and all that it has of its own but what calls it."""
    owner = ground.handler_owner(unit.handler) if unit.handler else None
    made = account(ground, name_of(unit.name), comment=_what(unit), owner=owner)
    ready = assign(ground, unit.name, ground.needed.of(unit))
    arguments: dict[str, Any] = {
        **ground.of(FUNCTIONS),
        "location": ground.region,
        "name": unit.function,
        "build_config": {
            **built(ground),
            "entry_point": unit.module,
            "environment_variables": {"GOOGLE_FUNCTION_SOURCE": SOURCE},
        },
        "service_config": {
            "available_memory": f"{unit.memory_mb}Mi",
            "timeout_seconds": unit.timeout_s,
            "min_instance_count": unit.min_instances,
            "max_instance_count": max(INSTANCES, unit.min_instances),
            "max_instance_request_concurrency": 1,
            "ingress_settings": "ALLOW_ALL",
            "service_account_email": made["email"],
        },
        **({"depends_on": ready} if ready else {}),
    }
    ground.document.resource(FUNCTION, unit.name, arguments, owner=owner, free=_FREE, comment=_what(unit))


def _what(unit: Unit) -> str:
    """What the function runs, in words."""
    if unit.kind == WORKER:
        return "pure functions, sends and publishes of orchestrations"
    if unit.kind == BROKER:
        return "executions, and events that they wait for"
    return f"{'endpoint' if unit.kind == HTTP else 'handler'} {unit.handler}"
