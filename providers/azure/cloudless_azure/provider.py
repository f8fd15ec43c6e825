"""What Azure is to cloudless. Importing it loads neither its tables, nor its drivers, nor an SDK. In no bundle."""

from __future__ import annotations

from cloudless.driver.packaged import Packaged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from cloudless.ir import Grant


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
    asks={"subscription": "00000000-0000-0000-0000-000000000000"},
)
