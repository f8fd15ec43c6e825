"""Starting, stopping and asking for executions."""

from __future__ import annotations

import json
from typing import Any

from providers.aws.tests.stepfunctions.api.arns import check_alive, check_name, execution_of, find
from providers.aws.tests.stepfunctions.api.machines import told
from providers.aws.tests.stepfunctions.api.pages import page
from providers.aws.tests.stepfunctions.definition import read
from providers.aws.tests.stepfunctions.errors import ApiError, Refused
from providers.aws.tests.stepfunctions.execution import Execution
from providers.aws.tests.stepfunctions.history import US
from providers.aws.tests.stepfunctions.kinds import Json, is_object
from providers.aws.tests.stepfunctions.limits import DATA_BYTES
from providers.aws.tests.stepfunctions.service import StepFunctions

_DATA = {"input", "output", "parameters", "assignedVariables"}


def start(service: StepFunctions, parameters: Json) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html."""
    found = find(service, parameters["stateMachineArn"])
    check_alive(found.machine)
    text = parameters.get("input", "{}")
    value = _input(text)
    name = parameters.get("name") or service.new_uuid()
    check_name(name)
    version, alias = found.version, found.alias
    if alias is not None:
        arn = alias.choose(service.random)
        version = find(service, arn).version
    revision = version.revision if version is not None else found.machine.revision
    execution = Execution(service, found.machine, revision, name=name, input_text=text, value=value)
    if version is not None:
        execution.version_arn = found.machine.version_arn(version.number)
    execution.alias_arn = alias.arn if alias is not None else ""
    existing = service.executions.setdefault(execution.arn, execution)
    if existing is execution:
        execution.start()
    elif existing.status != "RUNNING" or existing.input_text != text:
        raise ApiError("ExecutionAlreadyExists", f"Execution Already Exists: '{execution.arn}'")
    return {"executionArn": existing.arn, "startDate": existing.start_us / US}


def stop(service: StepFunctions, parameters: Json) -> dict[str, Any]:
    execution = execution_of(service, parameters["executionArn"])
    if execution.status == "RUNNING":
        execution.abort(parameters.get("error", ""), parameters.get("cause", ""))
    return {"stopDate": (execution.stop_us or 0) / US}


def describe(service: StepFunctions, parameters: Json) -> dict[str, Any]:
    execution = execution_of(service, parameters["executionArn"])
    answer = {**_summary(execution), **_redrive(execution)}
    if parameters.get("includedData", "ALL_DATA") == "ALL_DATA":
        answer |= {"input": execution.input_text, "inputDetails": {"included": True}}
        if execution.output is not None:
            answer |= {"output": execution.output, "outputDetails": {"included": True}}
    problem = {"error": execution.error, "cause": execution.cause}
    return {**answer, **{name: one for name, one in problem.items() if one is not None}}


def describe_machine(service: StepFunctions, parameters: Json) -> dict[str, Any]:
    execution = execution_of(service, parameters["executionArn"])
    machine = execution.machine
    names = {"stateMachineArn": machine.arn, "name": machine.name, "updateDate": machine.updated_us / US}
    return {**names, **told(execution.revision)}


def listed(service: StepFunctions, parameters: Json) -> dict[str, Any]:
    if "stateMachineArn" not in parameters or "mapRunArn" in parameters or "redriveFilter" in parameters:
        raise ApiError("ValidationException", "this model lists the executions of state machines, by stateMachineArn")
    found = find(service, parameters["stateMachineArn"])
    wanted = parameters.get("statusFilter")
    arn = parameters["stateMachineArn"]
    qualified = found.version is not None or found.alias is not None
    executions = [
        one
        for one in reversed(service.executions.values())
        if one.machine is found.machine
        and wanted in {None, one.status}
        and (not qualified or arn in {one.version_arn, one.alias_arn})
    ]
    executions.sort(key=lambda one: one.stop_us or one.start_us, reverse=True)
    return page("executions", [{**_summary(one), "redriveCount": 0} for one in executions], parameters)


def history(service: StepFunctions, parameters: Json) -> dict[str, Any]:
    events = execution_of(service, parameters["executionArn"]).history.events
    if parameters.get("includeExecutionData", True) is False:
        events = [{name: _without_data(one) for name, one in event.items()} for event in events]
    return page("events", events[::-1] if parameters.get("reverseOrder") else events, parameters)


def _without_data(value: Any) -> Any:
    return {name: one for name, one in value.items() if name not in _DATA} if is_object(value) else value


def _input(text: str) -> Any:
    """A standalone text, a number or null is an input too; an empty text is not."""
    if len(text.encode()) > DATA_BYTES:
        raise ApiError("InvalidExecutionInput", "Invalid State Machine Execution Input: 'it is too large'")
    try:
        return read(text) if text else json.loads(text)
    except (Refused, ValueError) as error:
        raise ApiError("InvalidExecutionInput", f"Invalid State Machine Execution Input: '{error}'") from error


def _summary(execution: Execution) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "executionArn": execution.arn,
        "stateMachineArn": execution.machine.arn,
        "name": execution.name,
        "status": execution.status,
        "startDate": execution.start_us / US,
    }
    if execution.stop_us is not None:
        answer["stopDate"] = execution.stop_us / US
    names = {"stateMachineVersionArn": execution.version_arn, "stateMachineAliasArn": execution.alias_arn}
    return {**answer, **{name: one for name, one in names.items() if one}}


def _redrive(execution: Execution) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html."""
    if execution.status in {"RUNNING", "SUCCEEDED"}:
        why = f"Execution is {execution.status} and cannot be redriven"
        return {"redriveCount": 0, "redriveStatus": "NOT_REDRIVABLE", "redriveStatusReason": why}
    return {"redriveCount": 0, "redriveStatus": "REDRIVABLE"}
