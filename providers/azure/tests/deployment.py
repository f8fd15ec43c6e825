"""The suite's applications, built and running on Azure: see tests/hosting/stage.py and running.py."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from cloudless.conformance.harness import START
from cloudless_azure.clients.cloud import AzureCloud
from cloudless_azure.names import addresses_of, vault_secret_of
from providers.azure.tests.bridge import Azure
from providers.azure.tests.functionshost.host import Invocation
from providers.azure.tests.functionshost.launcher import Launcher
from providers.azure.tests.running import Running
from providers.azure.tests.servicebus import Broker, Content
from tests.hosting import stage
from tests.hosting.stage import Built, HostedStage

ROOT = Path(__file__).parents[3]
PROVIDER = ROOT / "providers" / "azure"


class Stage(HostedStage[Running, AzureCloud]):
    """One deployed application, in an Azure of its own."""

    def __init__(self, entry: str, azurite: str, launcher: Launcher, folder: Path) -> None:
        built = built_app(entry, folder)
        env = {"PYTHONPATH": f"{ROOT}:{PROVIDER}", **built.env}
        running = Running(built.build, folder, azurite, launcher, start=START, env=env, own_packages=False)
        addresses = addresses_of(built.application, built.stage)
        super().__init__(built, running, AzureCloud(running.azure.local(addresses), running.now_s))

    @property
    def azure(self) -> Azure:
        return self.running.azure

    @property
    def broker(self) -> Broker:
        return self.running.broker

    @property
    def calls(self) -> list[Invocation]:
        """Every invocation so far, app by app."""
        return self.running.calls

    def forget_calls(self) -> None:
        for host in self.running.hosts.values():
            host.calls.clear()

    def inject(self, queue: str, body: str, attributes: Mapping[str, str] | None = None) -> None:
        content = Content.of(body.encode(), id=f"foreign-{os.urandom(8).hex()}", **(attributes or {}))
        entity: str = addresses_of(self.application, self.stage)["queues"][queue]
        self.broker.on_queue(entity, lambda found: found.put(content))

    def rotate(self, secret: str, value: str) -> None:
        """As `az keyvault secret set` does."""
        declared = next(one for one in self.application.secrets if one.name == secret)
        (vault,) = self.azure.vaults.names()
        self.azure.vaults.put(vault, vault_secret_of(declared), value)

    def start(self) -> None:
        self.running.start()


Stages = stage.Stages[Stage]


def built_app(entry: str, folder: Path) -> Built:
    """Build an application into `folder/build`."""
    return stage.built_app(entry, folder, provider="azure", region="westeurope", subscription=Azure.subscription)
