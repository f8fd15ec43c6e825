"""Applications, deployed as a build would: queues on the emulator, handlers under functions-framework.

Messages go through Google's Pub/Sub emulator; from there the strict model delivers them, on its virtual
clock, since the emulator has neither retry policies nor delivery attempts. Leases go to Google's
Firestore emulator. To start once only, all handlers of all deployments share one server process: a
deployment is a project, and a handler a path. The process dies and is replaced as often as a test asks.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from importlib import import_module
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
from cloudless_gcp.clients.cloud import GoogleCloud
from providers.gcp.tests.broker import Broker, new_project
from providers.gcp.tests.emulators import function
from providers.gcp.tests.pubsubmodel import HttpEndpoint, PubsubMessage, Settings, Subscription, World
from providers.gcp.tests.pubsubmodel.subscription import US, Endpoint

ACK_MARGIN_S = 10
LOST = "nobody"
"""The topic without subscribers: where messages go that may be lost (docs/mechanisms.md, failure)."""

MAIN = """
import json, os
from functools import cache
from importlib import import_module
from pathlib import Path

from cloudless.driver.current import serve_from
from cloudless_gcp.clients.cloud import GoogleCloud
from cloudless_gcp.runtime.queue import answer_with, deliverer

HERE = Path(__file__).parent
for module in os.environ["PRELOAD"].split():        # so that a worker that replaces a dead one has them
    import_module(module)

@cache
def stage(project):
    deployed = json.loads((HERE / project / "deployed.json").read_text())
    clock = HERE / project / "clock"
    return GoogleCloud(deployed["addresses"], lambda: float(clock.read_text())), deployed["facts"]

@cache
def route(project, path):
    cloud, facts = stage(project)
    return cloud, answer_with(deliverer(facts[path], cloud))

def receive(request):
    project = request.get_json()["subscription"].split("/")[1]
    cloud, answer = route(project, request.path)
    serve_from(cloud)
    return answer(request)
"""
"""What a build generates for one handler, for many, and on the model's clock."""


