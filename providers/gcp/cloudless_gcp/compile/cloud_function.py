"""Functions of Cloud Run: one for each unit, with its own account.

An instance of a handler's has one request at a time. Those of ours, which every execution asks, mostly wait for other
services: they have several. It takes requests from anywhere, and nobody without a token whose owner may call it: that
is IAM's to decide.

One that goes is destroyed once nothing pushes to it any more, so `create_before_destroy`, which Terraform hands down to
all that a function stands on. What is for good of that must be in its name, since two of one name cannot be.
https://github.com/hashicorp/terraform/blob/main/docs/destroying.md
https://cloud.google.com/functions/docs/configuring
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cloudless.compiler.unit import BROKER, HTTP, WORKER, Unit
from cloudless_gcp.compile.account import account, name_of
from cloudless_gcp.compile.entry import SOURCE
from cloudless_gcp.compile.permission import assign
from cloudless_gcp.compile.publication import built
from cloudless_gcp.compile.scope import FUNCTION
from cloudless_gcp.compile.service import FUNCTIONS
from cloudless_gcp.compile.wait import hold, roles

if TYPE_CHECKING:
    from cloudless.compiler.native import Owner
    from cloudless_gcp.compile.ground import Ground

INSTANCES = 100
"""At a time for one function, which is what the service itself would take."""
TOGETHER: Mapping[str, int] = {BROKER: 32, WORKER: 8}
"""Requests of an instance at a time, by kind: calls of services, and pure functions, which compute.

More than one need a whole processor. functions-framework has as many threads; with one, it is gunicorn's main thread.
https://cloud.google.com/functions/docs/configuring/concurrency
https://github.com/GoogleCloudPlatform/functions-framework-python/pull/328
"""
TOGETHER_MB = 512
"""What they have together: https://cloud.google.com/run/docs/configuring/services/memory-limits#cpu-minimum."""
_FREE = (
    "service_config.available_cpu", "service_config.available_memory", "service_config.ingress_settings",
    "service_config.max_instance_count", "service_config.max_instance_request_concurrency",
)  # fmt: skip


def cloud_function(ground: Ground, unit: Unit) -> None:
    """The function of a unit, and all that it has of its own but what calls it."""
    owner = ground.handler_owner(unit.handler) if unit.handler else None
    made = account(ground, name_of(unit.name), comment=_what(unit), owner=owner)
    for one in assign(ground, unit.name, ground.needed.of(unit)):
        hold(ground, one)
    arguments: dict[str, Any] = {
        **ground.of(FUNCTIONS),
        "location": ground.region,
        "name": unit.function,
        "build_config": {
            **built(ground),
            "entry_point": unit.module,
            "environment_variables": {"GOOGLE_FUNCTION_SOURCE": SOURCE},
        },
        "service_config": {**_service(unit, owner), "service_account_email": made["email"]},
        "depends_on": [roles(ground), *ground.flow.before_function(unit)],
        "lifecycle": {"create_before_destroy": True},
    }
    ground.document.resource(FUNCTION, unit.name, arguments, owner=owner, free=_FREE, comment=_what(unit))


def _service(unit: Unit, owner: Owner | None) -> dict[str, Any]:
    return {
        **_capacity(unit),
        "environment_variables": {"THREADS": str(_together(unit, owner))},
        "timeout_seconds": unit.timeout_s,
        "min_instance_count": unit.min_instances,
        "max_instance_count": max(INSTANCES, unit.min_instances),
        "ingress_settings": "ALLOW_ALL",
    }


def _together(unit: Unit, owner: Owner | None) -> Any:
    """How many requests an instance has at a time, and so threads: `native=` of a handler may ask for more."""
    asked = owner and owner.given(FUNCTION, "service_config.max_instance_request_concurrency")
    return asked or TOGETHER.get(unit.kind, 1)


def _capacity(unit: Unit) -> dict[str, Any]:
    """What an instance has, and how many requests at a time."""
    together = TOGETHER.get(unit.kind, 1)
    if together == 1:
        return {"available_memory": f"{unit.memory_mb}Mi", "max_instance_request_concurrency": 1}
    return {
        "available_memory": f"{max(unit.memory_mb, TOGETHER_MB)}Mi",
        "available_cpu": "1",
        "max_instance_request_concurrency": together,
    }


def _what(unit: Unit) -> str:
    """What the function runs, in words."""
    if unit.kind == WORKER:
        return "pure functions, sends and publishes of orchestrations"
    if unit.kind == BROKER:
        return "executions, and events that they wait for"
    return f"{'endpoint' if unit.kind == HTTP else 'handler'} {unit.handler}"
