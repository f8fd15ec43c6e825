"""Clients of AWS's SDK for one endpoint that answers for all services, as emulators do.

May import: the standard library, boto3, botocore.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.loaders import create_loader

from providers.aws.tests.bridge.aws import Clients


def clients(url: str, *, account: str, region: str, secret: str = "test") -> Clients:
    """url: of the endpoint. account: of 12 digits: as an access key ministack takes it for the account's."""
    return accounts(url, region=region, secret=secret)(account)


def accounts(url: str, *, region: str, secret: str = "test") -> Callable[[str], Clients]:
    """Clients of one account after the other, those of the latest alone: making them takes longer than what they do."""
    core = botocore.session.Session()
    core.register_component("data_loader", _loader())
    session = boto3.session.Session("nobody", secret, region_name=region, botocore_session=core)
    credentials = core.get_credentials()
    assert credentials is not None
    # No retries: what an emulator refuses, it refuses again. Its certificate is of no host, so no host in front.
    config = Config(
        retries={"total_max_attempts": 1}, inject_host_prefix=False, s3={"addressing_style": "path"}, user_agent="tests"
    )

    @cache
    def client(service: str) -> Any:
        return session.client(service, endpoint_url=url, config=config)

    def of(account: str) -> Clients:
        credentials.access_key = account
        return client

    return of


@cache
def _loader() -> Any:
    """Of the services' models, which take a while to be read."""
    return create_loader()
