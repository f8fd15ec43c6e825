"""The cloud of a function, and how its handler is made: once, when Lambda imports the entry."""

from __future__ import annotations

from cloudless.driver.current import serve_from
from cloudless.runtime import start
from cloudless_aws.clients.cloud import AwsCloud
from cloudless_aws.runtime.log import write_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


starting = start.starting("AWS_LAMBDA_RUNTIME_API")
"""https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime"""


def stage(addresses: Mapping[str, Any]) -> AwsCloud:
    """The cloud of this process, which client calls of the user's go to. addresses: as in `AwsCloud`."""
    cloud = AwsCloud(addresses)
    serve_from(cloud)
    write_json()
    return cloud
