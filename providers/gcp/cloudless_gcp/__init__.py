"""The provider of cloudless for Google Cloud. Importing it loads neither its tables, nor its drivers, nor an SDK."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from cloudless.driver.gap import Gap
    from cloudless.driver.limit import Limit
    from cloudless.driver.provider import Cloud


class GoogleCloudProvider:
    """See `cloudless.driver.provider.Provider`."""

    __slots__ = ()

    name = "gcp"
    title = "Google Cloud"

    @property
    def gaps(self) -> Mapping[str, Gap]:
        from cloudless_gcp.capabilities import GAPS

        return GAPS

    @property
    def limits(self) -> Mapping[str, Limit]:
        from cloudless_gcp.limits import LIMITS

        return LIMITS

    def connect(self, stage: Any, application: Any) -> Cloud:
        """The stage whose `addresses` are known; raises UnsupportedError where no build has told them yet."""
        from cloudless_gcp.clients.cloud import GoogleCloud

        addresses = getattr(stage, "addresses", None)
        if not addresses:
            from cloudless.errors import UnsupportedError

            raise UnsupportedError(
                f"the addresses of this stage on {self.title} are unknown: {self.gaps['compile'].reason}"
            )
        return GoogleCloud(addresses)


PROVIDER = GoogleCloudProvider()
