"""The provider of cloudless for AWS. Importing it loads neither its tables, nor its drivers, nor an SDK."""

from __future__ import annotations

from cloudless.errors import InvalidArgument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from cloudless.driver.gap import Gap
    from cloudless.driver.limit import Limit
    from cloudless.driver.provider import Cloud, Compiled


class AwsProvider:
    """See `cloudless.driver.provider.Provider`."""

    __slots__ = ()

    name = "aws"
    title = "Amazon Web Services"

    @property
    def gaps(self) -> Mapping[str, Gap]:
        from cloudless_aws.capabilities import GAPS

        return GAPS

    @property
    def limits(self) -> Mapping[str, Limit]:
        from cloudless_aws.limits import LIMITS

        return LIMITS

    def compile(self, stage: Any, application: Any, definitions: Any) -> Compiled:
        """Not built yet: the table of gaps says so, and nobody asks."""
        raise self.gaps["compile"].error(self.name)

    def connect(self, stage: Any, application: Any) -> Cloud:
        """The deployed stage; raises InvalidArgument for one without a region."""
        from cloudless_aws.clients.cloud import AwsCloud
        from cloudless_aws.names import addresses_of

        if not stage.region:
            raise InvalidArgument(f'stage {stage.name!r} names no region of {self.title}: add region = "eu-central-1"')
        return AwsCloud(addresses_of(application, stage))


PROVIDER = AwsProvider()
