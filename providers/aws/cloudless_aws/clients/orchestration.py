"""The orchestration driver over Step Functions, and, for events, the broker (runtime/broker.py).

An execution's name is our id, which Step Functions keeps unique for 90 days after it ended.
"""

from __future__ import annotations

from collections import Counter
from heapq import nlargest

from cloudless.codec import dump, load
from cloudless.driver.orchestration import RUNNING, RemoteOrchestrations, digest, input_of, taken
from cloudless.errors import NotFound, Unavailable
from cloudless_aws.clients.broker import BrokerClient
from cloudless_aws.clients.denied import Grant, address_of, needing
from cloudless_aws.clients.execution import NATIVE, snapshot_of
from cloudless_aws.clients.history import Reading
from cloudless_aws.clients.sdk import Client, pause
from cloudless_aws.names import ALIAS, execution_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from cloudless.driver.orchestration import Entry, Snapshot, Status
    from cloudless.message import Envelope
    from cloudless_aws.clients.sdk import Sdk

    Told = Mapping[str, Any]

PAGE = 1_000
"""Executions, or events of a history, in one answer."""
LOOKS = 5
"""At an execution that was just started or stopped: Step Functions may tell yet how it was before."""
_ALL = tuple(native for natives in NATIVE.values() for native in natives)


