"""A build, running: what its Terraform document makes, on loopback, on one virtual clock.

Queues, topics, tables and secrets are ministack's, in an account of their own; functions are processes under Amazon's
runtime client; schedules, HTTP APIs, event sources and state machines are models of ours. Every request of functions
and callers goes through one gateway, which checks the policies of whoever asks. The clock stands still between calls of
`advance`, and functions read it from a file: so back-off, locks, leases, delays and schedules are exact, and no test
waits.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

from cloudless.codec import is_object
from providers.aws.tests.bridge import Aws, Document, Request, Role, Service, apply, problems
from providers.aws.tests.bridge.asked import function_arn
from providers.aws.tests.bridge.endpoint import clients
from providers.aws.tests.bridge.made import Function as MadeFunction
from providers.aws.tests.bridge.made import Source
from providers.aws.tests.bridge.schedule import SCHEDULER, source
from providers.aws.tests.control import Accepting, Functions, Identity, Machines, Roles, Tables
from providers.aws.tests.emulators import PATHS, REGION
from providers.aws.tests.gateway import Callers, Gateway, Upstream, backends
from providers.aws.tests.httpapi import HttpApi, HttpApis
from providers.aws.tests.httpapi.api import NotInvoked
from providers.aws.tests.lambdas.function import Function
from providers.aws.tests.lambdas.service import Invocation, Lambda, LambdaError
from providers.aws.tests.lambdas.service import Reply as FunctionReply
from providers.aws.tests.moving import Machinery, Ticks
from providers.aws.tests.scheduler import Scheduler, SchedulerError
from providers.aws.tests.sqsmodel import EventSource, Settings, SqsMessage
from providers.aws.tests.sqsmodel import Gateway as SqsGateway
from providers.aws.tests.sqsmodel.message import check_request
from providers.aws.tests.sqsmodel.source import US, Failed
from providers.aws.tests.stepfunctions import ApiError, Jsonata, StepFunctions
from providers.aws.tests.stepfunctions import Failed as TaskFailed
from providers.aws.tests.stepfunctions import Invocation as Task
from providers.aws.tests.stepfunctions import Reply as TaskReply
from providers.aws.tests.store import FIFO, Store, entry_of
from tests.hosting import http
from tests.hosting.launcher import Zygote
from tests.hosting.loopback import Loopback
from tests.hosting.timefile import VARIABLE, TimeFile
from tests.virtual import World

_ACCOUNTS = count(200_000_000_001)
"""Of stages: what one makes on ministack, no other one sees."""
REAL = ("sqs", "sns", "dynamodb", "secretsmanager")
GATEWAY = Service("apigateway.amazonaws.com")
VISIBILITY_S = "30"
"""What a queue has without being told.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
"""
IS_ARM = platform.machine() == "aarch64"
"""Elsewhere, layers hold libraries that do not run: those of the kit stand in for them."""
OURS = ("cloudless/", "cloudless_aws/")
"""Where a package brings what it imports of ours."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What all builds share: ministack's URL, the process that functions are forked from, and JSONata."""

    ministack: str
    zygote: Zygote
    engine: Jsonata