class Functions:
    """The server process of all handlers. url: where it listens; folder: what it reads; journal: what handlers note."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.journal = folder / "journal"


@contextmanager
def functions(folder: Path, firestore_host: str, pubsub_host: str, *preload: str) -> Generator[Functions]:
    """Serve the handlers of every `Deployment` made in it. preload: modules of the applications."""
    (folder / "main.py").write_text(MAIN)
    env = {
        "FIRESTORE_EMULATOR_HOST": firestore_host,
        "PUBSUB_EMULATOR_HOST": pubsub_host,
        "PRELOAD": " ".join(preload),
        journal.VARIABLE: str(folder / "journal"),
    }
    with function(folder / "main.py", env) as server:
        yield Functions(server.url, folder)


class Deployment:
    """A deployed application; see `cloudless.conformance.harness.Target`.

    cloud: what its callers use. broker: where its queues are. world: turns the clock. subscriptions: by source.
    seed: of the disorder.
    """

    def __init__(self, application: Application, broker: Broker, functions: Functions, *, seed: int = 0) -> None:
        self.world = World(pump=self._pump)
        self.subscriptions: dict[str, Subscription] = {}
        self.broker = broker
        self._functions = functions
        self._folder = functions.folder / broker.project
        self._folder.mkdir()
        self._noted = len(journal.read(functions.journal))
        addresses = self._make(application)
        self.cloud = GoogleCloud(addresses, lambda: self.world.now_us / US)
        consumed = {source: plan for source, plan in plans(application).items() if source in addresses["queues"]}
        self._deploy(application, addresses, consumed)
        for source, plan in consumed.items():
            self._subscribe(source, plan, seed)

    @property
    def ledger(self) -> Ledger:
        return self.cloud.ledger

    def run(self) -> None:
        self.world.run()

    def advance(self, by: timedelta) -> None:
        self.world.advance(by.total_seconds())
        self._tick()

    def journal(self) -> Sequence[Mapping[str, Any]]:
        return journal.read(self._functions.journal)[self._noted :]

    def inject(self, queue: str, body: str, attributes: Mapping[str, str] | None = None) -> None:
        self.broker.publish(self.broker.topic(queue), body.encode(), dict(attributes or {}))

    def _make(self, application: Application) -> dict[str, Any]:
        """What Terraform makes, and the addresses that it tells."""
        queues = {queue.name: self.broker.make_queue(queue.name) for queue in application.queues}
        self.broker.publisher.create_topic(name=self.broker.topic(LOST))
        return {"queues": queues, "ledger": f"projects/{self.broker.project}/databases/shop", "config": CONFIG}

    def _deploy(self, application: Application, addresses: Mapping[str, Any], consumed: Mapping[str, Plan]) -> None:
        """What each handler's function is given (see `cloudless.runtime.boot`), by path."""
        facts = {
            f"/{source}": {
                "app": application.entry,
                "include": list(application.include),
                "kind": "batch" if _takes_lists(plan) else "queue",
                "plan": plan.to_json(),
            }
            for source, plan in consumed.items()
        }
        self._tick()
        (self._folder / "deployed.json").write_text(json.dumps({"addresses": addresses, "facts": facts}))

    def _subscribe(self, source: str, plan: Plan, seed: int) -> None:
        """Begin to deliver."""
        endpoint = self._on_time(HttpEndpoint(f"{self._functions.url}/{source}"))
        one = Subscription(self._settings(source, plan), endpoint, self._forward, seed)
        self.subscriptions[source] = one
        self.world.subscriptions.append(one)

    def _settings(self, source: str, plan: Plan) -> Settings:
        """The subscription of a consumer, as docs/mechanisms.md says: failure, lock, back-off, order."""
        has_back_off = plan.delay_s > 0
        maximum = plan.delay_s if plan.factor == 1 else plan.max_delay_s
        # Nothing stands behind a consumer of dead letters: what it never handles goes round, and begins again.
        letters = self.broker.topic(source if plan.endless else plan.dead_letters or LOST)
        return Settings(
            self.broker.subscription(source),
            ack_deadline_s=min(600, max(10, int(plan.timeout_s) + ACK_MARGIN_S)),
            minimum_backoff_s=plan.delay_s if has_back_off else None,
            maximum_backoff_s=maximum if has_back_off else None,
            dead_letter_topic=letters,
            max_delivery_attempts=100 if plan.endless else max(5, plan.attempts + 1),
            is_ordered=plan.ordered,
        )

    def _on_time(self, endpoint: Endpoint) -> Endpoint:
        def post(body: bytes) -> int | None:
            self._tick()
            return endpoint(body)

        return post

    def _tick(self) -> None:
        """Tell the functions what time it is."""
        (self._folder / "clock").write_text(str(self.world.now_us / US))

    def _pump(self, now_us: int) -> None:
        """Move what was published to the emulator into the model."""
        for source, subscription in self.subscriptions.items():
            for message in self.broker.take(source, now_us=now_us):
                subscription.accept(message, now_us)

    def _forward(self, topic: str, letter: PubsubMessage) -> None:
        self.broker.publish(topic, letter.data, dict(letter.attributes), letter.ordering_key)


def _takes_lists(plan: Plan) -> bool:
    return any(kind in {"bodies", "messages"} for _, kind in plan.parameters)


@contextmanager
def deployed(entry: str, functions: Functions, *, seed: int = 0) -> Generator[Deployment]:
    """Deploy the application at `entry`, "module:name", and send client calls to it for the length of the block.

    Needs PUBSUB_EMULATOR_HOST and FIRESTORE_EMULATOR_HOST, for the clients of this process.
    """
    broker = Broker(new_project())
    module, _, name = entry.partition(":")
    application = to_ir(getattr(import_module(module), name), entry=entry)
    deployment = Deployment(application, broker, functions, seed=seed)
    token = use(deployment.cloud)
    try:
        yield deployment
    finally:
        leave(token)
        deployment.cloud.close()
        broker.close()
