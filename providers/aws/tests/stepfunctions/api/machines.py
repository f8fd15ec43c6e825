"""Making, changing and describing state machines."""

from __future__ import annotations

from typing import Any

from providers.aws.tests.stepfunctions.api.arns import check_alive, check_name, check_role, find, machine_of
from providers.aws.tests.stepfunctions.api.pages import page
from providers.aws.tests.stepfunctions.definition import problems, read
from providers.aws.tests.stepfunctions.errors import ApiError, Refused
from providers.aws.tests.stepfunctions.history import US
from providers.aws.tests.stepfunctions.kinds import Json
from providers.aws.tests.stepfunctions.machine import Machine, Revision
from providers.aws.tests.stepfunctions.service import StepFunctions

_CHANGES = ("definition", "roleArn", "loggingConfiguration", "tracingConfiguration")


def create(service: StepFunctions, parameters: Json) -> dict[str, Any]:
    name: str = parameters["name"]
    check_name(name)
    check_role(parameters["roleArn"])
    if parameters.get("versionDescription") and not parameters.get("publish"):
        raise ApiError("ValidationException", "Version description can only be set when publish is true")
    if parameters.get("type", "STANDARD") != "STANDARD":
        raise ApiError("StateMachineTypeNotSupported", "this model carries out STANDARD workflows only")
    arn = f"{service.arn('stateMachine')}:{name}"
    existing = service.machines.get(arn)
    if existing is None:
        service.machines[arn] = existing = _made(service, arn, parameters)
    check_alive(existing)
    if not _is_same(existing, parameters):
        raise ApiError("StateMachineAlreadyExists", f"State Machine Already Exists: '{arn}'")
    return _created(service, existing, parameters)


def update(service: StepFunctions, parameters: Json) -> dict[str, Any]:
    machine = machine_of(service, parameters["stateMachineArn"])
    check_alive(machine)
    if not any(name in parameters for name in _CHANGES):
        what = "the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration"
        raise ApiError("MissingRequiredParameter", f"Either {what} must be specified")
    if parameters.get("versionDescription") and not parameters.get("publish"):
        raise ApiError("ValidationException", "Version description can only be set when publish is true")
    machine.revision = _changed(service, machine.revision, parameters)
    machine.updated_us = service.now_us()
    answer: dict[str, Any] = {"updateDate": service.now_us() / US}
    if machine.revision.id:
        answer["revisionId"] = machine.revision.id
    if parameters.get("publish"):
        version = machine.publish(parameters.get("versionDescription", ""), service.now_us())
        answer["stateMachineVersionArn"] = machine.version_arn(version.number)
    return answer


def delete(service: StepFunctions, parameters: Json) -> dict[str, Any]:
    try:
        machine = machine_of(service, parameters["stateMachineArn"])
    except ApiError as error:
        if error.code != "StateMachineDoesNotExist":
            raise
        return {}
    machine.is_deleting = True
    if not service.running(machine):
        del service.machines[machine.arn]
    return {}


def describe(service: StepFunctions, parameters: Json) -> dict[str, Any]:
    found = find(service, parameters["stateMachineArn"])
    if found.alias is not None:
        raise ApiError("ValidationException", "an alias has a description of its own: DescribeStateMachineAlias")
    machine, version = found.machine, found.version
    answer: dict[str, Any] = {
        "stateMachineArn": parameters["stateMachineArn"],
        "name": machine.name,
        "status": "DELETING" if machine.is_deleting else "ACTIVE",
        "type": machine.kind,
        "creationDate": (version.created_us if version else machine.created_us) / US,
        **told(version.revision if version else machine.revision),
    }
    if version is not None and version.description:
        answer["description"] = version.description
    return answer


def told(revision: Revision) -> dict[str, Any]:
    """What descriptions say of a revision."""
    answer: dict[str, Any] = {
        "definition": revision.text,
        "roleArn": revision.role_arn,
        "loggingConfiguration": revision.logging,
        "tracingConfiguration": revision.tracing,
    }
    return {**answer, "revisionId": revision.id} if revision.id else answer


def listed(service: StepFunctions, parameters: Json) -> dict[str, Any]:
    machines = [
        {"stateMachineArn": one.arn, "name": one.name, "type": one.kind, "creationDate": one.created_us / US}
        for one in service.machines.values()
    ]
    return page("stateMachines", machines, parameters)


def validate(service: StepFunctions, parameters: Json) -> dict[str, Any]:
    diagnostics = [
        {"severity": "ERROR", "code": one.code, "message": one.message, "location": one.path or "/"}
        for one in problems(parameters["definition"], service.engine)
    ]
    return {"result": "FAIL" if diagnostics else "OK", "diagnostics": diagnostics, "truncated": False}


def _made(service: StepFunctions, arn: str, parameters: Json) -> Machine:
    now_us = service.now_us()
    revision = Revision(parameters["definition"], _read(service, parameters["definition"]), parameters["roleArn"])
    revision = _configured(revision, parameters)
    tags = {one["key"]: one["value"] for one in parameters.get("tags", ())}
    return Machine(parameters["name"], arn, "STANDARD", revision, now_us, now_us, _published(parameters), tags=tags)


def _published(parameters: Json) -> tuple[bool, str]:
    return bool(parameters.get("publish")), parameters.get("versionDescription", "")


def _is_same(machine: Machine, parameters: Json) -> bool:
    """Whether a request to create it would make what there is. Role and tags are not looked at."""
    asked = _configured(Revision(parameters["definition"], None, ""), parameters)
    there = machine.revision
    told = [(one.text, one.logging, one.tracing) for one in (asked, there)]
    return told[0] == told[1] and machine.created_with == _published(parameters)


def _created(service: StepFunctions, machine: Machine, parameters: Json) -> dict[str, Any]:
    answer: dict[str, Any] = {"stateMachineArn": machine.arn, "creationDate": machine.created_us / US}
    if parameters.get("publish"):
        version = machine.publish(parameters.get("versionDescription", ""), service.now_us())
        answer["stateMachineVersionArn"] = machine.version_arn(version.number)
    return answer


def _changed(service: StepFunctions, revision: Revision, parameters: Json) -> Revision:
    """The revision after an update, the same where nothing is different."""
    text = parameters.get("definition", revision.text)
    role_arn = parameters.get("roleArn", revision.role_arn)
    check_role(role_arn)
    value = _read(service, text) if text != revision.text else revision.value
    changed = Revision(text, value, role_arn, "", revision.logging, revision.tracing)
    changed = _configured(changed, parameters)
    changed.id = revision.id
    if changed == revision:
        return revision
    changed.id = service.new_uuid()
    return changed


def _configured(revision: Revision, parameters: Json) -> Revision:
    if "loggingConfiguration" in parameters:
        revision.logging = {"level": "OFF", "includeExecutionData": False, **parameters["loggingConfiguration"]}
    if "tracingConfiguration" in parameters:
        revision.tracing = {"enabled": False, **parameters["tracingConfiguration"]}
    return revision


def _read(service: StepFunctions, text: str) -> Any:
    found = problems(text, service.engine)
    if found:
        raise ApiError("InvalidDefinition", str(Refused(found)))
    return read(text)
