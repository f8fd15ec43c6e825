"""Applications, built by `cloudless build` and deployed by the bridge: what Terraform would make, on loopback.

    build ──► folder ──bridge──► Azure: broker, tables, vault, identities, roles ──► a Functions host for each app

The clock of a stage stands still between calls of `advance`, and workers read it from a file: so back-off, locks,
leases, delays and schedules are exact, and no test waits. A stage is deployed once a session and emptied for each test,
since opening a sender of the SDK takes half a second. Code comes from the repository's tree: what a build would install
is not in its package.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from zipfile import ZipFile

from cloudless.auth import Jwt
from cloudless.build import build
from cloudless.codec import SYSTEM_ATTRIBUTE
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
from providers.azure.tests.bridge import App, Azure, Document, apply, problems
from providers.azure.tests.functionshost.host import FunctionsHost, Invocation
from providers.azure.tests.functionshost.launcher import Launcher
from providers.azure.tests.functionshost.patches import PAGES, PLAIN_AMQP
from providers.azure.tests.functionshost.timefile import TimeFile
from providers.azure.tests.servicebus import Broker, Content, Namespace, StandingClock
from providers.azure.tests.servicebus.access import LISTEN, entity_of
from providers.azure.tests.servicebus.stored import ACTIVE, SCHEDULED, Stored
from providers.azure.tests.web import Issuers, client_of

ROOT = Path(__file__).parents[3]
PROVIDER = ROOT / "providers" / "azure"
FORGOTTEN_S = 301.0
"""Between tests: longer than a secret is kept in memory."""
BACK_OFF_MAX_S = 600.0
"""A wait of Durable's that is shorter is back-off (`Retry.max_delay` is at most that), a longer one a sleep."""
_FOLDER = "app"
PACKAGES = ".python_packages/"
"""Where a package brings what it imports: here the tree is imported instead, since the suite is not in packages."""


