"""A place to talk to: Google's emulators of Pub/Sub and Firestore, and models of the rest, behind one door.

Each request has to be one that Google would understand, by its discovery documents, and of somebody who may: the
account of a function, of which `allow` says what it may. Answers that a test wants come first: `place.failing`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any

from cloudless.driver.current import HERE
from cloudless_gcp.clients.cloud import GoogleCloud
from providers.gcp.tests.discovery import Call, problems, read
from providers.gcp.tests.errors import ApiError, answered, refused
from providers.gcp.tests.iam import Iam, Identities, admitted, asked, metadata
from providers.gcp.tests.secretmanager import Secrets
from providers.gcp.tests.tasks import Tasks
from tests.hosting.http import Request, Response
from tests.hosting.loopback import Loopback

REGION, NUMBER = "europe-west1", "123456789012"
START_S = 1_767_355_200.0
_API = ".googleapis.com"
_FUNCTIONS = ".cloudfunctions.net"
Function = Callable[[Request], Response]
Stage = Callable[..., GoogleCloud]
"""Opens a stage by its addresses, and closes it after the test."""


class Place:
    """project: its id. url: of the door. failing: statuses of the next answers. calls: what came, in order.

    ahead_s: how far the clock of who calls is ahead of Google's, now_s.
    """

    def __init__(self, project: str, pubsub: str, firestore: str) -> None:
        self.project = project
        self.now_s = START_S
        self.ahead_s = 0.0
        self.failing: list[int | Response] = []
        self.calls: list[Call] = []
        self.account = f"shop-prod-take@{project}.iam.gserviceaccount.com"
        self.iam, self.identities = Iam(project), Identities()
        self.tasks, self.secrets = Tasks(lambda: int(self.now_s * 1e6)), Secrets()
        self.functions: dict[str, Function] = {}
        self.backends: dict[str, Callable[[Call], Response]] = {
            "pubsub": lambda call: _forwarded(pubsub, call.request),
            "firestore": lambda call: _forwarded(firestore, call.request),
            "cloudtasks": lambda call: _modelled(self.tasks.call, call),
            "secretmanager": lambda call: _modelled(self.secrets.call, call),
        }
        self._lock = threading.Lock()
        self._clouds: list[GoogleCloud] = []
        self._door, self._metadata = Loopback(), Loopback()
        self._door.serve(self._answer)
        self.be(self.account)

    @property
    def url(self) -> str:
        return self._door.url

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a function that runs here."""
        return {
            "CLOUDLESS_GOOGLE_ENDPOINT": self.url,
            "GCE_METADATA_HOST": self._metadata.url.removeprefix("http://"),
            "K_SERVICE": "take",
        }

    def be(self, email: str) -> None:
        """Whom the metadata server gives tokens of from now on."""
        answer = metadata(self.identities, email, project=self.project, number=NUMBER, region=REGION)
        self._metadata.serve(answer)

    def allow(self, resource: str, role: str) -> None:
        """Give the function's account a role."""
        self.iam.add(resource, role, f"serviceAccount:{self.account}")

    def cloud(self, **addresses: Any) -> GoogleCloud:
        """The stage by its addresses."""
        given = {"project": self.project, "region": REGION, "account": self.account, **addresses}
        self._clouds.append(GoogleCloud(given, lambda: self.now_s + self.ahead_s))
        return self._clouds[-1]

    def topic(self, name: str) -> str:
        return f"projects/{self.project}/topics/{name}"

    def made(self, service: str, method: str) -> list[Call]:
        """The calls of a method that came."""
        return [call for call in self.calls if (call.service, call.method) == (service, method)]

    def close(self) -> None:
        for cloud in self._clouds:
            cloud.close()
        self._door.close()
        self._metadata.close()

    def _answer(self, request: Request) -> Response:
        host = request.header("Host")
        with self._lock:
            wanted = self.failing.pop(0) if self.failing else None
        if isinstance(wanted, int):
            return Response(status=wanted, body=b'{"error": {"message": "as the test wants it"}}')
        if wanted is not None:
            return wanted
        if host.endswith(_FUNCTIONS):
            return self.call(f"https://{host}{request.path}", request)
        assert host.endswith(_API), f"nobody is called {host}"
        service = host.removesuffix(_API).rpartition("-")[2]
        if "/callbacks/" in request.path:
            return self._told_back(request)
        return self._asked(read(request, service), host)

    def _told_back(self, request: Request) -> Response:
        """A callback of Workflows, which no document describes."""
        workflow = request.path.removeprefix("/v1/").partition("/executions/")[0]
        member = self.identities.bearer(request.header("Authorization")) or ""
        if not self.iam.allows(member, "workflows.callbacks.send", workflow):
            return refused(ApiError("PERMISSION_DENIED", "Permission 'workflows.callbacks.send' denied."))
        return self.backends["workflowexecutions"](Call("workflowexecutions", "callbacks", {}, {}, request))

    def _asked(self, call: Call, host: str) -> Response:
        assert not problems(call), (call, problems(call))
        assert host == f"{call.service}{_API}" or (call.service, host) == ("pubsub", f"{REGION}-pubsub{_API}"), host
        with self._lock:
            self.calls.append(call)
        member = self.identities.bearer(call.request.header("Authorization"))
        if member is None:
            return refused(ApiError("UNAUTHENTICATED", "Request had invalid authentication credentials."))
        try:
            for one in asked(call):
                self.iam.require(member, one.permission, one.resource)
        except ApiError as problem:
            return refused(problem)
        return self.backends[call.service](call)

    def call(self, url: str, request: Request) -> Response:
        """The answer of a function, behind Cloud Run's front."""
        service = f"projects/{self.project}/locations/{REGION}/services/{url.rpartition('/')[2]}"
        let_in = admitted(request, iam=self.iam, identities=self.identities, service=service, audiences=[url])
        if isinstance(let_in, Response):
            return let_in
        return self.functions[url](let_in)


def function_url(project: str, name: str) -> str:
    return f"https://{REGION}-{project}{_FUNCTIONS}/{name}"


def replying(answer: Callable[[Any], Any]) -> Function:
    """A function that answers JSON with JSON."""

    def carry_out(request: Request) -> Response:
        body = json.dumps(answer(json.loads(request.body))).encode()
        return Response(status=200, headers=(("Content-Type", "application/json"),), body=body)

    return carry_out


@contextmanager
def handling(cloud: GoogleCloud, handler: str) -> Generator[None]:
    """Calls within the block are made by a handler."""
    token = HERE.set((cloud, handler, None))
    try:
        yield
    finally:
        HERE.reset(token)


def _forwarded(host: str, request: Request) -> Response:
    """Of an emulator, which takes its administrator for anybody."""
    connection = HTTPConnection(host, timeout=10)
    try:
        target = f"{request.path}?{request.query}" if request.query else request.path
        headers = {"Content-Type": "application/json", "Authorization": "Bearer owner"}
        connection.request(request.method, target, request.body or None, headers)
        with connection.getresponse() as answer:
            kind = answer.headers.get("Content-Type", "application/json")
            return Response(status=answer.status, headers=(("Content-Type", kind),), body=answer.read())
    finally:
        connection.close()


def _modelled(model: Callable[[str, Mapping[str, Any], Mapping[str, Any]], dict[str, Any]], call: Call) -> Response:
    try:
        return answered(model(call.method, call.params, call.body))
    except ApiError as problem:
        return refused(problem)
