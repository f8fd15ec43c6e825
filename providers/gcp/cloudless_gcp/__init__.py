"""The provider of cloudless for Google Cloud. Importing it loads neither its tables, nor its drivers, nor an SDK."""

from __future__ import annotations

from cloudless.errors import InvalidArgument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
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
        """See compile/__init__.py."""
        from cloudless_gcp.compile import compile as document

        return document(stage, application, definitions)

    @property
    def least_terraform(self) -> tuple[int, int]:
        from cloudless_gcp.limits import TERRAFORM

        return TERRAFORM

    @property
    def hints(self) -> Sequence[tuple[str, str]]:
        from cloudless_gcp.terraform import HINTS

        return HINTS

    def resource(self, type: str, label: str, handlers: Iterable[str]) -> tuple[str, str]:
        """See `cloudless.driver.provider.Deploys`."""
        from cloudless_gcp.terraform import resource

        return resource(type, label)

    def credentials(self, stage: Any) -> str:
        """See `cloudless.driver.provider.Deploys`."""
        from cloudless_gcp.terraform import credentials

        return credentials()

    def connect(self, stage: Any, application: Any) -> Cloud:
        """The deployed stage; raises InvalidArgument for one without a project or a region."""
        from cloudless_gcp.clients.cloud import GoogleCloud
        from cloudless_gcp.names import addresses_of

        if not stage.project:
            raise InvalidArgument(
                f'stage {stage.name!r} names no project of {self.title}: add project = "my-project-id"'
            )
        if not stage.region:
            raise InvalidArgument(f'stage {stage.name!r} names no region of {self.title}: add region = "europe-west1"')
        return GoogleCloud(addresses_of(application, stage))


PROVIDER = GoogleCloudProvider()
