"""A build, running: what its Terraform document makes, on loopback, on one virtual clock.

Topics and pulled subscriptions are those of Google's Pub/Sub emulator, documents those of its Firestore emulator, in a
project of their own; functions are processes under Google's functions-framework; pushes, tasks, schedules, secrets,
gateways and workflows are models of ours. Every request of functions and callers goes through one gateway, which checks
it by Google's discovery documents and by the roles of whoever asks. The clock stands still between calls of `advance`,
and functions read it from a file: so back-off, leases, delays and schedules are exact, and no test waits.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cloudless.codec import is_object
from providers.gcp.tests.bridge import Document, Google, apply, problems
from providers.gcp.tests.bridge import Function as MadeFunction
from providers.gcp.tests.bridge import Subscription as MadeSubscription
from providers.gcp.tests.emulators import PATHS
from providers.gcp.tests.fronts import Front, Requests, public
from providers.gcp.tests.functions.function import Function
from providers.gcp.tests.functions.service import CloudRun, Invocation
from providers.gcp.tests.gateway import Gateway, backends
from providers.gcp.tests.gateway.emulator import Emulator
from providers.gcp.tests.gateway.host import Hosts
from providers.gcp.tests.gateway.tokens import Tokens
from providers.gcp.tests.gcwsim import Request as Asked
from providers.gcp.tests.gcwsim import Response as Told
from providers.gcp.tests.gcwsim import Workflows
from providers.gcp.tests.iam import metadata
from providers.gcp.tests.iam.front import Source
from providers.gcp.tests.moving import Machinery, is_backoff
from providers.gcp.tests.pubsubmodel import Filter, PubsubMessage, Subscription
from providers.gcp.tests.tasks import Dispatch, Task
from tests.hosting import http
from tests.hosting.launcher import Zygote
from tests.hosting.loopback import Loopback
from tests.hosting.timefile import VARIABLE, TimeFile
from tests.hosting.unpacked import unpack
from tests.hosting.upstream import Upstream
from tests.virtual import US, Moving, World

REGION = "europe-west1"
NUMBER = "123456789012"
OURS = ("cloudless/", "cloudless_gcp/")
"""Where a package brings what it imports of ours."""
SITE = "packages"
"""Where it brings what others wrote."""
SOURCE = "GOOGLE_FUNCTION_SOURCE"
"""The file that functions are in, to Google's build."""
_SYSTEM = "cloudless"
_AGENT = "pubsub"


@dataclass(frozen=True, slots=True)
class Ground:
    """What all builds share: addresses of Google's emulators, "host:port", and what functions are forked from."""

    pubsub: str
    firestore: str
    zygote: Zygote


