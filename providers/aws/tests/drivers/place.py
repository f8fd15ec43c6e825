"""A place to talk to: ministack's queues, topics, tables and secrets, and models of the rest, behind STAND's gateway.

Whoever calls is a role (`allow` says what it may), or whoever deployed all this. Answers that a test wants come first:
`place.failing.append((400, "ThrottlingException"))`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any

from boto3.session import Session

from cloudless.driver.current import HERE
from cloudless_aws.clients.cloud import AwsCloud
from providers.aws.tests.bridge import Access, Policy
from providers.aws.tests.gateway import Callers, Gateway, Upstream
from providers.aws.tests.gateway.backends import Backend, as_it_is, forwarded_to, functions, modelled, sns, sqs, who
from providers.aws.tests.gateway.call import Call
from providers.aws.tests.gateway.refusal import refused
from providers.aws.tests.lambdas.service import LambdaError
from providers.aws.tests.scheduler import Scheduler, SchedulerError
from providers.aws.tests.sqsmodel import Gateway as SqsGateway
from providers.aws.tests.stepfunctions import ApiError, Failed, Invocation, Jsonata, Reply, StepFunctions
from tests.hosting.http import Response

REGION = "eu-central-1"
ROLE_NAME = "shop-prod-take"
START_S = 1_767_355_200.0
Function = Callable[[Any], Any]
"""A function's event to its answer; raises Failed."""


class Answer:
    """See `providers.aws.tests.lambdas.service.Lambda.invoke`."""

    def __init__(self, payload: bytes, error: str = "") -> None:
        self.payload = payload
        self.error = error
        self.version = "1"


class Functions:
    """Lambda, whose functions are Python's, by "name:qualifier"."""

    def __init__(self) -> None:
        self.known: dict[str, Function] = {}
        self.calls: list[tuple[str, Any]] = []

    def invoke(self, name: str, payload: bytes, qualifier: str = "") -> Answer:
        at = f"{name}:{qualifier}"
        if at not in self.known:
            raise LambdaError("ResourceNotFoundException", f"Function not found: {at}", 404)
        event = json.loads(payload)
        self.calls.append((at, event))
        try:
            return Answer(json.dumps(self.known[at](event)).encode())
        except Failed as problem:
            return Answer(problem.cause.encode(), "Unhandled")


class Place:
    """url: of the gateway. failing: what the next requests are answered with. calls: what came."""

    def __init__(self, ministack_url: str, account: str, engine: Jsonata) -> None:
        self.account = account
        self.now_s = START_S
        self.failing: list[tuple[int, str]] = []
        self.calls: list[Call] = []
        self.functions = Functions()
        self.access, self.callers = Access(), Callers()
        self.role = f"arn:aws:iam::{account}:role/{ROLE_NAME}"
        self.access.add_role(self.role, _trust("lambda"))
        self._upstream = Upstream(ministack_url, account)
        self.queues = SqsGateway(forwarded_to(self._upstream))
        self.scheduler = Scheduler(REGION, account, lambda: self.now_s, lambda role, group: True)
        self.machines = StepFunctions(
            now_us=lambda: round(self.now_s * 1e6), invoke=self._step, engine=engine, region=REGION, account=account
        )
        backends: dict[str, Backend] = {
            "sqs": sqs(self.queues),
            "sns": sns(self._upstream, lambda _: None),
            "dynamodb": as_it_is(self._upstream),
            "secretsmanager": as_it_is(self._upstream),
            "scheduler": modelled(self.scheduler.call, SchedulerError),
            "states": modelled(self.machines.call, ApiError),
            "lambda": functions(self.functions),  # type: ignore[arg-type]
            "sts": who(account),
        }
        watched = {service: self._watched(backend) for service, backend in backends.items()}
        self.gateway = Gateway(self.callers, self.access, watched, account, REGION)
        self._clients: list[Any] = []

    @property
    def url(self) -> str:
        return self.gateway.url

    def environment(self, *, as_role: bool = False) -> dict[str, str]:
        """AWS's own variables of a caller."""
        keys = self.callers.admit(self.role) if as_role else self.callers.deployer()
        return {
            **keys,
            "AWS_ENDPOINT_URL": self.url,
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def allow(self, *statements: tuple[str, str]) -> None:
        """Give the role actions on resources, and take what it had."""
        found = [{"Effect": "Allow", "Action": action, "Resource": resource} for action, resource in statements]
        self.access.put_policy(self.role, "cloudless", _policy(found))

    def client(self, service: str) -> Any:
        """boto3's client of ministack itself, past the gateway: to make what Terraform makes, and to look."""
        session = Session(self.account, "test", region_name=REGION)
        client: Any = session.client(service, endpoint_url=self._upstream.url)
        self._clients.append(client)
        return client

    def cloud(self, **addresses: Any) -> AwsCloud:
        """The stage by its addresses."""
        return AwsCloud({"region": REGION, "account": self.account, **addresses}, lambda: self.now_s)

    def go_on(self) -> None:
        """Let state machines do what is due."""
        self.machines.pump()

    def made(self, service: str, operation: str) -> list[Mapping[str, Any]]:
        """What an operation was asked for."""
        return [call.params for call in self.calls if (call.service, call.operation) == (service, operation)]

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self.gateway.close()
        self._upstream.close()

    def _watched(self, backend: Backend) -> Backend:
        lock = threading.Lock()

        def answer(call: Call) -> Response:
            with lock:
                self.calls.append(call)
                wanted = self.failing.pop(0) if self.failing else None
            if wanted is None:
                return backend(call)
            return refused(call.service, wanted[1], "as the test wants it", wanted[0])

        return answer

    def _step(self, invocation: Invocation) -> Reply:
        name, _, qualifier = invocation.function.rpartition("function:")[2].partition(":")
        answer = self.functions.invoke(name, json.dumps(invocation.payload).encode(), qualifier)
        if answer.error:
            told = json.loads(answer.payload)
            raise Failed(told["errorType"], answer.payload.decode())
        return Reply(json.loads(answer.payload))


@contextmanager
def handling(cloud: AwsCloud, handler: str) -> Generator[None]:
    """Calls within the block are made by a handler."""
    token = HERE.set((cloud, handler, None))
    try:
        yield
    finally:
        HERE.reset(token)


def _policy(statements: list[dict[str, Any]]) -> Policy:
    return Policy.read(json.dumps({"Version": "2012-10-17", "Statement": statements}))


def _trust(service: str) -> Policy:
    principal = {"Service": f"{service}.amazonaws.com"}
    return _policy([{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}])
