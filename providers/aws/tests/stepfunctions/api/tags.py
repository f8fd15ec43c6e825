"""Tags of state machines."""

from __future__ import annotations

from typing import Any

from providers.aws.tests.stepfunctions.api.arns import check_arn
from providers.aws.tests.stepfunctions.errors import ApiError
from providers.aws.tests.stepfunctions.kinds import Json
from providers.aws.tests.stepfunctions.machine import Machine
from providers.aws.tests.stepfunctions.service import StepFunctions


def put(service: StepFunctions, parameters: Json) -> dict[str, Any]:
    _tagged(service, parameters).tags |= {one["key"]: one["value"] for one in parameters["tags"]}
    return {}


def remove(service: StepFunctions, parameters: Json) -> dict[str, Any]:
    tags = _tagged(service, parameters).tags
    for key in parameters["tagKeys"]:
        tags.pop(key, None)
    return {}


def listed(service: StepFunctions, parameters: Json) -> dict[str, Any]:
    tags = _tagged(service, parameters).tags
    return {"tags": [{"key": key, "value": value} for key, value in tags.items()]}


def _tagged(service: StepFunctions, parameters: Json) -> Machine:
    arn = parameters["resourceArn"]
    check_arn(arn)
    if arn not in service.machines:
        raise ApiError("ResourceNotFound", f"Resource not found: '{arn}'")
    return service.machines[arn]
