"""The cloud of a function app: made once, when the worker imports the entry."""

from __future__ import annotations

from cloudless.driver.current import serve_from
from cloudless_azure.clients.cloud import AzureCloud
from cloudless_azure.runtime.log import write_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def stage(addresses: Mapping[str, Any]) -> AzureCloud:
    """The cloud of this process, which client calls of the user's go to. addresses: as in `AzureCloud`."""
    cloud = AzureCloud(addresses)
    serve_from(cloud)
    write_json()
    return cloud
