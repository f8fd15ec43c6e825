"""Physical names: what a stage's resources are called, for the compiler that makes them and the callers that use them.

    app shop, stage prod                 namespace shop-prod-1a2b3c, storage account shopprod1a2b3c
    queue orders, its dead letters       orders, orders-dead-letters in that namespace
    its ledger                           the table `ledger` in that account

Names of namespaces and accounts are unique in the world: the end is a digest of app, stage and subscription.
May import: the standard library.
"""

from __future__ import annotations

from cloudless.errors import UnsupportedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Protocol

    from cloudless.ir import Application, Queue

    class Stage(Protocol):
        """What this needs of a table in cloudless.toml."""

        @property
        def name(self) -> str: ...
        @property
        def subscription(self) -> str | None: ...
        @property
        def config(self) -> Mapping[str, Any]: ...


LEDGER = "ledger"
_DIGEST = 6
_NAMESPACE_MAX = 50
_ACCOUNT_MAX = 24
"""https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/resource-name-rules"""


def addresses_of(application: Application, stage: Stage) -> dict[str, Any]:
    """What `AzureCloud` is given to find a whole stage."""
    subscription = stage.subscription or ""
    return {
        "queues": {queue.name: entity_of(queue) for queue in application.queues},
        "ledger": LEDGER,
        "service_bus": f"{namespace_of(application.name, stage.name, subscription)}.servicebus.windows.net",
        "tables": f"https://{account_of(application.name, stage.name, subscription)}.table.core.windows.net",
        "config": dict(stage.config),
    }


def entity_of(queue: Queue) -> str:
    """Name of a queue in the stage's namespace; `existing={"azure": "name"}` names one that is there already."""
    name = queue.existing.get("azure") or queue.name
    if name.startswith("/"):
        raise UnsupportedError(
            f"queue {queue.name!r}: azure: a queue of another namespace is not built; "
            "existing= takes the name of a queue in the stage's own"
        )
    return name


def namespace_of(app: str, stage: str, subscription: str) -> str:
    """Name of the Service Bus namespace: letters, digits and hyphens, 6 to 50 characters."""
    head = f"{app}-{stage}"[: _NAMESPACE_MAX - _DIGEST - 1].rstrip("-")
    return f"{head}-{_digest(app, stage, subscription)}"


def account_of(app: str, stage: str, subscription: str) -> str:
    """Name of the storage account: lower-case letters and digits, 3 to 24 characters."""
    head = "".join(filter(str.isalnum, f"{app}{stage}".lower()))[: _ACCOUNT_MAX - _DIGEST]
    return f"{head}{_digest(app, stage, subscription)}"


def _digest(*parts: str) -> str:
    from hashlib import sha256

    return sha256("/".join(parts).encode()).hexdigest()[:_DIGEST]
