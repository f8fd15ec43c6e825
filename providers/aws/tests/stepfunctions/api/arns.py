"""Names and ARNs, and what they stand for."""

from __future__ import annotations

import re
from typing import NamedTuple

from providers.aws.tests.stepfunctions.errors import ApiError
from providers.aws.tests.stepfunctions.execution import Execution
from providers.aws.tests.stepfunctions.limits import NAME_CHARACTERS
from providers.aws.tests.stepfunctions.machine import Alias, Machine, Version
from providers.aws.tests.stepfunctions.service import StepFunctions

_ROLE = re.compile(r"arn:(aws|aws-cn|aws-us-gov):iam::\d{12}:role/[\w+=,.@/-]+")
_FORBIDDEN = re.compile(r"[\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]")
"""https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html: name."""


class Found(NamedTuple):
    """What the ARN of a state machine stands for. version, alias: None where it does not say."""

    machine: Machine
    version: Version | None = None
    alias: Alias | None = None


def check_name(name: str) -> None:
    if not 1 <= len(name) <= NAME_CHARACTERS or _FORBIDDEN.search(name):
        raise ApiError("InvalidName", f"Invalid Name: '{name}'")


def check_role(arn: str) -> None:
    if not _ROLE.fullmatch(arn):
        raise ApiError("InvalidArn", f"Invalid Role Arn: '{arn}'")


def machine_of(service: StepFunctions, arn: str) -> Machine:
    """A state machine by its own ARN."""
    found = find(service, arn)
    if found.version is not None or found.alias is not None:
        raise ApiError("ValidationException", f"A qualified ARN is not supported here: {arn}")
    return found.machine


def find(service: StepFunctions, arn: str) -> Found:
    """A state machine, a version or an alias. Raises StateMachineDoesNotExist or InvalidArn."""
    check_arn(arn)
    prefix = f"{service.arn('stateMachine')}:"
    name, _, qualifier = arn.removeprefix(prefix).partition(":")
    machine = service.machines.get(prefix + name)
    if not arn.startswith(prefix) or machine is None:
        raise no_machine(arn)
    if not qualifier:
        return Found(machine)
    if qualifier in machine.aliases:
        return Found(machine, alias=machine.aliases[qualifier])
    if qualifier.isdecimal() and int(qualifier) in machine.versions:
        return Found(machine, version=machine.versions[int(qualifier)])
    raise no_machine(arn)


def execution_of(service: StepFunctions, arn: str) -> Execution:
    check_arn(arn)
    if arn not in service.executions:
        raise ApiError("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")
    return service.executions[arn]


def check_arn(arn: str) -> None:
    if not arn.startswith("arn:"):
        raise ApiError("InvalidArn", f"Invalid Arn: 'Invalid ARN prefix: {arn}'")


def no_machine(arn: str) -> ApiError:
    return ApiError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")


def check_alive(machine: Machine) -> None:
    if machine.is_deleting:
        raise ApiError("StateMachineDeleting", f"State Machine is being deleted: '{machine.arn}'")
