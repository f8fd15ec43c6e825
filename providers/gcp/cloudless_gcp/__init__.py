"""The provider of cloudless for Google Cloud. Importing it loads neither its tables, nor its drivers, nor an SDK."""

from __future__ import annotations

from cloudless.errors import InvalidArgument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from cloudless.driver.gap import Gap
    from cloudless.driver.limit import Limit
    from cloudless.driver.provider import Cloud, Compiled


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

    def compile(self, stage: Any, application: Any, definitions: Any) -> Compiled:
        """Not built yet: the table of gaps says so, and nobody asks."""
        raise self.gaps["compile"].error(self.name)

    def connect(self, stage: Any, application: Any) -> Cloud:
        """The deployed stage; raises InvalidArgument for one without a project."""
        from cloudless_gcp.clients.cloud import GoogleCloud
        from cloudless_gcp.names import addresses_of

        if not stage.project:
            raise InvalidArgument(
                f'stage {stage.name!r} names no project of {self.title}: add project = "my-project-id"'
            )
        return GoogleCloud(addresses_of(application, stage))


PROVIDER = GoogleCloudProvider()
