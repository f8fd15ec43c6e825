"""One application, deployed as a build would: queues on the emulator, handlers under functions-framework.

Messages go through Google's Pub/Sub emulator; from there the strict model delivers them, on its virtual
clock, since the emulator has neither retry policies nor delivery attempts. Leases go to Google's
Firestore emulator. All handlers share one server process, each with a path of its own, to start sooner.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from cloudless.frontend import compile as to_ir
from cloudless.ir import Application
from cloudless.passes.plans import plans
from cloudless.runtime.plan import Plan
from cloudless_gcp.clients.cloud import GoogleCloud
from providers.gcp.tests.broker import Broker
from providers.gcp.tests.emulators import function
from providers.gcp.tests.pubsubmodel import HttpEndpoint, PubsubMessage, Settings, Subscription, World
from providers.gcp.tests.pubsubmodel.subscription import US, Endpoint

ACK_MARGIN_S = 10
LOST = "nobody"
"""The topic without subscribers: where messages go that may be lost (docs/mechanisms.md, failure)."""

MAIN = """
import json, os
from pathlib import Path
from cloudless_gcp.clients.cloud import GoogleCloud
from cloudless_gcp.runtime import queue
from cloudless.driver.current import serve_from

deployed = json.loads(Path(__file__).with_name("deployed.json").read_text())
clock = Path(__file__).with_name("clock")
cloud = GoogleCloud(deployed["addresses"], lambda: float(clock.read_text()))
serve_from(cloud)
routes = {path: queue.answer_with(queue.deliverer(facts, cloud)) for path, facts in deployed["facts"].items()}

def receive(request):
    return routes[request.path](request)
"""
"""What a build generates for one handler, for several, and with the model's clock."""


class Deployment:
    """A running application. cloud: what its callers use; world: turns the clock; subscriptions: by source.

    url: of the function server, known once it runs.
    """

    def __init__(self, application: Application, broker: Broker, folder: Path) -> None:
        self.application = application
        self.plans = {source: plan for source, plan in plans(application).items() if plan.source == source}
        self.world = World(pump=self._pump)
        self.subscriptions: dict[str, Subscription] = {}
        self.url = ""
        self._broker = broker
        self._clock = folder / "clock"
        self._tick()
        queues = {queue.name: broker.make_queue(queue.name) for queue in application.queues}
        broker.publisher.create_topic(name=broker.topic(LOST))
        self.addresses = {"queues": queues, "ledger": f"projects/{broker.project}/databases/shop"}
        self.cloud = GoogleCloud(self.addresses, lambda: self.world.now_us / US)

    def facts(self) -> dict[str, Any]:
        """By path: what each handler's function is given (see `cloudless.runtime.boot`)."""
        return {
            f"/{source}": {
                "app": self.application.entry,
                "include": list(self.application.include),
                "kind": "batch" if _takes_lists(plan) else "queue",
                "plan": plan.to_json(),
            }
            for source, plan in self.plans.items()
        }

    def push_to(self, url: str) -> None:
        """Begin to deliver: a model of a push subscription for every consumer."""
        self.url = url
        for source, plan in self.plans.items():
            endpoint = HttpEndpoint(f"{url}/{source}")
            one = Subscription(self._settings(source, plan), self._on_time(endpoint), self._forward)
            self.subscriptions[source] = one
            self.world.subscriptions.append(one)

    def _settings(self, source: str, plan: Plan) -> Settings:
        """The subscription of a consumer, as docs/mechanisms.md says: failure, lock, back-off, order."""
        has_back_off = plan.delay_s > 0
        maximum = plan.delay_s if plan.factor == 1 else plan.max_delay_s
        letters = self._broker.topic(plan.dead_letters or LOST)
        return Settings(
            self._broker.subscription(source),
            ack_deadline_s=min(600, max(10, int(plan.timeout_s) + ACK_MARGIN_S)),
            minimum_backoff_s=plan.delay_s if has_back_off else None,
            maximum_backoff_s=maximum if has_back_off else None,
            dead_letter_topic="" if plan.endless else letters,
            max_delivery_attempts=max(5, plan.attempts + 1),
            is_ordered=plan.ordered,
        )

    def _on_time(self, endpoint: Endpoint) -> Endpoint:
        def post(body: bytes) -> int | None:
            self._tick()
            return endpoint(body)

        return post

    def _tick(self) -> None:
        """Tell the functions what time it is."""
        self._clock.write_text(str(self.world.now_us / US))

    def _pump(self, now_us: int) -> None:
        """Move what was published to the emulator into the model."""
        for source, subscription in self.subscriptions.items():
            for message in self._broker.take(source, now_us=now_us):
                subscription.accept(message, now_us)

    def _forward(self, topic: str, letter: PubsubMessage) -> None:
        self._broker.publish(topic, letter.data, dict(letter.attributes), letter.ordering_key)


def _takes_lists(plan: Plan) -> bool:
    return any(kind in {"bodies", "messages"} for _, kind in plan.parameters)


@contextmanager
def deployed(
    entry: str, broker: Broker, folder: Path, env: Mapping[str, str], *, include: tuple[str, ...] = ()
) -> Generator[Deployment]:
    """Deploy the application at `entry`, "module:name"; the module must be importable by the functions too.

    env: of the functions, e.g. FIRESTORE_EMULATOR_HOST. folder: for what is generated; fresh for each.
    """
    module, _, name = entry.partition(":")
    for extra in include:
        import_module(extra)
    application = to_ir(getattr(import_module(module), name), entry=entry, include=include)
    deployment = Deployment(application, broker, folder)
    (folder / "main.py").write_text(MAIN)
    facts = {"addresses": deployment.addresses, "facts": deployment.facts()}
    (folder / "deployed.json").write_text(json.dumps(facts))
    with function(folder / "main.py", env) as server:
        deployment.push_to(server.url)
        yield deployment
