"""A build, running: what its Terraform document makes, on loopback, and a Functions host for each of its apps.

The clock stands still between calls of `advance`, and workers read it from a file: so back-off, locks, leases, delays
and schedules are exact, and no test waits.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cloudless.codec import SYSTEM_ATTRIBUTE
from providers.azure.tests.bridge import App, Azure, Document, apply, problems
from providers.azure.tests.functionshost.host import FunctionsHost, Invocation
from providers.azure.tests.functionshost.launcher import Launcher
from providers.azure.tests.functionshost.patches import PLAIN_AMQP
from providers.azure.tests.servicebus import Broker, Namespace, StandingClock
from providers.azure.tests.servicebus.access import LISTEN, entity_of
from providers.azure.tests.servicebus.stored import ACTIVE, SCHEDULED, Stored
from tests.hosting.timefile import TimeFile
from tests.hosting.unpacked import unpack

BACK_OFF_MAX_S = 600.0
"""A wait of Durable's that is shorter is back-off (`Retry.max_delay` is at most that), a longer one a sleep."""
PACKAGES = ".python_packages/"
"""Where a package brings what it imports."""


class Running:
    """build: the folder that `cloudless build` wrote. folder: for what is unpacked, and the time.

    env: settings beside those of the document, of every app. own_packages: whether apps import what their package
    brings; otherwise env has a PYTHONPATH with all of it.
    """

    def __init__(
        self,
        build: Path,
        folder: Path,
        azurite: str,
        launcher: Launcher,
        *,
        start: datetime,
        env: Mapping[str, str],
        own_packages: bool = True,
    ) -> None:
        self.clock = StandingClock(start.timestamp())
        self.time_file = TimeFile(folder / "time")
        self.time_file.tell(self.clock.now_s())
        self._ends = ExitStack()
        self._unpacked = folder / "app"
        self._launcher = launcher
        self._env = env
        self._own_packages = own_packages
        self.azure = self._ends.enter_context(Azure.running(self.clock, azurite))
        self.applied = apply(Document.read(build), self.azure, {})
        self.broker = self._broker()
        self.hosts = {app.name: self._host(app) for app in self.azure.apps.values()}
        deployer = self.azure.deployer
        self._environment = {**self.azure.environment(deployer), "AZURE_CLIENT_ID": deployer.client}

    def _broker(self) -> Broker:
        """That of the namespace; one without entities where there is none."""
        brokers = list(self.azure.brokers.values())
        return brokers[0] if brokers else self._ends.enter_context(Broker.running(self.clock))

    def _host(self, app: App) -> FunctionsHost:
        """The host of a function app, as it can run: with its package, its rights and its settings."""
        lacks = list(problems(self.azure, app))
        assert not lacks, f"{app.name}: {lacks}"
        assert app.package
        self._unpack(app.package)
        env = {
            **self.azure.local(app.settings),
            **self.azure.environment(*app.identities),
            "WEBSITE_HOSTNAME": app.host,
            PLAIN_AMQP: "1",
            **self._env,
        }
        return FunctionsHost(self._unpacked, self.broker, env, zygote=self._launcher, time_file=self.time_file)

    def _unpack(self, file: Path) -> None:
        """Once for all apps: they share the package."""
        if not self._unpacked.exists():
            unpack(file, self._unpacked, PACKAGES, [] if self._own_packages else [PACKAGES])

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

    def environment(self) -> dict[str, str]:
        """What a program of whoever deployed needs to find the stage."""
        return self._environment

    def outputs(self) -> set[str]:
        """The names of all outputs."""
        return self.applied.outputs()

    def output(self, name: str) -> Any:
        """The value of an output, with addresses on loopback."""
        return self.azure.local(self.applied.output(name))

    @property
    def calls(self) -> list[Invocation]:
        """Every invocation so far, app by app."""
        return [call for host in self.hosts.values() for call in host.calls]

    def close(self) -> None:
        self._ends.close()

    # --- time -----------------------------------------------------------------------------------------

    def now_s(self) -> float:
        return self.clock.now_s()

    def run(self) -> None:
        """Deliver, and let time pass for as long as back-off waits: a copy of ours, or a step's next attempt."""
        self._settle()
        while (due_s := min(self._waits(), default=None)) is not None:
            self.pass_to(due_s)
            self._settle()

    def _waits(self) -> Iterator[float]:
        yield from (_due_s(stored) for stored in self._scheduled() if _is_retry(stored))
        latest_s = self.clock.now_s() + BACK_OFF_MAX_S
        for host in self.hosts.values():
            if host.durable and (next_s := host.durable.next_s()) < latest_s:
                yield next_s

    def advance(self, by: timedelta) -> None:
        """Let time pass, and do everything that is due within, in order."""
        end_s = self.clock.now_s() + by.total_seconds()
        self._settle()
        while (due_s := self._next_s()) < end_s:
            self.pass_to(due_s)
            self._settle()
        self.pass_to(end_s)
        self._settle()

    def _next_s(self) -> float:
        """When something is to happen next."""
        messages = min(map(_due_s, self._scheduled()), default=float("inf"))
        return min([messages, *(host.next_s() for host in self.hosts.values())])

    def pass_to(self, at_s: float) -> None:
        """Let it be that time, and do nothing of it yet."""
        self.broker.advance(max(0, at_s - self.clock.now_s()))
        self.time_file.tell(self.clock.now_s())

    def restart(self, at: datetime) -> None:
        """Begin anew at a time, with timers that have never fired. What there is of messages must be gone."""
        self.clock.restart(at.timestamp())
        self.time_file.tell(at.timestamp())
        for host in self.hosts.values():
            for timer in host.timers:
                timer.stored = None
                timer.start(at)

    def clear(self, seed: int) -> None:
        """Empty it: queues, tables, executions. seed: of the disorder from now on."""
        self.broker.call(lambda namespace: [queue.clear() for queue in namespace.queues()])
        for account, table in self.azure.made_tables:
            self.azure.tables.clear(account, table)
        for number, host in enumerate(self.hosts.values()):
            host.rng = random.Random(f"{seed}/{number}")
            if host.durable:
                host.durable.clear()

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
