"""The API, operation by operation, without the wire.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from providers.aws.tests.stepfunctions.api import aliases, executions, machines, tags, tokens, versions
from providers.aws.tests.stepfunctions.api.shapes import check_answer, check_request
from providers.aws.tests.stepfunctions.errors import ApiError
from providers.aws.tests.stepfunctions.service import StepFunctions

Handler = Callable[[StepFunctions, Mapping[str, Any]], dict[str, Any]]

_OPERATIONS: dict[str, Handler] = {
    "CreateStateMachine": machines.create,
    "CreateStateMachineAlias": aliases.create,
    "DeleteStateMachine": machines.delete,
    "DeleteStateMachineAlias": aliases.delete,
    "DeleteStateMachineVersion": versions.delete,
    "DescribeExecution": executions.describe,
    "DescribeStateMachine": machines.describe,
    "DescribeStateMachineAlias": aliases.describe,
    "DescribeStateMachineForExecution": executions.describe_machine,
    "GetExecutionHistory": executions.history,
    "ListExecutions": executions.listed,
    "ListStateMachineAliases": aliases.listed,
    "ListStateMachineVersions": versions.listed,
    "ListStateMachines": machines.listed,
    "ListTagsForResource": tags.listed,
    "PublishStateMachineVersion": versions.publish,
    "SendTaskFailure": tokens.fail,
    "SendTaskHeartbeat": tokens.beat,
    "SendTaskSuccess": tokens.succeed,
    "StartExecution": executions.start,
    "StopExecution": executions.stop,
    "TagResource": tags.put,
    "UntagResource": tags.remove,
    "UpdateStateMachine": machines.update,
    "UpdateStateMachineAlias": aliases.update,
    "ValidateStateMachineDefinition": machines.validate,
}


def answer(service: StepFunctions, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Carry out one request. Raises ApiError."""
    if operation not in _OPERATIONS:
        raise ApiError("NotModelled", f"{operation} is no operation of this model", 501)
    check_request(operation, parameters)
    given = _OPERATIONS[operation](service, parameters)
    check_answer(operation, given)
    return given
