"""Needs: what each unit and each state machine may, on what, and why: grants of the program, and what our runtime does.

Grants of one verb are one statement on several resources; its reasons name each. Plain data, of which permission.py
makes policies. What the clients call for each verb: cloudless_aws/clients.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
https://docs.aws.amazon.com/step-functions/latest/dg/concept-create-iam-advanced.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from cloudless.compiler.reason import because, reasoned
from cloudless.compiler.unit import BROKER, Source, Unit
from cloudless.driver.names import broker_of, worker_of
from cloudless.ir import Grant, Span
from cloudless.passes.grants import redrive_targets, union
from cloudless_aws import names
from cloudless_aws.compile import scope
from cloudless_aws.compile.permission import SCHEDULER, Statement

if TYPE_CHECKING:
    from cloudless.compiler.program import Program
    from cloudless_aws.compile.ground import Ground

SEND = "sqs:SendMessage"
_INVOKE = "lambda:InvokeFunction"
_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "Send": (SEND,),
    "Copy": (SEND,),
    "GiveUp": (SEND,),
    "Delay": ("scheduler:CreateSchedule",),
    "Peek": ("sqs:ChangeMessageVisibility", "sqs:ReceiveMessage"),
    "Redrive": ("sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage"),
    "UseQueue": (
        "sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl",
        "sqs:ReceiveMessage", SEND,
    ),
    "Consume": ("sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"),
    "Publish": ("sns:Publish",),
    "ReadSecret": ("secretsmanager:GetSecretValue",),
    "Invoke": (_INVOKE,),
    "SendEvent": (_INVOKE,),
    "Start": ("states:StartExecution",),
    "Started": ("states:DescribeExecution",),
    "Control": ("states:DescribeExecution", "states:GetExecutionHistory", "states:StopExecution"),
    "List": ("states:ListExecutions",),
    "Claim": ("dynamodb:DeleteItem", "dynamodb:UpdateItem"),
    "KeepEvents": ("dynamodb:GetItem", "dynamodb:PutItem"),
    "HandOver": ("states:SendTaskSuccess",),
    "LookUp": ("states:DescribeExecution", "states:GetExecutionHistory"),
    "Log": ("logs:CreateLogStream", "logs:PutLogEvents"),
}  # fmt: skip
"""By the name of a statement."""

_Asked = tuple[str, str, str]
"""Name of the statement, resource, why."""


class Needs:
    """What the units of a stage need."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        application = ground.application
        self._later = {one.name: one.queue for one in application.functions}
        self._functions = {one.name: names.function_of(ground.prefix, one.handler) for one in application.functions}
        self._targets = redrive_targets(application)
        self._steps = union(one.grants for one in application.orchestrations)
        self._delays = {
            scope.schedules_arn(ground, one.name): ground.document.address("aws_iam_role", delay_label(one.name))["arn"]
            for one in application.queues
            if names.is_delayed(one)
        }
        self._found: dict[str, tuple[Statement, ...]] = {}

    def of(self, unit: Unit) -> tuple[Statement, ...]:
        """The statements of a unit's role, in order of their names."""
        if unit.name not in self._found:
            granted = ((*need, why) for need, why in reasoned(unit.grants, self._of_grant))
            asked = [*granted, *self._ours(unit)]
            self._found[unit.name] = (*_statements(asked), *self._passed(asked))
        return self._found[unit.name]

    def machine(self, program: Program) -> tuple[Statement, ...]:
        """The statements of a state machine's role."""
        return tuple(_statements(self._called(program)))

    # --- what the program asks for --------------------------------------------------------------------

    def _of_grant(self, grant: Grant) -> Iterator[tuple[str, str]]:
        ground = self._ground
        if grant.noun == "queue":
            yield from self._of_queue(grant)
        elif grant.noun == "topic":
            yield "Publish", scope.topic_arn(ground, grant.name)
        elif grant.noun == "secret":
            yield "ReadSecret", scope.secret_arn(ground, grant.name)
        elif grant.noun == "event":
            broker = broker_of(ground.prefix)
            yield "SendEvent", scope.function_arn(ground, broker, names.event_alias(grant.name))
        elif grant.noun == "orchestration":
            yield from self._of_orchestration(grant)
        elif grant.verb == "invoke_later":
            yield "Send", scope.queue_arn(ground, self._later[grant.name])
        else:
            yield "Invoke", scope.function_arn(ground, self._functions[grant.name])

    def _of_queue(self, grant: Grant) -> Iterator[tuple[str, str]]:
        ground, name = self._ground, grant.name
        verb = _QUEUE_VERBS[grant.verb]
        yield verb, scope.queue_arn(ground, name)
        if grant.verb == "redrive" and name in self._targets:
            yield "Send", scope.queue_arn(ground, self._targets[name])
        if grant.verb in {"send", "native"} and names.is_delayed(ground.queues[name]):
            yield "Delay", scope.schedules_arn(ground, name)

    def _of_orchestration(self, grant: Grant) -> Iterator[tuple[str, str]]:
        machine, executions = (find(self._ground, grant.name) for find in (scope.machine_arn, scope.executions_arn))
        if grant.verb in {"start", "native"}:
            yield "Start", machine
            yield "Started", executions
        if grant.verb in {"control", "native"}:
            yield "Control", executions
            yield "List", machine

    # --- what our runtime does ------------------------------------------------------------------------

    def _ours(self, unit: Unit) -> Iterator[_Asked]:
        ground = self._ground
        if unit.source is not None:
            yield from self._consuming(unit.source)
        if unit.kind == BROKER:
            yield from self._keeping()
        yield "Log", scope.log_streams_arn(ground, unit.name), "ours: its own log"

    def _consuming(self, source: Source) -> Iterator[_Asked]:
        """Take, send copies of what comes again (never on an ordered queue, where they would overtake), give up."""
        ground, plan = self._ground, self._ground.plans[source.queue]
        queue = scope.queue_arn(ground, source.queue)
        yield "Consume", queue, "ours: it consumes the queue"
        if not source.ordered:
            yield "Copy", queue, "ours: copies of what is postponed"
        if plan.dead_letters:
            yield "GiveUp", scope.queue_arn(ground, plan.dead_letters), "ours: its dead letters"
        if source.guarded:
            yield "Claim", scope.ledger_arn(ground), "ours: leases"

    def _keeping(self) -> Iterator[_Asked]:
        """What the broker needs: of the orchestrations that wait, and no other."""
        ground = self._ground
        yield "KeepEvents", scope.ledger_arn(ground), "ours: events that nobody waits for yet, and who waits"
        yield "HandOver", "*", "ours: events to who waits; the token says to whom, and the action takes no resource"
        waiting = sorted({name for found in ground.programs.waiters.values() for name in found})
        for name in waiting:
            yield "LookUp", scope.executions_arn(ground, name), f"ours: whether executions of {name} still run"

    def _passed(self, asked: Iterable[_Asked]) -> Iterator[Statement]:
        """Whoever makes a schedule hands it the role of the queue's delays, and may hand that to nothing else."""
        roles = tuple(self._delays[resource] for name, resource, _ in asked if name == "Delay")
        if roles:
            yield Statement(
                sid="PassRole",
                actions=("iam:PassRole",),
                resources=tuple(dict.fromkeys(roles)),
                condition={"StringEquals": {"iam:PassedToService": f"{SCHEDULER}.amazonaws.com"}},
                why=("ours: as whom EventBridge Scheduler sends what is delayed",),
            )

    # --- state machines -------------------------------------------------------------------------------

    def _called(self, program: Program) -> Iterator[_Asked]:
        ground = self._ground
        lines: dict[str, tuple[Span, ...]] = {one.name: one.spans for one in self._steps if one.noun == "function"}
        for name in program.functions:
            why = because(f"invoke function {name}", lines.get(name, ()))
            yield "Invoke", scope.function_arn(ground, self._functions[name]), why
        if program.work:
            worker = worker_of(ground.prefix)
            yield "Invoke", scope.function_arn(ground, worker), "ours: pure functions, sends and publishes"
        if program.events:
            broker = scope.function_arn(ground, broker_of(ground.prefix), names.WAIT)
            yield "Invoke", broker, f"ours: waits for {', '.join(program.events)}"


_QUEUE_VERBS = {"send": "Send", "peek": "Peek", "redrive": "Redrive", "native": "UseQueue"}


def delay_label(queue: str) -> str:
    """Label of the role as which EventBridge Scheduler sends what is delayed."""
    return f"cloudless--delay-{queue}"


def _statements(asked: Iterable[_Asked]) -> Iterator[Statement]:
    """One statement a name, on every resource once, with every reason once."""
    resources: dict[str, dict[str, None]] = {}
    reasons: dict[str, dict[str, None]] = {}
    for name, resource, why in asked:
        resources.setdefault(name, {})[resource] = None
        reasons.setdefault(name, {})[why] = None
    for name in sorted(resources):
        yield Statement(sid=name, actions=_ACTIONS[name], resources=tuple(resources[name]), why=tuple(reasons[name]))
