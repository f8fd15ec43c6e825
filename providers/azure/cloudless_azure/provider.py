"""What Azure is to cloudless. Importing it loads neither its tables, nor its drivers, nor an SDK. In no bundle."""

from __future__ import annotations

from cloudless.driver.packaged import Packaged
from cloudless.driver.setting import Setting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from cloudless.ir import Grant


REGION = Setting("region", "where it runs; Azure calls it location", "westeurope", form=r"[a-z][a-z0-9]+")
"""https://learn.microsoft.com/en-us/azure/reliability/regions-list (the programmatic name)"""

SUBSCRIPTION = Setting(
    "subscription",
    "the id of the subscription",
    "00000000-0000-0000-0000-000000000000",
    form=r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
)
RESOURCE_GROUP = Setting(
    "resource_group",
    "the name of a resource group that is there; without it, one is made",
    "shop-prod",
    form=r"[-\w().]{0,89}[-\w()]",
    needed=False,
)
"""https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/resource-name-rules#microsoftresources"""


class AzureProvider(Packaged):
    """See `cloudless.driver.provider.Shares`: function apps share an identity."""

    __slots__ = ()

    def widened(self, application: Any) -> Mapping[str, Sequence[Grant]]:
        """What handlers and orchestrations may do beyond their own grants."""
        from cloudless_azure.compile.permission import widened

        return widened(application)


PROVIDER = AzureProvider(
    "cloudless_azure",
    name="azure",
    title="Azure",
    cloud="AzureCloud",
    settings=(REGION, SUBSCRIPTION, RESOURCE_GROUP),
)
