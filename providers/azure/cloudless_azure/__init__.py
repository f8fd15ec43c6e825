"""The provider of cloudless for Azure. Importing it loads neither its tables, nor its drivers, nor an SDK."""

from __future__ import annotations

from cloudless.errors import InvalidArgument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from cloudless.driver.gap import Gap
    from cloudless.driver.limit import Limit
    from cloudless.driver.provider import Cloud, Compiled
    from cloudless.ir import Grant


class AzureProvider:
    """See `cloudless.driver.provider.Provider`."""

    __slots__ = ()

    name = "azure"
    title = "Azure"

    @property
    def gaps(self) -> Mapping[str, Gap]:
        from cloudless_azure.capabilities import GAPS

        return GAPS

    @property
    def limits(self) -> Mapping[str, Limit]:
        from cloudless_azure.limits import LIMITS

        return LIMITS

    def compile(self, stage: Any, application: Any, definitions: Any) -> Compiled:
        """See compile/__init__.py."""
        from cloudless_azure.compile import compile as document

        return document(stage, application, definitions)

    def widened(self, application: Any) -> Mapping[str, Sequence[Grant]]:
        """What handlers and orchestrations may do beyond their own grants, because function apps share an identity."""
        from cloudless_azure.compile.permission import widened

        return widened(application)

    @property
    def least_terraform(self) -> tuple[int, int]:
        from cloudless_azure.limits import TERRAFORM

        return TERRAFORM

    @property
    def hints(self) -> Sequence[tuple[str, str]]:
        from cloudless_azure.terraform import HINTS

        return HINTS

    def resource(self, type: str, label: str, handlers: Iterable[str]) -> tuple[str, str]:
        """See `cloudless.driver.provider.Deploys`."""
        from cloudless_azure.terraform import resource

        return resource(type, label, handlers)

    def credentials(self, stage: Any) -> str:
        """See `cloudless.driver.provider.Deploys`."""
        from cloudless_azure.terraform import credentials

        return credentials()

    def connect(self, stage: Any, application: Any) -> Cloud:
        """The deployed stage; raises InvalidArgument for one without a subscription."""
        from cloudless_azure.clients.cloud import AzureCloud
        from cloudless_azure.names import addresses_of

        if not stage.subscription:
            raise InvalidArgument(
                f"stage {stage.name!r} names no subscription of {self.title}: add subscription = "
                '"00000000-0000-0000-0000-000000000000" with the id of yours'
            )
        return AzureCloud(addresses_of(application, stage))


PROVIDER = AzureProvider()