class StepFunctionsOrchestrations(RemoteOrchestrations):
    """See `cloudless.driver.orchestration.OrchestrationDriver` and `Pinning`. Safe from several threads.

    addresses: name of the state machine by logical name. functions: name of the Lambda function by logical name, of
    those whose steps `history` is to name so.
    """

    provider = "aws"

    __slots__ = ("_addresses", "_broker", "_client", "_functions", "_sdk")

    def __init__(
        self, addresses: Mapping[str, str], functions: Mapping[str, str], broker: BrokerClient, sdk: Sdk
    ) -> None:
        self._addresses = addresses
        self._functions = {physical: logical for logical, physical in functions.items()}
        self._broker = broker
        self._sdk = sdk
        self._client = Client(sdk, "stepfunctions")

    def start(self, orchestration: str, execution: str, call: Envelope) -> None:
        machine, what = self._machine(orchestration, "start"), f"starting execution {execution!r} of {orchestration!r}"
        request = {
            "stateMachineArn": f"{machine}:{ALIAS}",
            "name": execution_of(execution),
            "input": input_of(call),
        }
        with needing(Grant("start", "orchestration", orchestration, "states:StartExecution", machine)):
            is_new = self._client.call(what, lambda aws: _started(aws, request))
        if not is_new and digest(call.body) != self._digest(orchestration, execution):
            raise taken(orchestration, execution)

    def describe(self, orchestration: str, execution: str) -> Snapshot:
        return snapshot_of(self._described(orchestration, execution), orchestration)

    def history(self, orchestration: str, execution: str) -> Sequence[Entry]:
        return list(Reading(orchestration, self._functions).entries(self._events(orchestration, execution)))

    def cancel(self, orchestration: str, execution: str) -> None:
        if self.describe(orchestration, execution).status != RUNNING:
            return
        self._control(orchestration, execution, "stop_execution", "stopping")
        for attempt in range(1, LOOKS + 1):
            if self.describe(orchestration, execution).status != RUNNING:
                return
            pause(attempt)
        raise Unavailable(f"execution {execution!r} was told to end, and still runs: it is safe to cancel it again")

    def executions(self, orchestration: str, status: Status | None, limit: int) -> Sequence[str]:
        found: list[Told] = []
        for native in NATIVE[status] if status else _ALL:
            found += self._latest(orchestration, native, limit)
        return [one["name"] for one in nlargest(limit, found, key=_start)]

    def running(self, orchestration: str) -> Mapping[str, int]:
        """See driver.orchestration.Pinning. One execution of each version is asked for the definition that it has."""
        versions: dict[str, list[Told]] = {}
        for page in self._listed(orchestration, "RUNNING"):
            for one in page:
                versions.setdefault(one.get("stateMachineVersionArn", one["executionArn"]), []).append(one)
        found: Counter[str] = Counter()
        for executions in versions.values():
            found[self._definition(orchestration, executions[0])] += len(executions)
        return dict(found)

    def send(self, orchestration: str, execution: str, event: str, message: Envelope) -> None:
        self._broker.send(orchestration, execution, event, message)

    def native(self, orchestration: str) -> Any:
        """(boto3's Step Functions client, ARN of the state machine)."""
        return self._client.native, self._machine(orchestration, "native")

    def close(self) -> None:
        """Close the connections; the driver is not used after that."""
        self._client.close()
        self._broker.close()

    # --- one execution

    def _described(self, orchestration: str, execution: str) -> Told:
        return self._control(orchestration, execution, "describe_execution", "asking for")

    def _digest(self, orchestration: str, execution: str) -> str:
        """Of the arguments of an execution that there is, though Step Functions may not tell of it yet."""
        for attempt in range(1, LOOKS):
            try:
                told = self._described(orchestration, execution)
            except NotFound:
                pause(attempt)
            else:
                return digest(dump(load(told["input"])["args"]))
        raise Unavailable(
            f"somebody else has just started execution {execution!r} of {orchestration!r}, with arguments that "
            "nobody tells yet: try again"
        )

    def _events(self, orchestration: str, execution: str) -> Iterator[Told]:
        page: dict[str, Any] = {"maxResults": PAGE}
        while True:
            answer = self._control(orchestration, execution, "get_execution_history", "reading the history of", **page)
            yield from answer["events"]
            if not answer.get("nextToken"):
                return
            page["nextToken"] = answer["nextToken"]

    def _control(self, orchestration: str, execution: str, operation: str, doing: str, **request: Any) -> Told:
        """Ask something of one execution."""
        arn = self._execution(orchestration, execution)
        resource = f"{arn.rpartition(':')[0]}:*"
        what = f"{doing} execution {execution!r} of {orchestration!r}"
        try:
            return self._ask(what, _grant(orchestration, operation, resource), operation, executionArn=arn, **request)
        except NotFound as problem:
            missing = NotFound(f"orchestration {orchestration!r} has no execution {execution!r}")
            missing.native = problem.native
            raise missing from problem

    # --- many

    def _latest(self, orchestration: str, native: str, limit: int) -> list[Told]:
        """The `limit` latest started of one status, and some more.

        What has ended is listed by its end: an execution that is not among those listed yet began before that.
        """
        found: list[Told] = []
        for page in self._listed(orchestration, native):
            found += page
            if len(found) >= limit and _listed_by(page[-1]) < nlargest(limit, map(_start, found))[-1]:
                break
        return found

    def _listed(self, orchestration: str, native: str) -> Iterator[list[Told]]:
        machine = self._machine(orchestration, "control")
        page: dict[str, Any] = {"stateMachineArn": machine, "statusFilter": native, "maxResults": PAGE}
        grant = _grant(orchestration, "list_executions", machine)
        while True:
            answer = self._ask(f"listing executions of {orchestration!r}", grant, "list_executions", **page)
            if answer["executions"]:
                yield answer["executions"]
            if not answer.get("nextToken"):
                return
            page["nextToken"] = answer["nextToken"]

    def _definition(self, orchestration: str, one: Told) -> str:
        """The sha256 of the definition that an execution was started with. The Comment says it: "fulfil <sha256>"."""
        operation = "describe_state_machine_for_execution"
        answer = self._control(orchestration, one["name"], operation, "asking for the definition of")
        comment: str = load(answer["definition"]).get("Comment", "")
        return comment.rpartition(" ")[2]

    def _ask(self, what: str, grant: Grant, operation: str, **request: Any) -> Told:
        with needing(grant):
            answer: Told = self._client.call(what, lambda aws: getattr(aws, operation)(**request))
        return answer

    # --- names

    def _name(self, orchestration: str, verb: str) -> str:
        return address_of(self._addresses, verb, "orchestration", orchestration)

    def _machine(self, orchestration: str, verb: str) -> str:
        return self._sdk.arn("states", f"stateMachine:{self._name(orchestration, verb)}")

    def _execution(self, orchestration: str, execution: str) -> str:
        return self._sdk.arn("states", f"execution:{self._name(orchestration, 'control')}:{execution_of(execution)}")


def _started(aws: Any, request: Mapping[str, str]) -> bool:
    """Whether the execution is new; False where the name was used before."""
    try:
        aws.start_execution(**request)
    except aws.exceptions.ExecutionAlreadyExists:
        return False
    return True


def _grant(orchestration: str, operation: str, resource: str) -> Grant:
    """What `control` needs. operation: in boto3's spelling, "describe_execution"."""
    action = "".join(map(str.title, operation.split("_")))
    return Grant("control", "orchestration", orchestration, f"states:{action}", resource)


def _start(one: Told) -> Any:
    return one["startDate"]


def _listed_by(one: Told) -> Any:
    """The time that Step Functions orders its lists by."""
    return one.get("stopDate", one["startDate"])
