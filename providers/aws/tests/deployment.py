"""Applications, deployed as a build would: queues and ledger on ministack, handlers under Amazon's runtime client.

What is sent goes through ministack's SQS; from there the strict model's event sources deliver it, on its virtual
clock, since ministack delays and hides in real time and has no event source for a function of ours. Leases go to
ministack's DynamoDB. To start once only, all handlers of all deployments share one function: a deployment is a
beginning of queue names. Its process dies and is replaced as often as a test asks.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

from cloudless.conformance import journal
from cloudless.conformance.apps import CONFIG
from cloudless.driver import Ledger
from cloudless.driver.current import leave, use
from cloudless.frontend import compile as to_ir
from cloudless.ir import Application
from cloudless.passes.plans import plans
from cloudless.runtime.plan import Plan
from cloudless_aws.clients.cloud import AwsCloud
from cloudless_aws.names import queues_of
from providers.aws.tests.emulators import REGION, environment
from providers.aws.tests.resources import Resources
from providers.aws.tests.runtimeapi import FunctionFailed, LambdaFunction, function
from providers.aws.tests.sqsmodel import EventSource, Gateway, Settings, SqsMessage, World
from providers.aws.tests.sqsmodel.source import US, Endpoint, Failed

VISIBILITIES = 6
VISIBILITY_MAX_S = 43_200
RECEIVES_MIN = 5
"""docs/mechanisms.md: lock and failure."""
_STAGES = count(1)

MAIN = """
import json, os
from functools import cache
from importlib import import_module
from pathlib import Path

from cloudless.driver.current import serve_from
from cloudless_aws.clients.cloud import AwsCloud
from cloudless_aws.runtime.queue import answer_with, deliverer

HERE = Path(__file__).parent
for module in os.environ["PRELOAD"].split():        # so that a process that replaces a dead one has them
    import_module(module)

@cache
def stage(name):
    deployed = json.loads((HERE / name / "deployed.json").read_text())
    clock = HERE / name / "clock"
    return AwsCloud(deployed["addresses"], lambda: float(clock.read_text())), deployed["facts"]

@cache
def route(queue):
    cloud, facts = stage(queue.partition("-")[0])
    return cloud, answer_with(deliverer(facts[queue], cloud), facts[queue]["plan"]["source"], cloud)

def handler(event, context):
    cloud, answer = route(event["Records"][0]["eventSourceARN"].rpartition(":")[2])
    serve_from(cloud)
    return answer(event, context)
"""
"""What a build generates for one handler, for many, and on the model's clock."""


class Region:
    """What all deployments share: the gateway, the function, its folder, and a client to make resources with."""

    def __init__(self, gateway: Gateway, served: LambdaFunction, folder: Path, resources: Resources) -> None:
        self.gateway = gateway
        self.function = served
        self.folder = folder
        self.resources = resources
        self.journal = folder / "journal"


@contextmanager
def region(folder: Path, ministack_url: str, gateway: Gateway, *preload: str) -> Generator[Region]:
    """A place for every `Deployment` made in it. preload: modules of the applications."""
    (folder / "main.py").write_text(MAIN)
    env = {
        **environment(ministack_url, gateway.url),
        "PRELOAD": " ".join(preload),
        journal.VARIABLE: str(folder / "journal"),
    }
    resources = Resources(ministack_url, gateway.url)
    with function(folder, env) as served:
        yield Region(gateway, served, folder, resources)
    resources.close()


