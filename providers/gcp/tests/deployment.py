"""The suite's applications, built and running on Google Cloud: see tests/hosting/stage.py and running.py."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from cloudless.codec import SYSTEM_ATTRIBUTE
from cloudless.conformance.harness import START
from cloudless.driver import Ledger
from cloudless_gcp.clients.cloud import GoogleCloud
from cloudless_gcp.names import addresses_of, place_of, secret_of
from providers.gcp.tests.broker import new_project
from providers.gcp.tests.heard import HeardCloud
from providers.gcp.tests.pubsubmodel import Subscription
from providers.gcp.tests.running import REGION, Ground, Running
from tests.hosting import stage
from tests.hosting.stage import Built, HostedStage


class Stage(HostedStage[Running, GoogleCloud]):
    """One deployed application, in a project of its own."""

    def __init__(self, entry: str, ground: Ground, folder: Path, kind: type[Running] = Running) -> None:
        built = built_app(entry, folder)
        project = built.stage.settings["project"]
        running = kind(
            built.build, folder, ground, start=START, env=built.env, project=project, own_packages=False,
            has_outsiders=False,
        )  # fmt: skip
        self.addresses = addresses_of(built.application, built.stage)
        super().__init__(built, running, HeardCloud(self.addresses, running.now_s, running.heard))
        self._owned = GoogleCloud({"ledger": self.addresses["ledger"]}, running.now_s)

    @property
    def ledger(self) -> Ledger:
        """As whoever deployed: callers may not use it."""
        return self._owned.ledger

    def inject(self, queue: str, body: str, attributes: Mapping[str, str] | None = None) -> None:
        self.running.publish(self.addresses["queues"][queue], body.encode(), attributes or {})

    def rotate(self, secret: str, value: str) -> None:
        """As `gcloud secrets versions add` does."""
        declared = next(one for one in self.application.secrets if one.name == secret)
        place = place_of(self.application.name, self.stage)
        self.running.google.secrets.put(secret_of(place, declared), value.encode())

    def sent(self) -> Iterator[str | None]:
        sent, self.running.sent = self.running.sent, []
        return (attributes.get(SYSTEM_ATTRIBUTE) for attributes in sent)

    def subscription(self, source: str) -> Subscription:
        """The push subscription of a queue, by its logical name."""
        topic = self.addresses["queues"][source]
        (name,) = [one.name for one in self.running.google.subscriptions.values() if one.topic == topic]
        return self.running.subscriptions[name]

    def close(self) -> None:
        self._owned.close()
        super().close()


Stages = stage.Stages[Stage]


def built_app(entry: str, folder: Path) -> Built:
    """Build an application into `folder/build`, for a project of its own."""
    return stage.built_app(entry, folder, provider="gcp", region=REGION, project=new_project())