class Running:
    """build: the folder that `cloudless build` wrote. folder: for what is unpacked, and the time.

    env: variables beside those of the document, of every function. own_packages: whether functions import the copy of
    cloudless that their package brings; otherwise that of this tree. project: that it was built for. has_outsiders:
    whether somebody publishes to the emulator itself, and does not tell `heard` of it.
    """

    def __init__(
        self,
        build: Path,
        folder: Path,
        ground: Ground,
        *,
        start: datetime,
        env: Mapping[str, str],
        project: str,
        own_packages: bool = True,
        region: str = REGION,
        has_outsiders: bool = True,
    ) -> None:
        self.time_file = TimeFile(folder / "time")
        self._ends = ExitStack()
        self._folder = folder
        self._own_packages = own_packages
        self._ground = ground
        self.world = World(pump=self._pump, told=self._tell, start_us=round(start.timestamp() * US))
        pubsub, firestore = Upstream(f"http://{ground.pubsub}"), Upstream(f"http://{ground.firestore}")
        self.emulator = Emulator(pubsub, firestore)
        self._ends.callback(self.emulator.close)
        self.google = Google(project=project, number=NUMBER, region=region, now_us=lambda: self.world.now_us)
        self.applied = apply(Document.read(build), self.google, {})
        lacks = list(problems(self.google))
        assert not lacks, lacks
        self.sent: list[Mapping[str, str]] = []
        self._has_outsiders = has_outsiders
        self._touched: set[str] = set()
        self._used: set[str] = set()
        self._seen: set[str] = set()
        self.functions = CloudRun(ground.zygote, self.now_s)
        self._ends.callback(self.functions.close)
        self.front = Front(self.google, self.functions)
        self.workflows = Workflows(
            now_us=lambda: self.world.now_us,
            http=self._asked,
            project=project,
            location=region,
            is_backoff=is_backoff,
        )
        self.gateway = self._gateway(pubsub, firestore)
        self._requests = Requests(self.google, self.front, self.gateway.answer)
        self.functions.env = {**self._environment(), **env}
        self._make()
        self._fronts = {f"https://{one.host}": self._served(one) for one in self.google.gateways.values()}
        self.subscriptions: dict[str, Subscription] = {}
        self._begin(0)

    # --- what there is --------------------------------------------------------------------------------

    def _gateway(self, pubsub: Upstream, firestore: Upstream) -> Gateway:
        google = self.google
        tokens = Tokens(google.identities, google.project)
        executions = backends.workflows(self.workflows)
        answering: dict[str, backends.Backend] = {
            "cloudtasks": backends.modelled(google.tasks.call),
            "firestore": backends.firestore(firestore),
            "iamcredentials": backends.modelled(tokens.call),
            "pubsub": backends.pubsub(pubsub, self._published),
            "secretmanager": backends.modelled(google.secrets.call),
            "workflowexecutions": executions,
            "workflows": executions,
        }
        hosts = Hosts(google.project, google.region)
        gateway = Gateway(
            hosts,
            iam=google.iam,
            identities=google.identities,
            backends=answering,
            functions=self.front.answer,
            callback=self._callback,
            tokens=tokens,
        )
        self._ends.callback(gateway.close)
        tokens.write_key(self._folder / "key.json", gateway.url)
        return gateway

    def _make(self) -> None:
        """What the emulators, the models of Workflows and the functions have of it."""
        for topic in self.google.topics:
            self.emulator.make_topic(topic)
        for one in self.google.subscriptions.values():
            self.emulator.make_subscription(one.name, one.topic, is_ordered=one.settings.is_ordered)
        for workflow in self.google.workflows.values():
            self.workflows.deploy(workflow.name.rpartition("/")[2], workflow.source, env=workflow.environment)
        for function in self.google.functions.values():
            self.functions.add(self._function(function), partial(self._identity, function.account))
        self.google.tasks.dispatch = self._dispatched
        self.google.tasks.is_backoff = self._is_backoff
        self.google.scheduler.publish = self._ticked

    def _environment(self) -> dict[str, str]:
        """Where requests go, and what time it is."""
        return {
            "CLOUDLESS_GOOGLE_ENDPOINT": self.gateway.url,
            VARIABLE: str(self.time_file.path),
        }

    def environment(self) -> dict[str, str]:
        """What a program of whoever deployed needs to find the stage."""
        return {
            **self._environment(),
            "PUBSUB_EMULATOR_HOST": self._ground.pubsub,
            "GOOGLE_APPLICATION_CREDENTIALS": str(self._folder / "key.json"),
            "GOOGLE_CLOUD_PROJECT": self.google.project,
        }

    def _identity(self, account: str) -> dict[str, str]:
        """Where a function finds its metadata server."""
        google, server = self.google, self._ends.enter_context(Loopback())
        server.serve(
            metadata(google.identities, account, project=google.project, number=google.number, region=google.region)
        )
        return {"GCE_METADATA_HOST": f"127.0.0.1:{server.port}"}

    def _function(self, made: MadeFunction) -> Function:
        """A function as it can run: with its code, and what its secrets are as it begins."""
        folder = self._unpacked(made.package)
        assert not made.secrets, f"{made.name}: values of secrets in variables are not played"
        return Function(
            name=made.name,
            target=made.entry_point,
            folder=folder,
            source=made.build.get(SOURCE, "main.py"),
            path=[] if self._own_packages else list(map(str, PATHS)),
            timeout_s=made.timeout_s,
            environment=made.environment,
            concurrency=made.concurrency,
            max_instances=made.max_instances,
        )

    def _unpacked(self, file: Path) -> Path:
        """The folder of a zip, once for all functions."""
        folder = self._folder / file.stem
        if not folder.exists():
            own = [] if self._own_packages else [*OURS, *(f"{SITE}/{one}" for one in OURS)]
            unpack(file, folder, f"{SITE}/", own)
        return folder

    def _served(self, made: Any) -> Loopback:
        server = self._ends.enter_context(Loopback())
        server.serve(public(made, self.google, self.front))
        return server

    def _subscription(self, made: MadeSubscription, seed: int) -> Subscription:
        """One that is pushed, which the model delivers."""
        where = Filter.read(made.filter) if made.filter else None
        return Subscription(
            made.settings,
            partial(self._pushed, made),
            self._given_up,
            seed,
            where,
            partial(self._may_give_up, made),
        )

    # --- who calls whom -------------------------------------------------------------------------------

    def _pushed(self, made: MadeSubscription, body: bytes) -> int | None:
        """Pub/Sub pushes, with a token of the subscription's account.

        https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions
        """
        push = made.push
        assert push is not None and not push.unwrapped, made.name
        self._seen.add(_original_pushed(body))
        url = urlsplit(push.url)
        headers = [("Host", url.netloc), ("Content-Type", "application/json"), ("From", "noreply@google.com"),
            ("User-Agent", "CloudPubSub-Google")]  # fmt: skip
        if push.account:
            token = self.google.identities.id_token(f"serviceAccount:{push.account}", push.audience or push.url)
            headers.append(("Authorization", f"Bearer {token}"))
        request = http.Request(method="POST", path=url.path or "/", query=url.query, headers=tuple(headers), body=body)
        return self.front.answer(request, Source.GOOGLE).status

    def _may_give_up(self, made: MadeSubscription) -> bool:
        """Whether Pub/Sub may publish there what it takes from here."""
        agent, iam = self.google.agent(_AGENT), self.google.iam
        return iam.allows(agent, "pubsub.topics.publish", made.settings.dead_letter_topic) and iam.allows(
            agent, "pubsub.subscriptions.consume", made.name
        )

    def _given_up(self, topic: str, letter: PubsubMessage) -> None:
        """Pub/Sub itself publishes what was delivered in vain too often, and acknowledges it."""
        self.publish(topic, letter.data, letter.attributes, letter.ordering_key)

    def _dispatched(self, dispatch: Dispatch) -> int | None:
        """Cloud Tasks sends, with a token of the task's account, which has to be there still."""
        if dispatch.account and dispatch.account not in self.google.accounts:
            return 403
        url = urlsplit(dispatch.url)
        headers = {**dispatch.headers, "Host": url.netloc}
        member = f"serviceAccount:{dispatch.account}"
        if dispatch.kind == "oauth":
            headers["Authorization"] = f"Bearer {self.google.identities.token(member)}"
        elif dispatch.kind == "oidc":
            headers["Authorization"] = f"Bearer {self.google.identities.id_token(member, dispatch.audience)}"
        request = http.Request(
            method=dispatch.method, path=url.path, query=url.query, headers=tuple(headers.items()), body=dispatch.body
        )
        return self.gateway.answer(request).status

    def _is_backoff(self, task: Task) -> bool:
        """Whether what waits is a copy of what was delivered already."""
        messages: list[Mapping[str, Any]] = json.loads(task.body).get("messages", [])
        return any(_original(one.get("attributes", {}), "") in self._seen for one in messages)

    def _ticked(self, topic: str, data: bytes, attributes: Mapping[str, str]) -> None:
        """Cloud Scheduler publishes."""
        self.google.iam.require(self.google.agent("cloudscheduler"), "pubsub.topics.publish", topic)
        self.publish(topic, data, attributes)

    def _asked(self, asked: Asked) -> Told:
        """A workflow asks."""
        return self._requests.send(asked)

    def _callback(self, request: http.Request) -> int:
        """Somebody calls back an execution that waits."""
        url = f"{self.workflows.callback_base.rstrip('/').removesuffix('/v1')}{request.path}"
        return self.workflows.post(url, request.body, method=request.method, headers=dict(request.headers))

    def publish(self, topic: str, data: bytes, attributes: Mapping[str, str], ordering_key: str = "") -> None:
        """Put a message on a topic, by its full name."""
        self.emulator.publish(topic, data, attributes, ordering_key)
        self.heard(topic)

    def heard(self, topic: str) -> None:
        """Somebody published to a topic, by its full name."""
        self._touched.add(topic)
        self._used.add(topic)

    def _published(self, topic: str, messages: Sequence[Mapping[str, Any]]) -> None:
        self.heard(topic)
        self.sent += [one.get("attributes", {}) for one in messages]

    def _pump(self, now_us: int) -> None:
        """Move what was published to the emulator into the models."""
        touched, self._touched = self._touched, set()
        for name, subscription in self.subscriptions.items():
            if self.google.subscriptions[name].topic in touched:
                for message in self.emulator.take(name, now_us=now_us):
                    subscription.accept(message, now_us)

    # --- what tests do --------------------------------------------------------------------------------

    def outputs(self) -> set[str]:
        """The names of all outputs."""
        return self.applied.outputs()

    def output(self, name: str) -> Any:
        """The value of an output, with addresses on loopback."""
        return self._local(self.applied.output(name))

    def _local(self, value: Any) -> Any:
        if is_object(value):
            return {name: self._local(part) for name, part in value.items()}
        for there, front in self._fronts.items() if isinstance(value, str) else ():
            value = value.replace(there, front.url)
        return value

    @property
    def calls(self) -> list[Invocation]:
        """Every request of a function so far."""
        return self.functions.calls

    def failures(self) -> Iterator[str]:
        """What of them failed, with what their processes had printed."""
        yield from (f"{one.function}: {one.status}\n{one.log}" for one in self.calls if one.status >= 500)

    def close(self) -> None:
        self._ends.close()

    # --- time -----------------------------------------------------------------------------------------

    def now_s(self) -> float:
        return self.world.now_us / US

    def _tell(self, now_us: int) -> None:
        self.time_file.tell(now_us / US)

    def run(self) -> None:
        """Deliver, and let time pass for as long as back-off waits."""
        self._look_everywhere()
        self.world.run()
        self.gateway.check()

    def advance(self, by: timedelta) -> None:
        """Let time pass, and do everything that is due within, in order."""
        self._look_everywhere()
        self.world.advance(by.total_seconds())
        self.gateway.check()

    def _look_everywhere(self) -> None:
        """Whoever is outside publishes to the emulator itself."""
        for topic in self.google.topics if self._has_outsiders else ():
            self.heard(topic)

    def pass_to(self, at_s: float) -> None:
        """Let it be that time, and do nothing of it yet."""
        self.world.pass_to(round(at_s * US))

    def restart(self, at: datetime) -> None:
        """Begin anew at a time, with schedules that have never been due. What there is of messages must be gone."""
        self.pass_to(at.timestamp())
        self.google.scheduler.restart()

    def clear(self, seed: int) -> None:
        """Empty it: subscriptions, documents, executions, tasks. seed: of the disorder from now on."""
        self._look_everywhere()
        for name, topic in self._pulled():
            if topic in self._used:
                self.emulator.take(name, now_us=self.world.now_us)
        self.emulator.empty(self.google.databases)
        self.google.tasks.clear()
        self.workflows.clear()
        self.google.scheduler.restart()
        self.functions.calls.clear()
        self.gateway.requests.clear()
        self.sent.clear()
        self._touched.clear()
        self._used.clear()
        self._seen.clear()
        self._begin(seed)

    def _begin(self, seed: int) -> None:
        """With nothing delivered yet."""
        self.subscriptions = self._modelled(seed)
        others: list[Moving] = [self.google.tasks, self.google.scheduler, Machinery(self.workflows)]
        self.world.sources[:] = [*self.subscriptions.values(), *others]

    def _modelled(self, seed: int) -> dict[str, Subscription]:
        """What pushes, with nothing to push yet."""
        pushed = [one for one in self.google.subscriptions.values() if one.push is not None]
        return {one.name: self._subscription(one, seed and seed * 1_000 + number) for number, one in enumerate(pushed)}

    def _pulled(self) -> Iterator[tuple[str, str]]:
        """The subscriptions of the emulator that keep what nobody takes, each with its topic."""
        return ((one.name, one.topic) for one in self.google.subscriptions.values())


def _original_pushed(body: bytes) -> str:
    message: Mapping[str, Any] = json.loads(body)["message"]
    return _original(message.get("attributes", {}), message["messageId"])


def _original(attributes: Mapping[str, str], id: str) -> str:
    """Our id of a message, the same in every copy; that of the service where it is somebody else's."""
    try:
        return str(json.loads(attributes[_SYSTEM])["id"])
    except (ValueError, KeyError, TypeError):
        return id
