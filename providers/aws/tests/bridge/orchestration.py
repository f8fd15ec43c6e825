"""State machines of Step Functions as Terraform makes them.

May import: the standard library, cloudless.codec.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cloudless.codec import is_list, is_object
from providers.aws.tests.bridge.asked import function_arn
from providers.aws.tests.bridge.aws import Aws
from providers.aws.tests.bridge.made import Machine
from providers.aws.tests.bridge.policy import Request, Role
from tests.bridge import Kind, Unreadable, block, known, must, words

STATES = "states.amazonaws.com"
_INVOKES = ("lambda:invoke", "lambda:invoke.waitForTaskToken")
_ALL = 100


def _machine(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    name, role, definition = arguments["name"], arguments["role_arn"], arguments["definition"]
    taken = aws.access.assume(role, STATES, source(aws, name))
    must(taken.allowed, address, f"Step Functions cannot take {role}")
    must(arguments.get("type", "STANDARD") == "STANDARD", address, "it is not a standard one")
    must(arguments.get("publish") is True, address, "no version is published of it")
    answer = aws.call(
        address,
        "stepfunctions",
        "CreateStateMachine",
        name=name,
        definition=definition,
        roleArn=role,
        type="STANDARD",
        publish=True,
        loggingConfiguration=_logging(address, arguments),
        tracingConfiguration=_tracing(address, arguments),
    )
    arn, version = answer["stateMachineArn"], answer["stateMachineVersionArn"]
    aws.machines[arn] = Machine(arn, name, role, definition, version)
    return {"id": arn, "arn": arn, "state_machine_version_arn": version}


def source(aws: Aws, machine: str) -> dict[str, str]:
    """What Step Functions says when it takes a role.

    https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html
    """
    return {"aws:SourceAccount": aws.account, "aws:SourceArn": aws.arn("states", f"stateMachine:{machine}")}


def _logging(address: str, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
    given = block(address, arguments, "logging_configuration")
    known(address, given, words("level include_execution_data log_destination"))
    if not given:
        return None
    groups = (
        [{"cloudWatchLogsLogGroup": {"logGroupArn": given["log_destination"]}}] if "log_destination" in given else []
    )
    data = given.get("include_execution_data", False)
    return {"level": given.get("level", "OFF"), "includeExecutionData": data, "destinations": groups}


def _tracing(address: str, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
    given = block(address, arguments, "tracing_configuration")
    known(address, given, words("enabled"))
    return {"enabled": given["enabled"]} if given else None


def _alias(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    name, routes = arguments["name"], arguments["routing_configuration"]
    must(len(routes) == 1 and routes[0]["weight"] == _ALL, address, f"it leads to several versions: {routes}")
    version: str = routes[0]["state_machine_version_arn"]
    machine = next((one for one in aws.machines.values() if one.version == version), None)
    must(machine, address, f"no version {version!r}")
    assert machine
    arn = aws.call(
        address,
        "stepfunctions",
        "CreateStateMachineAlias",
        name=name,
        description=arguments.get("description"),
        routingConfiguration=[{"stateMachineVersionArn": version, "weight": _ALL}],
    )["stateMachineAliasArn"]
    machine.aliases[name] = version
    return {"id": arn, "arn": arn}


def lacks(aws: Aws, machine: Machine) -> Iterator[str]:
    """What a machine's definition needs and its role has not; Unreadable for a task that these tests do not know."""
    for state in _tasks(json.loads(machine.definition)):
        for arn in _invoked(aws, state):
            aws.function_at(machine.name, arn)
            request = Request("lambda:InvokeFunction", arn, Role(machine.role))
            if not aws.access.decide(request).allowed:
                yield f"{machine.role} may not invoke {arn}"


def _tasks(part: Any) -> Iterator[Mapping[str, Any]]:
    """Every task state, wherever it stands."""
    if is_object(part):
        if part.get("Type") == "Task":
            yield part
        for inner in part.values():
            yield from _tasks(inner)
    elif is_list(part):
        for inner in part:
            yield from _tasks(inner)


def _invoked(aws: Aws, state: Mapping[str, Any]) -> Iterator[str]:
    """The functions that a task may invoke: of an expression all texts in it that are names of functions of ours."""
    resource: str = state["Resource"]
    if not resource.endswith(tuple(f":states:::{one}" for one in _INVOKES)):
        raise Unreadable(f"a task that is {resource}")
    name: str = state["Arguments"]["FunctionName"]
    must(not name.startswith("{%"), resource, f"which function {name} is, nobody can tell")
    yield function_arn(name, state["Arguments"].get("Qualifier", ""), aws.arn)


KINDS: Mapping[str, Kind[Aws]] = {
    "aws_sfn_state_machine": Kind(
        _machine,
        words("name role_arn definition type publish logging_configuration tracing_configuration"),
        words("tags"),
    ),
    "aws_sfn_alias": Kind(_alias, words("name description routing_configuration")),
}
