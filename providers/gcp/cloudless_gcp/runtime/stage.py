"""The cloud of a function, and how its handler is made: once, when functions-framework imports the entry."""

from __future__ import annotations

from cloudless.driver.current import serve_from
from cloudless.runtime import start
from cloudless_gcp.clients.cloud import GoogleCloud
from cloudless_gcp.runtime.log import write_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


starting = start.starting("K_SERVICE")
"""https://cloud.google.com/run/docs/container-contract#services-env-vars"""


def stage(addresses: Mapping[str, Any]) -> GoogleCloud:
    """The cloud of this process, which client calls of the user's go to. addresses: as in `GoogleCloud`."""
    cloud = GoogleCloud(addresses)
    serve_from(cloud)
    write_json(addresses.get("project", ""))
    return cloud
