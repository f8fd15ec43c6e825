"""Application Insights of a stage, on a workspace of its own. Apps report with their identities, keys are off.

https://learn.microsoft.com/en-us/azure/azure-monitor/app/azure-ad-authentication
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless_azure.compile.scope import STAGE

if TYPE_CHECKING:
    from cloudless.compiler import Address
    from cloudless_azure.compile.ground import Ground

RETENTION_DAYS = 30
"""As long as it costs nothing beside what is taken in."""


def insights(ground: Ground) -> Address:
    """The component that every app reports to."""
    workspace = ground.document.resource(
        "azurerm_log_analytics_workspace",
        STAGE,
        {
            **ground.place(ground.head),
            "sku": "PerGB2018",
            "retention_in_days": RETENTION_DAYS,
            "local_authentication_enabled": False,
        },
    )
    return ground.document.resource(
        "azurerm_application_insights",
        STAGE,
        {
            **ground.place(ground.head),
            "workspace_id": workspace["id"],
            "application_type": "other",
            "local_authentication_enabled": False,
        },
    )