class Stage:
    """One deployed application; see `cloudless.conformance.harness.Target`, and its relatives with secrets and HTTP."""

    def __init__(self, entry: str, azurite: str, launcher: Launcher, folder: Path) -> None:
        self.clock = StandingClock(START.timestamp())
        self._ends = ExitStack()
        self._journal, self._pages = folder / "journal", folder / "pages"
        self._time = TimeFile(folder / "time")
        self._time.tell(self.clock.now_s())
        self.application, self.stage = built_app(entry, folder)
        self.azure = self._ends.enter_context(Azure.running(self.clock, azurite))
        self.applied = apply(Document.read(folder / "build"), self.azure, {})
        self.broker = self._broker()
        addresses = addresses_of(self.application, self.stage)
        self.cloud = AzureCloud(self.azure.local(addresses), self.clock.now_s)
        self._environment = {
            **self.azure.environment(self.azure.deployer),
            "AZURE_CLIENT_ID": self.azure.deployer.client,
        }
        self.hosts = {app.name: self._host(app, launcher, folder / _FOLDER) for app in self.azure.apps.values()}
        self._issuers = Issuers(self._pages)

    def _broker(self) -> Broker:
        """That of the namespace; one without entities where there is none."""
        brokers = list(self.azure.brokers.values())
        return brokers[0] if brokers else self._ends.enter_context(Broker.running(self.clock))

    def _host(self, app: App, launcher: Launcher, folder: Path) -> FunctionsHost:
        """The host of a function app, as it can run: with its package, its rights and its settings."""
        lacks = list(problems(self.azure, app))
        assert not lacks, f"{app.name}: {lacks}"
        assert app.package
        if not folder.exists():
            with ZipFile(app.package) as package:
                package.extractall(folder, [name for name in package.namelist() if not name.startswith(PACKAGES)])
        env = {
            **self.azure.local(app.settings),
            **self.azure.environment(*app.identities),
            "WEBSITE_HOSTNAME": app.host,
            "PYTHONPATH": f"{ROOT}:{PROVIDER}",
            journal.VARIABLE: str(self._journal),
            PLAIN_AMQP: "1",
            PAGES: str(self._pages),
        }
        return FunctionsHost(folder, self.broker, env, zygote=launcher, time_file=self._time)

    def start(self) -> None:
        """Start every app: that is when its triggers are known, and whether it may listen to what they name."""
        for app in self.azure.apps.values():
            host = self.hosts[app.name]
            host.start()
            self._ends.callback(host.close)
            self.azure.fronts[app.name].serve(host.http)
            for trigger in host.triggers:
                self._check_listener(app, trigger.address)

    def _check_listener(self, app: App, address: str) -> None:
        identity = app.identity(app.settings.get("CLOUDLESS_SERVICE_BUS__clientId", ""))
        assert identity, f"{app.name} has no identity to listen to {address} with"
        entity = entity_of(address)

        def check(namespace: Namespace) -> None:
            namespace.queue(address)
            allowed = namespace.authoriser.allows(identity.id, LISTEN, entity)
            assert allowed, f"{app.name}: {identity.name} may not listen to {address}"

        self.broker.call(check)

    # --- what a target does ---------------------------------------------------------------------------

    @property
    def ledger(self) -> Ledger:
        return self.cloud.ledger

    @property
    def http(self) -> Client:
        return Client(client_of(self.azure.local(addresses_of(self.application, self.stage)["http"])))

    def run(self) -> None:
        """Deliver, and let time pass for as long as back-off waits: a copy of ours, or a step's next attempt."""
        self._settle()
        while (due_s := min(self._waits(), default=None)) is not None:
            self._pass_to(due_s)
            self._settle()

    def _waits(self) -> Iterator[float]:
        yield from (_due_s(stored) for stored in self._scheduled() if _is_retry(stored))
        latest_s = self.clock.now_s() + BACK_OFF_MAX_S
        for host in self.hosts.values():
            if host.durable and (next_s := host.durable.next_s()) < latest_s:
                yield next_s

    def advance(self, by: timedelta) -> None:
        end_s = self.clock.now_s() + by.total_seconds()
        self._settle()
        while (due_s := self._next_s()) < end_s:
            self._pass_to(due_s)
            self._settle()
        self._pass_to(end_s)
        self._settle()

    def _next_s(self) -> float:
        """When something is to happen next."""
        messages = min(map(_due_s, self._scheduled()), default=float("inf"))
        return min([messages, *(host.next_s() for host in self.hosts.values())])

    def _settle(self) -> None:
        """Do what is due now, until nothing is."""
        while sum(host.pump() for host in self._busy()):
            pass

    def _busy(self) -> list[FunctionsHost]:
        """The hosts that may have something to do."""
        active = self.broker.call(_active)
        now_s = self.clock.now_s()
        return [
            host
            for host in self.hosts.values()
            if host.next_s() <= now_s or any(trigger.address.lower() in active for trigger in host.triggers)
        ]

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
        return self._issuers.token(auth, self.clock.now_s(), lifetime, claims)

    # --- for the harness ------------------------------------------------------------------------------

    @property
    def calls(self) -> list[Invocation]:
        """Every invocation so far, app by app."""
        return [call for host in self.hosts.values() for call in host.calls]

    def forget_calls(self) -> None:
        for host in self.hosts.values():
            host.calls.clear()

    def begin(self, seed: int, start: datetime) -> None:
        """Empty all of it, and begin at that time where there are timers; some time later than before where not."""
        self.broker.call(lambda namespace: [queue.clear() for queue in namespace.queues()])
        for account, table in self.azure.made_tables:
            self.azure.tables.clear(account, table)
        self._journal.unlink(missing_ok=True)
        for secret, value in SECRETS.items():
            if any(one.name == secret for one in self.application.secrets):
                self.rotate(secret, value)
        self._begin_time(start)
        for number, host in enumerate(self.hosts.values()):
            host.rng = random.Random(f"{seed}/{number}")
            if host.durable:
                host.durable.clear()

    def _begin_time(self, start: datetime) -> None:
        timers = [timer for host in self.hosts.values() for timer in host.timers]
        if not timers:
            self._pass_to(self.clock.now_s() + FORGOTTEN_S)
            return
        self.clock.restart(start.timestamp())
        self._time.tell(start.timestamp())
        for timer in timers:
            timer.stored = None
            timer.start(start)

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
        self._ends.close()

    def _pass_to(self, at_s: float) -> None:
        self.broker.advance(max(0, at_s - self.clock.now_s()))
        self._time.tell(self.clock.now_s())

    def _scheduled(self) -> list[Stored]:
        return self.broker.call(
            lambda namespace: [
                stored
                for queue in namespace.queues()
                for stored in queue.messages.values()
                if stored.state == SCHEDULED
            ]
        )


def _active(namespace: Namespace) -> set[str]:
    """The addresses of what has messages."""
    return {queue.name.lower() for queue in namespace.queues() if queue.count(ACTIVE)}


def _due_s(stored: Stored) -> float:
    assert stored.scheduled_s is not None
    return stored.scheduled_s


def _is_retry(stored: Stored) -> bool:
    """Whether a scheduled message is a copy that our runtime sent, and not one that a user delayed."""
    facts: dict[str, Any] = json.loads(stored.content.application.get(SYSTEM_ATTRIBUTE, "{}"))
    return int(facts.get("attempt", 1)) > 1


def built_app(entry: str, folder: Path) -> tuple[Application, StageOf]:
    """Build an application for a stage of no project: nothing is installed into its package."""
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
            stage.start()
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