class Running:
    """build: the folder that `cloudless build` wrote. folder: for what is unpacked, and the time.

    env: variables beside those of the document, of every function. own_packages: whether functions import the copy of
    cloudless that their package brings; otherwise that of this tree.
    """

    def __init__(
        self,
        build: Path,
        folder: Path,
        ground: Ground,
        *,
        start: datetime,
        env: Mapping[str, str],
        own_packages: bool = True,
        region: str = REGION,
    ) -> None:
        self.account, self.region = f"{next(_ACCOUNTS)}", region
        self.time_file = TimeFile(folder / "time")
        self._ends = ExitStack()
        self._folder = folder
        self._own_packages = own_packages
        self._ground = ground
        self._upstream = Upstream(ground.ministack, self.account)
        self._ends.callback(self._upstream.close)
        self.store = Store(self._upstream, region)
        self.world = World(pump=self._pump, told=self._tell, start_us=round(start.timestamp() * US))
        self.callers = Callers()
        self.sqs = SqsGateway(backends.forwarded_to(self._upstream))
        self.scheduler = Scheduler(region, self.account, self.now_s, self._may_be_taken)
        self.machines = StepFunctions(
            now_us=lambda: self.world.now_us,
            invoke=self._task,
            engine=ground.engine,
            region=region,
            account=self.account,
        )
        self.apis = HttpApis(region, self.account)
        self.aws = Aws(self._clients(), account=self.account, region=region)
        self.applied = apply(Document.read(build), self.aws, {})
        lacks = list(problems(self.aws))
        assert not lacks, lacks
        self.functions = Lambda(ground.zygote, region, self.now_s)
        self._ends.callback(self.functions.close)
        self.gateway = self._gateway()
        self.functions.env = {**self._environment(), **env}
        for function in self.aws.functions.values():
            self.functions.add(self._function(function))
        self.sources = {source.queue.rpartition(":")[2]: self._source(source) for source in self.aws.sources}
        self._fronts = {f"https://{api.told.domain}": self._front(api) for api in self.apis.apis.values()}
        self.world.sources += [*self.sources.values(), Ticks(self.scheduler, self._tick), Machinery(self.machines)]

    # --- what there is --------------------------------------------------------------------------------

    def _clients(self) -> Callable[[str], Any]:
        """Of what makes resources: ministack's, or models."""
        real = clients(self._ground.ministack, account=self.account, region=self.region)
        self._ends.callback(lambda: [real(service).close() for service in REAL])
        models: dict[str, Any] = {
            "apigatewayv2": self.apis,
            "cloudwatch": Accepting(),
            "dynamodb": Tables(real("dynamodb")),
            "iam": Roles(self.account),
            "lambda": Functions(f"arn:aws:lambda:{self.region}:{self.account}"),
            "logs": Accepting(),
            "s3": Accepting(),
            "scheduler": self.scheduler,
            "stepfunctions": Machines(self.machines),
            "sts": Identity(self.account),
        }
        return lambda service: models[service] if service in models else real(service)

    def _gateway(self) -> Gateway:
        answering: dict[str, backends.Backend] = {
            "dynamodb": backends.as_it_is(self._upstream),
            "lambda": backends.functions(self.functions),
            "scheduler": backends.modelled(self.scheduler.call, SchedulerError),
            "secretsmanager": backends.secrets(self._upstream),
            "sns": backends.sns(self._upstream, self._published),
            "sqs": backends.sqs(self.sqs),
            "states": backends.modelled(self.machines.call, ApiError),
            "sts": backends.who(self.account),
        }
        gateway = Gateway(self.callers, self.aws.access, answering, self.account, self.region)
        gateway.secrets = self.aws.secrets
        self._ends.callback(gateway.close)
        return gateway

    def _environment(self) -> dict[str, str]:
        """Where requests go, and what time it is."""
        return {
            "AWS_ENDPOINT_URL": self.gateway.url,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
            VARIABLE: str(self.time_file.path),
        }

    def environment(self) -> dict[str, str]:
        """What a program of whoever deployed needs to find the stage."""
        return {**self._environment(), **self.callers.deployer()}

    def _function(self, made: MadeFunction) -> Function:
        """A function as it can run: with its code, its layers and its role's credentials."""
        layers = [str(self._unpacked(layer) / "python") for layer in made.layers] if IS_ARM else []
        return Function(
            name=made.name,
            arn=made.arn,
            role=made.role,
            handler=made.handler,
            folder=self._unpacked(made.package),
            path=layers if self._own_packages else [*layers, *map(str, PATHS)],
            version=made.version,
            timeout_s=made.timeout_s,
            memory_mb=made.memory_mb,
            environment={**made.environment, **self.callers.admit(made.role)},
            aliases=made.aliases,
            reserved=made.reserved,
        )

    def _unpacked(self, file: Path) -> Path:
        """The folder of a zip, once for all functions."""
        folder = self._folder / file.stem
        if not folder.exists():
            with ZipFile(file) as package:
                names = [one for one in package.namelist() if self._own_packages or not one.startswith(OURS)]
                package.extractall(folder, names)
        return folder

    def _source(self, made: Source) -> EventSource:
        """An event source and its queue, which it keeps the visibility of."""
        queue = self.aws.queues[made.queue.rpartition(":")[2]]
        redrive: dict[str, Any] = json.loads(queue.attributes.get("RedrivePolicy", "{}"))
        settings = Settings(
            queue.name,
            visibility_s=int(queue.attributes.get("VisibilityTimeout", VISIBILITY_S)),
            batch_size=made.batch_size,
            max_receives=int(redrive.get("maxReceiveCount", 0)),
            dead_letters=str(redrive.get("deadLetterTargetArn", "")).rpartition(":")[2],
            arn=queue.arn,
        )
        source = EventSource(settings, partial(self._delivered, made), self._move)
        self.sqs.attach(source, lambda: self.world.now_us)
        return source

    def _front(self, api: HttpApi) -> Loopback:
        front = self._ends.enter_context(Loopback())

        def answer(request: http.Request) -> http.Response:
            return api.answer(request, self._requested, self.now_s)

        front.serve(answer)
        return front

    # --- who calls whom -------------------------------------------------------------------------------

    def _may_be_taken(self, role: str, group: str) -> bool:
        """Whether EventBridge Scheduler may take a role."""
        return self.aws.access.assume(role, SCHEDULER, source(self.aws, group)).allowed

    def _delivered(self, made: Source, event: Mapping[str, Any]) -> Any:
        """An event source calls its function. Raises Failed."""
        try:
            reply = self.functions.invoke(made.function, json.dumps(event).encode())
        except LambdaError as problem:
            raise Failed from problem
        if reply.error:
            raise Failed(reply.payload.decode())
        return json.loads(reply.payload) if made.partial else None

    def _requested(self, function: str, event: bytes, source: str) -> FunctionReply:
        """API Gateway calls a function, if it may."""
        context = {"aws:SourceArn": source, "aws:SourceAccount": self.account}
        request = Request("lambda:InvokeFunction", function, GATEWAY, context)
        if not self.aws.access.decide(request).allowed:
            raise NotInvoked
        try:
            return self.functions.invoke(function, event)
        except LambdaError as problem:
            raise NotInvoked from problem

    def _task(self, task: Task) -> TaskReply:
        """A state machine calls a function, as its role."""
        arn = function_arn(task.function, "", self.aws.arn)
        self.aws.access.require(Request("lambda:InvokeFunction", arn, Role(task.role_arn)))
        try:
            reply = self.functions.invoke(arn, json.dumps(task.payload, ensure_ascii=False).encode())
        except LambdaError as problem:
            raise TaskFailed(f"Lambda.{problem.code}", problem.text) from problem
        if reply.error:
            raise TaskFailed(reply.kind, reply.payload.decode())
        return TaskReply(json.loads(reply.payload), version=reply.version)

    def _tick(self, role: str, queue: str, entry: Mapping[str, Any]) -> None:
        """EventBridge Scheduler sends, as a role: into the model at once where an event source empties the queue."""
        self.aws.access.require(Request("sqs:SendMessage", self.aws.arn("sqs", queue), Role(role)))
        sent: dict[str, Any] = {"Id": "0", **entry}
        now_us = self.world.now_us
        if queue not in self.sources:
            self.send(queue, sent)
            return
        check_request([sent], is_fifo=queue.endswith(FIFO))
        message = SqsMessage(
            str(uuid4()), sent["MessageBody"], sent.get("MessageAttributes", {}), sent.get("MessageGroupId", ""), now_us
        )
        self.sources[queue].accept(message, now_us + sent.get("DelaySeconds", 0) * US, now_us)

    def _move(self, queue: str, letter: SqsMessage) -> None:
        """SQS itself gives a message up."""
        self.send(queue, entry_of(letter.body, letter.texts, is_fifo=queue.endswith(FIFO), group=letter.group))

    def send(self, queue: str, entry: Mapping[str, Any]) -> None:
        """Put a message on a queue, by its name: an entry of SendMessageBatch."""
        request = {"QueueUrl": self.aws.queues[queue].url, "Entries": [entry]}
        headers = {**self.store.headers("sqs"), "x-amz-target": "AmazonSQS.SendMessageBatch"}
        status, body = self.sqs.answer(headers, json.dumps(request).encode())
        assert status < 300 and not json.loads(body)["Failed"], body

    def _published(self, topic: str) -> None:
        """Ministack has delivered to the queues of a topic's subscribers."""
        for one in self.aws.subscriptions:
            if one.topic == topic and one.protocol == "sqs":
                self.sqs.arrived(one.endpoint.rpartition(":")[2])

    def _pump(self, now_us: int) -> None:
        """Move what was sent to ministack into the model."""
        for queue in [one for one in self.sources if one in self.sqs.touched]:
            self.sqs.touched.discard(queue)
            for message in self.store.take(self.aws.queues[queue].url, now_us=now_us):
                delay_s = self.sqs.delays.pop(message.id, 0)
                self.sources[queue].accept(message, now_us + delay_s * US, now_us)

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
        """Every invocation of a function so far."""
        return self.functions.calls

    def failures(self) -> Iterator[str]:
        """What of them failed, with what their processes had printed."""
        yield from (f"{one.function}: {one.error}\n{one.log}" for one in self.calls if one.error)

    def close(self) -> None:
        self._ends.close()

    # --- time -----------------------------------------------------------------------------------------

    def now_s(self) -> float:
        return self.world.now_us / US

    def _tell(self, now_us: int) -> None:
        self.time_file.tell(now_us / US)

    def run(self) -> None:
        """Deliver, and let time pass for as long as back-off waits."""
        self.world.run()
        self.gateway.check()

    def advance(self, by: timedelta) -> None:
        """Let time pass, and do everything that is due within, in order."""
        self.world.advance(by.total_seconds())
        self.gateway.check()

    def pass_to(self, at_s: float) -> None:
        """Let it be that time, and do nothing of it yet."""
        self.world.pass_to(round(at_s * US))

    def restart(self, at: datetime) -> None:
        """Begin anew at a time, with schedules that have never been due. What there is of messages must be gone."""
        self.pass_to(at.timestamp())
        self.scheduler.restart()

    def clear(self, seed: int) -> None:
        """Empty it: queues, tables, executions, and what is scheduled once. seed: of the disorder from now on."""
        while self.sqs.used:
            self.store.purge(self.aws.queues[self.sqs.used.pop()].url)
        for table in self.aws.tables:
            self.store.clear(table)
        for number, one in enumerate(self.sources.values()):
            one.clear(seed and seed * 1_000 + number)
        self.sqs.touched.clear()
        self.sqs.delays.clear()
        self.sqs.sends.clear()
        self.machines.clear()
        self.scheduler.restart()
        self.functions.calls.clear()
        self.gateway.requests.clear()
