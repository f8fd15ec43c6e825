"""The suite's applications, built and running on AWS: see tests/hosting/stage.py and running.py."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cloudless.codec import SYSTEM_ATTRIBUTE
from cloudless.conformance.harness import START
from cloudless_aws.clients.cloud import AwsCloud
from cloudless_aws.names import addresses_of, secret_of
from providers.aws.tests.emulators import REGION
from providers.aws.tests.running import Ground, Running
from providers.aws.tests.sqsmodel import EventSource
from providers.aws.tests.store import FIFO, entry_of
from tests.hosting import stage
from tests.hosting.stage import Built, HostedStage


class Stage(HostedStage[Running, AwsCloud]):
    """One deployed application, in an account of its own."""

    def __init__(self, entry: str, ground: Ground, folder: Path) -> None:
        built = built_app(entry, folder)
        running = Running(built.build, folder, ground, start=START, env=built.env, own_packages=False)
        addresses: dict[str, Any] = {**addresses_of(built.application, built.stage), "account": running.account}
        super().__init__(built, running, AwsCloud(addresses, running.now_s))
        self._queues: Mapping[str, str] = addresses.get("queues", {})

    def inject(self, queue: str, body: str, attributes: Mapping[str, str] | None = None) -> None:
        name = self._queues[queue]
        self.running.send(name, entry_of(body, attributes or {}, is_fifo=name.endswith(FIFO)))

    def rotate(self, secret: str, value: str) -> None:
        """As `aws secretsmanager put-secret-value` does."""
        declared = next(one for one in self.application.secrets if one.name == secret)
        self.running.store.put_secret(secret_of(declared, self.application.name, self.stage.name), value)

    def sent(self) -> Iterator[str | None]:
        sends, self.running.sqs.sends = self.running.sqs.sends, []
        return (entry.get("MessageAttributes", {}).get(SYSTEM_ATTRIBUTE, {}).get("StringValue") for _, entry in sends)

    def source(self, queue: str) -> EventSource:
        """The event source of a queue, by its logical name."""
        return self.running.sources[self._queues[queue]]


Stages = stage.Stages[Stage]


def built_app(entry: str, folder: Path) -> Built:
    """Build an application into `folder/build`."""
    return stage.built_app(entry, folder, provider="aws", region=REGION)
