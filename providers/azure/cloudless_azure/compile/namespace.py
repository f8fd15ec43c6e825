"""The Service Bus namespace of a stage: Standard, which has topics, sessions and scheduled messages.

No keys: `local_auth_enabled` is off, everybody comes with an identity.
https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-premium-messaging
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless_azure.compile.scope import NAMESPACE, STAGE
from cloudless_azure.names import namespace_of

if TYPE_CHECKING:
    from cloudless.compiler import Address
    from cloudless_azure.compile.ground import Ground


def namespace(ground: Ground) -> Address | None:
    """The namespace, where something is sent or consumed."""
    if not ground.uses_bus:
        return None
    return ground.document.resource(
        NAMESPACE,
        STAGE,
        {
            **ground.place(namespace_of(*ground.parts)),
            "sku": "Standard",
            "local_auth_enabled": False,
            "minimum_tls_version": "1.2",
        },
    )
