"""Versions of state machines."""

from __future__ import annotations

from typing import Any

from providers.aws.tests.stepfunctions.api.arns import check_alive, check_arn, find, machine_of
from providers.aws.tests.stepfunctions.api.pages import page
from providers.aws.tests.stepfunctions.errors import ApiError
from providers.aws.tests.stepfunctions.history import US
from providers.aws.tests.stepfunctions.kinds import Json
from providers.aws.tests.stepfunctions.limits import VERSIONS
from providers.aws.tests.stepfunctions.service import StepFunctions


def publish(service: StepFunctions, parameters: Json) -> dict[str, Any]:
    machine = machine_of(service, parameters["stateMachineArn"])
    check_alive(machine)
    wanted, current = parameters.get("revisionId"), machine.revision.id
    if wanted is not None and wanted != current:
        what = f"Failed to publish the State Machine version for revision {wanted}."
        raise ApiError("ConflictException", f"{what} The current State Machine revision is {current}.")
    if len(machine.versions) >= VERSIONS:
        raise ApiError("ServiceQuotaExceededException", f"a state machine has at most {VERSIONS} versions", 402)
    version = machine.publish(parameters.get("description", ""), service.now_us())
    return {"stateMachineVersionArn": machine.version_arn(version.number), "creationDate": version.created_us / US}


def listed(service: StepFunctions, parameters: Json) -> dict[str, Any]:
    machine = machine_of(service, parameters["stateMachineArn"])
    versions = [
        {
            "stateMachineVersionArn": machine.version_arn(number),
            "creationDate": machine.versions[number].created_us / US,
        }
        for number in sorted(machine.versions, reverse=True)
    ]
    return page("stateMachineVersions", versions, parameters)


def delete(service: StepFunctions, parameters: Json) -> dict[str, Any]:
    arn = parameters["stateMachineVersionArn"]
    check_arn(arn)
    try:
        found = find(service, arn)
    except ApiError:
        return {}
    if found.version is None:
        raise ApiError("ValidationException", f"no ARN of a version: {arn}")
    users = [one.name for one in found.machine.aliases.values() if arn in {route for route, _ in one.routes}]
    if users:
        what = "Version to be deleted must not be referenced by an alias."
        raise ApiError(
            "ConflictException", f"{what} Current list of aliases referencing this version: [{', '.join(users)}]"
        )
    del found.machine.versions[found.version.number]
    return {}
