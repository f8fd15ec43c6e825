"""The suite's applications, built and running.

Each is deployed once a session and emptied for each test, since opening a sender of the SDK takes half a second. Code
comes from the repository's tree, not from packages: the suite is in none. See running.py.
"""

from __future__ import annotations

import os
import random
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from cloudless.auth import Jwt
from cloudless.build import build
from cloudless.config import Stage as StageOf
from cloudless.config.project import load
from cloudless.conformance import journal
from cloudless.conformance.apps import CONFIG, SECRETS
from cloudless.conformance.harness import START
from cloudless.driver import Ledger
from cloudless.driver.current import leave, use
from cloudless.ir import Application
from cloudless.testing.http import Client
from cloudless_azure.clients.cloud import AzureCloud
from cloudless_azure.names import addresses_of, vault_secret_of
from providers.azure.tests.bridge import Azure
from providers.azure.tests.functionshost.host import Invocation
from providers.azure.tests.functionshost.launcher import Launcher
from providers.azure.tests.running import Running
from providers.azure.tests.servicebus import Broker, Content
from tests.hosting.patches import PAGES
from tests.hosting.web import Issuers, client_of

ROOT = Path(__file__).parents[3]
PROVIDER = ROOT / "providers" / "azure"
FORGOTTEN_S = 301.0
"""Between tests: longer than a secret is kept in memory."""


class Stage:
    """One deployed application; see `cloudless.conformance.harness.Target`, and its relatives with secrets and HTTP."""

    def __init__(self, entry: str, azurite: str, launcher: Launcher, folder: Path) -> None:
        self.application, self.stage = built_app(entry, folder)
        self._journal, pages = folder / "journal", folder / "pages"
        env = {"PYTHONPATH": f"{ROOT}:{PROVIDER}", journal.VARIABLE: str(self._journal), PAGES: str(pages)}
        build_folder = folder / "build"
        self.running = Running(build_folder, folder, azurite, launcher, start=START, env=env, own_packages=False)
        addresses = addresses_of(self.application, self.stage)
        self.cloud = AzureCloud(self.azure.local(addresses), self.running.clock.now_s)
        deployer = self.azure.deployer
        self._environment = {**self.azure.environment(deployer), "AZURE_CLIENT_ID": deployer.client}
        self._issuers = Issuers(pages)

    @property
    def azure(self) -> Azure:
        return self.running.azure

    @property
    def broker(self) -> Broker:
        return self.running.broker

    # --- what a target does ---------------------------------------------------------------------------

    @property
    def ledger(self) -> Ledger:
        return self.cloud.ledger

    @property
    def http(self) -> Client:
        return Client(client_of(self.running.output("http_url")))

    def run(self) -> None:
        self.running.run()

    def advance(self, by: timedelta) -> None:
        self.running.advance(by)

    def journal(self) -> Sequence[Mapping[str, Any]]:
        return journal.read(self._journal)

    def inject(self, queue: str, body: str, attributes: Mapping[str, str] | None = None) -> None:
        content = Content.of(body.encode(), id=f"foreign-{os.urandom(8).hex()}", **(attributes or {}))
        entity: str = addresses_of(self.application, self.stage)["queues"][queue]
        self.broker.on_queue(entity, lambda found: found.put(content))

    def rotate(self, secret: str, value: str) -> None:
        """As `az keyvault secret set` does."""
        declared = next(one for one in self.application.secrets if one.name == secret)
        (vault,) = self.azure.vaults.names()
        self.azure.vaults.put(vault, vault_secret_of(declared), value)

    def token(self, auth: Jwt, lifetime: timedelta = timedelta(hours=1), **claims: Any) -> str:
        """A token of an issuer whose keys the apps find where it says that they are."""
        return self._issuers.token(auth, self.running.clock.now_s(), lifetime, claims)

    # --- for the harness ------------------------------------------------------------------------------

    @property
    def calls(self) -> list[Invocation]:
        """Every invocation so far, app by app."""
        return self.running.calls

    def forget_calls(self) -> None:
        for host in self.running.hosts.values():
            host.calls.clear()

    def begin(self, seed: int, start: datetime) -> None:
        """Empty all of it, and begin at that time where there are timers; some time later than before where not."""
        self.broker.call(lambda namespace: [queue.clear() for queue in namespace.queues()])
        for account, table in self.azure.made_tables:
            self.azure.tables.clear(account, table)
        self._journal.unlink(missing_ok=True)
        declared = {one.name for one in self.application.secrets}
        for secret in SECRETS.keys() & declared:
            self.rotate(secret, SECRETS[secret])
        hosts = self.running.hosts.values()
        if any(host.timers for host in hosts):
            self.running.restart(start)
        else:
            self.running.pass_to(self.running.clock.now_s() + FORGOTTEN_S)
        for number, host in enumerate(hosts):
            host.rng = random.Random(f"{seed}/{number}")
            if host.durable:
                host.durable.clear()

    @contextmanager
    def current(self) -> Generator[None]:
        """Client calls of the block go to this stage, as the principal that deployed it."""
        before = {name: os.environ.get(name) for name in self._environment}
        os.environ.update(self._environment)
        token = use(self.cloud)
        try:
            yield
        finally:
            leave(token)
            for name, value in before.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value

    def close(self) -> None:
        self.cloud.close()
        self.running.close()


def built_app(entry: str, folder: Path) -> tuple[Application, StageOf]:
    """Build an application into `folder/build`, for a stage of no project: nothing is installed into its package."""
    project = folder / "cloudless.toml"
    project.write_text(f'app = "{entry}"\n')
    told = {"name": "test", "provider": "azure", "region": "westeurope", "subscription": Azure.subscription}
    stage = StageOf.model_validate({**told, "config": CONFIG})
    built = build(load(project), stage, dependencies=False)
    built.write(folder / "build", lock=False)
    return built.application, stage


class Stages:
    """Every application that was deployed, by entry. folder: where their builds go."""

    def __init__(self, azurite: str, launcher: Launcher, folder: Path) -> None:
        self._azurite = azurite
        self._launcher = launcher
        self._folder = folder
        self._deployed: dict[str, Stage] = {}
        self._ends = ExitStack()

    def stage(self, entry: str) -> Stage:
        """The application at `entry`, "module:name", deployed when it is first asked for."""
        if entry not in self._deployed:
            folder = Path(mkdtemp(dir=self._folder))
            stage = self._deployed[entry] = Stage(entry, self._azurite, self._launcher, folder)
            self._ends.callback(stage.close)
            stage.running.start()
        return self._deployed[entry]

    def close(self) -> None:
        self._ends.close()


@contextmanager
def deployed(stages: Stages, entry: str, *, seed: int = 0, start: datetime = START) -> Generator[Stage]:
    """The application at `entry`, empty; client calls of the block go to it."""
    stage = stages.stage(entry)
    stage.begin(seed, start)
    with stage.current():
        yield stage
