"""Function apps on Flex Consumption: one for each group, on a plan of its own, with an identity and an account.

https://learn.microsoft.com/en-us/azure/azure-functions/flex-consumption-plan
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cloudless_azure.compile.group import HTTP, HUB, STEPS, Group
from cloudless_azure.compile.identity import identity
from cloudless_azure.compile.publication import publish
from cloudless_azure.compile.scope import STAGE
from cloudless_azure.compile.setting import settings
from cloudless_azure.compile.storage import app_account
from cloudless_azure.limits import INSTANCE_MEMORY
from cloudless_azure.names import container_of

if TYPE_CHECKING:
    from cloudless.compiler import Address
    from cloudless_azure.compile.ground import Ground

TYPE = "azurerm_function_app_flex_consumption"
INSTANCES = 100
"""Most of one app: the platform's own default."""

_REQUESTS = {2_048: 16, 4_096: 32}
"""Requests that an instance works on at a time, by its memory; for Python the platform's own number is 1.

https://learn.microsoft.com/en-us/azure/azure-functions/functions-concurrency#http-trigger-concurrency
"""

_FREE = (
    "http_concurrency", "instance_memory_in_mb", "maximum_instance_count", "public_network_access_enabled",
    "site_config.http2_enabled",
)  # fmt: skip


def function_app(ground: Ground, group: Group) -> Address:
    """The app of a group, and all that it has of its own."""
    place = ground.place(ground.app_name(group.name))
    own, roles = identity(ground, group)
    storage = _storage(ground, group, own)
    plan = ground.document.resource(
        "azurerm_service_plan", group.name, {**place, "os_type": "Linux", "sku_name": "FC1"}
    )
    arguments = {
        **place,
        "service_plan_id": plan["id"],
        **storage,
        "runtime_name": "python",
        "runtime_version": ground.stage.python,
        **_scale(ground, group),
        "https_only": True,
        "webdeploy_publish_basic_authentication_enabled": False,
        "identity": {"type": "UserAssigned", "identity_ids": [own["id"]]},
        "site_config": _site(ground),
        "app_settings": settings(ground, group, own),
    }
    app = ground.document.resource(TYPE, group.name, _native(ground, group, arguments), comment=_what(group))
    publish(ground, group, app, roles)
    return app


def _storage(ground: Ground, group: Group, own: Address) -> dict[str, Any]:
    """Where the app finds its package, with its own identity."""
    kept = app_account(ground, group)
    container = ground.document.resource(
        "azurerm_storage_container", group.name, {"name": container_of(group.name), "storage_account_id": kept["id"]}
    )
    return {
        "storage_container_type": "blobContainer",
        "storage_container_endpoint": f"{kept['primary_blob_endpoint']}{container['name']}",
        "storage_authentication_type": "UserAssignedIdentity",
        "storage_user_assigned_identity_id": own["id"],
    }


def _site(ground: Ground) -> dict[str, Any]:
    insights = ground.document.address("azurerm_application_insights", STAGE)
    return {
        "application_insights_connection_string": insights["connection_string"],
        "http2_enabled": True,
        "minimum_tls_version": "1.2",
        "scm_minimum_tls_version": "1.2",
    }


def memory_of(ground: Ground, group: Group) -> int:
    """The size of an instance: the smallest that holds the handler that asks for most."""
    asked = max((ground.handlers[name].memory_mb for name in group.handlers), default=0)
    return next(size for size in INSTANCE_MEMORY if size >= asked)


def _scale(ground: Ground, group: Group) -> dict[str, Any]:
    memory = memory_of(ground, group)
    scale: dict[str, Any] = {"instance_memory_in_mb": memory, "maximum_instance_count": INSTANCES}
    if group.kind in {HTTP, STEPS}:
        scale["http_concurrency"] = _REQUESTS[memory]
    warm = max((ground.handlers[name].min_instances for name in group.handlers), default=0)
    if warm:
        scale["always_ready"] = [{"name": name, "instance_count": warm} for name in _scaled(group)]
    return scale


def _scaled(group: Group) -> Iterator[str]:
    """What scales by itself: HTTP together, Durable together, every other function alone.

    https://learn.microsoft.com/en-us/azure/azure-functions/flex-consumption-plan#per-function-scaling
    """
    if group.kind in {HTTP, STEPS}:
        yield "http"
    if HUB in group.needs:
        yield "durable"
    if group.kind not in {HTTP, STEPS}:
        yield from (f"function:{handler}" for handler in group.handlers)


def _native(ground: Ground, group: Group, arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments with the `native=` of every handler in the app."""
    for name in group.handlers:
        if owner := ground.handler_owner(name):
            arguments = owner.merged(TYPE, arguments, _FREE)
    return arguments


def _what(group: Group) -> str:
    """What the app runs, in words."""
    if group.kind == HTTP:
        return f"{len(group.endpoints)} HTTP endpoints"
    if group.kind == STEPS:
        said = f"{len(group.functions)} functions"
        return f"{said}, {len(group.orchestrations)} orchestrations" if group.orchestrations else said
    return f"handler {group.handlers[0]}"
