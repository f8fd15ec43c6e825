"""Aliases of versions."""

from __future__ import annotations

from typing import Any

from providers.aws.tests.stepfunctions.api.arns import check_alive, check_arn, find
from providers.aws.tests.stepfunctions.api.pages import page
from providers.aws.tests.stepfunctions.errors import ApiError
from providers.aws.tests.stepfunctions.history import US
from providers.aws.tests.stepfunctions.kinds import Json
from providers.aws.tests.stepfunctions.limits import ALIASES
from providers.aws.tests.stepfunctions.machine import Alias, Machine
from providers.aws.tests.stepfunctions.service import StepFunctions


def create(service: StepFunctions, parameters: Json) -> dict[str, Any]:
    machine, routes = _routes(service, parameters["routingConfiguration"])
    check_alive(machine)
    name, description = parameters["name"], parameters.get("description", "")
    alias = machine.aliases.get(name)
    if alias is not None and (alias.routes, alias.description) != (routes, description):
        what = "an alias with the same name and a different routing configuration already exists."
        raise ApiError("ConflictException", f"Failed to create alias because {what}")
    if alias is None:
        if len(machine.aliases) >= ALIASES:
            raise ApiError("ServiceQuotaExceededException", f"a state machine has at most {ALIASES} aliases", 402)
        now_us = service.now_us()
        alias = Alias(name, f"{machine.arn}:{name}", routes, description, now_us, now_us)
        machine.aliases[name] = alias
    return {"stateMachineAliasArn": alias.arn, "creationDate": alias.created_us / US}


def update(service: StepFunctions, parameters: Json) -> dict[str, Any]:
    machine, alias = _alias(service, parameters["stateMachineAliasArn"])
    if "routingConfiguration" in parameters:
        owner, routes = _routes(service, parameters["routingConfiguration"])
        if owner is not machine:
            raise ApiError("ValidationException", "Routing configuration must contain versions of the alias's machine")
        alias.routes = routes
    alias.description = parameters.get("description", alias.description)
    alias.updated_us = service.now_us()
    return {"updateDate": alias.updated_us / US}


def describe(service: StepFunctions, parameters: Json) -> dict[str, Any]:
    _, alias = _alias(service, parameters["stateMachineAliasArn"])
    return {
        "stateMachineAliasArn": alias.arn,
        "name": alias.name,
        "routingConfiguration": [{"stateMachineVersionArn": arn, "weight": weight} for arn, weight in alias.routes],
        "creationDate": alias.created_us / US,
        "updateDate": alias.updated_us / US,
        **({"description": alias.description} if alias.description else {}),
    }


def delete(service: StepFunctions, parameters: Json) -> dict[str, Any]:
    machine, alias = _alias(service, parameters["stateMachineAliasArn"])
    del machine.aliases[alias.name]
    return {}


def listed(service: StepFunctions, parameters: Json) -> dict[str, Any]:
    found = find(service, parameters["stateMachineArn"])
    version = "" if found.version is None else found.machine.version_arn(found.version.number)
    aliases = [
        {"stateMachineAliasArn": one.arn, "creationDate": one.created_us / US}
        for one in found.machine.aliases.values()
        if not version or version in {arn for arn, _ in one.routes}
    ]
    return page("stateMachineAliases", aliases, parameters)


def _alias(service: StepFunctions, arn: str) -> tuple[Machine, Alias]:
    check_arn(arn)
    try:
        found = find(service, arn)
    except ApiError as error:
        raise _unknown() from error
    if found.alias is None:
        raise _unknown()
    return found.machine, found.alias


def _unknown() -> ApiError:
    return ApiError("ResourceNotFound", "Request references a resource that does not exist.")


def _routes(service: StepFunctions, given: list[Json]) -> tuple[Machine, list[tuple[str, int]]]:
    """The machine whose versions an alias means, and the versions with their weights."""
    arns = [one["stateMachineVersionArn"] for one in given]
    weights = [one["weight"] for one in given]
    if len(set(arns)) < len(arns):
        raise _refused("Routing configuration must contain distinct state machine version ARNs.", arns)
    if sum(weights) != 100:
        raise _refused("Sum of routing configuration weights must equal 100.", weights)
    machines = [_owner(service, arn, arns) for arn in arns]
    if any(one is not machines[0] for one in machines):
        raise _refused("Routing configuration must contain versions of one state machine.", arns)
    return machines[0], list(zip(arns, weights, strict=True))


def _owner(service: StepFunctions, arn: str, arns: list[str]) -> Machine:
    try:
        found = find(service, arn)
    except ApiError as error:
        raise _unknown() from error
    if found.version is None:
        raise _refused("Routing configuration must contain state machine version ARNs.", arns)
    return found.machine


def _refused(what: str, given: list[Any]) -> ApiError:
    return ApiError("ValidationException", f"{what} Received: [{', '.join(map(str, given))}]")