class Deployment:
    """A deployed application; see `cloudless.conformance.harness.Target`.

    cloud: what its callers use. world: turns the clock. sources: by logical name of the queue. seed: of the disorder.
    """

    def __init__(self, application: Application, region: Region, *, seed: int = 0) -> None:
        stage = f"t{next(_STAGES)}"
        self.world = World(pump=self._pump)
        self.sources: dict[str, EventSource] = {}
        self.names = queues_of(application, stage)
        self._region = region
        self._folder = region.folder / stage
        self._folder.mkdir()
        self._noted = len(journal.read(region.journal))
        addresses = self._make(stage)
        self.cloud = AwsCloud(addresses, lambda: self.world.now_us / US)
        consumed = {source: plan for source, plan in plans(application).items() if source in self.names}
        self._deploy(application, addresses, consumed)
        for source, plan in consumed.items():
            self._listen(source, plan, seed)

    @property
    def ledger(self) -> Ledger:
        return self.cloud.ledger

    def run(self) -> None:
        self.world.run()

    def advance(self, by: timedelta) -> None:
        self.world.advance(by.total_seconds())
        self._tick()

    def journal(self) -> Sequence[Mapping[str, Any]]:
        return journal.read(self._region.journal)[self._noted :]

    def inject(self, queue: str, body: str, attributes: Mapping[str, str] | None = None) -> None:
        self._region.resources.send(self.names[queue], body, attributes or {})

    def _make(self, stage: str) -> dict[str, Any]:
        """What Terraform makes, and the addresses that it tells."""
        resources = self._region.resources
        urls = {name: resources.make_queue(physical) for name, physical in self.names.items()}
        resources.make_table(f"{stage}-ledger")
        return {"queues": urls, "ledger": f"{stage}-ledger", "region": REGION, "config": CONFIG}

    def _deploy(self, application: Application, addresses: Mapping[str, Any], consumed: Mapping[str, Plan]) -> None:
        """What each handler's function is given (see `cloudless.runtime.boot`), by physical queue."""
        facts = {
            self.names[source]: {
                "app": application.entry,
                "include": list(application.include),
                "kind": "batch" if _takes_lists(plan) else "queue",
                "plan": plan.to_json(),
            }
            for source, plan in consumed.items()
        }
        self._tick()
        (self._folder / "deployed.json").write_text(json.dumps({"addresses": addresses, "facts": facts}))

    def _listen(self, source: str, plan: Plan, seed: int) -> None:
        """Map a queue to the function."""
        one = EventSource(self._settings(source, plan), self._on_time(self._call), self._move, seed)
        self._region.gateway.attach(one, lambda: self.world.now_us)
        self.sources[source] = one
        self.world.sources.append(one)

    def _settings(self, source: str, plan: Plan) -> Settings:
        """Queue and mapping of a consumer, as docs/mechanisms.md says: failure, lock, batches, order."""
        gives_up = plan.dead_letters and not plan.endless
        return Settings(
            self.names[source],
            visibility_s=min(VISIBILITY_MAX_S, round(VISIBILITIES * plan.timeout_s)),
            batch_size=1 if plan.ordered else plan.batch_size,
            max_receives=max(RECEIVES_MIN, plan.attempts + 1) if gives_up else 0,
            dead_letters=self.names[plan.dead_letters] if gives_up else "",
        )

    def _call(self, event: Mapping[str, Any]) -> Any:
        try:
            return self._region.function.invoke(event)
        except FunctionFailed as problem:
            raise Failed from problem

    def _on_time(self, endpoint: Endpoint) -> Endpoint:
        def call(event: Mapping[str, Any]) -> Any:
            self._tick()
            return endpoint(event)

        return call

    def _tick(self) -> None:
        """Tell the functions what time it is."""
        (self._folder / "clock").write_text(str(self.world.now_us / US))

    def _pump(self, now_us: int) -> None:
        """Move what was sent to ministack into the model."""
        gateway = self._region.gateway
        for source in self.sources.values():
            queue = source.settings.queue
            if queue in gateway.touched:
                gateway.touched.discard(queue)
                for message in self._region.resources.take(queue, now_us=now_us):
                    source.accept(message, now_us + gateway.delays.pop(message.id) * US, now_us)

    def _move(self, queue: str, letter: SqsMessage) -> None:
        self._region.resources.send(queue, letter.body, letter.texts)


def _takes_lists(plan: Plan) -> bool:
    return any(kind in {"bodies", "messages"} for _, kind in plan.parameters)


@contextmanager
def deployed(entry: str, region: Region, *, seed: int = 0) -> Generator[Deployment]:
    """Deploy the application at `entry`, "module:name", and send client calls to it for the length of the block.

    Needs `environment` set, for the clients of this process.
    """
    module, _, name = entry.partition(":")
    application = to_ir(getattr(import_module(module), name), entry=entry)
    deployment = Deployment(application, region, seed=seed)
    token = use(deployment.cloud)
    try:
        yield deployment
    finally:
        leave(token)
        deployment.cloud.close()
