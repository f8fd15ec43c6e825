"""Lambda functions: one for each unit, with its role, its log, its versions, and the alias that everybody calls.

A new version runs once its role may what it needs: the function waits for the policy, and the policy before goes after
that (permission.py).
https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cloudless.compiler.unit import BROKER, HTTP, WORKER, Unit
from cloudless_aws import names
from cloudless_aws.compile.entry import handler_of
from cloudless_aws.compile.log import log_group
from cloudless_aws.compile.permission import LAMBDA, Role, role
from cloudless_aws.compile.publication import ARCHITECTURE, CODE, LAYERS
from cloudless_aws.names import ALIAS, WAIT

if TYPE_CHECKING:
    from cloudless.compiler import Address
    from cloudless.compiler.native import Owner
    from cloudless_aws.compile.ground import Ground

TYPE = "aws_lambda_function"
ALIASES = "aws_lambda_alias"
_FREE = ("layers", "logging_config", "memory_size")


def lambda_function(ground: Ground, unit: Unit) -> None:
    """The function of a unit, and all that it has of its own but what calls it."""
    document, owner = ground.document, ground.handler_owner(unit.handler) if unit.handler else None
    log = log_group(ground, unit, owner)
    name = names.role_of(ground.prefix, _of_role(unit), ground.stage.region or "")
    may = role(ground, unit.name, name, service=LAMBDA, statements=ground.needed.of(unit), owner=owner)
    arguments = _arguments(ground, unit, may, log)
    merged = arguments if owner is None else _layered(owner.merged(TYPE, arguments, _FREE))
    made = document.resource(TYPE, unit.name, merged, comment=_what(unit))
    _alias(ground, unit.name, WAIT if unit.kind == BROKER else ALIAS, made)
    if unit.kind == BROKER:
        for event in ground.programs.waiters:
            _alias(ground, f"cloudless--event-{event}", names.event_alias(event), made)
    _kept_warm(ground, unit, made, owner)
    if unit.recursive:
        document.resource(
            "aws_lambda_function_recursion_config",
            unit.name,
            {"function_name": made["function_name"], "recursive_loop": "Allow"},
            comment="what it sends may come back to it; otherwise Lambda stops that after about 16 rounds",
        )


def alias_of(ground: Ground, unit: str) -> Address:
    """The alias by which a unit is called; of the broker, the one of orchestrations."""
    return ground.document.address(ALIASES, unit)


def _of_role(unit: Unit) -> str:
    """What the role is called after the prefix."""
    return unit.handler or f"-{unit.kind}"


def _arguments(ground: Ground, unit: Unit, may: Role, log: Address) -> dict[str, Any]:
    code = ground.document.address("aws_s3_object", CODE)
    return {
        "function_name": unit.function,
        "role": may.arn,
        "package_type": "Zip",
        "runtime": f"python{ground.stage.python}",
        "architectures": [ARCHITECTURE],
        "handler": handler_of(unit),
        "s3_bucket": code["bucket"],
        "s3_key": code["key"],
        "source_code_hash": "${local.bundle_sha256}",
        "layers": f"${{{LAYERS}}}",
        "memory_size": unit.memory_mb,
        "timeout": unit.timeout_s,
        "publish": True,
        "environment": {"variables": {"CLOUDLESS_ACCOUNT": ground.account}},
        "logging_config": {"log_format": "Text", "log_group": log["name"]},
        "depends_on": may.ready,
    }


def _layered(arguments: dict[str, Any]) -> dict[str, Any]:
    """With layers of the user's behind ours, which is a list that only Terraform knows."""
    layers = arguments["layers"]
    if isinstance(layers, list):
        return {**arguments, "layers": f"${{concat({LAYERS}, {json.dumps(layers)})}}"}
    return arguments


def _alias(ground: Ground, label: str, name: str, function: Address) -> None:
    ground.document.resource(
        ALIASES,
        label,
        {"name": name, "function_name": function["function_name"], "function_version": function["version"]},
    )


def _kept_warm(ground: Ground, unit: Unit, function: Address, owner: Owner | None) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html."""
    if not unit.min_instances:
        return
    ground.document.resource(
        "aws_lambda_provisioned_concurrency_config",
        unit.name,
        {
            "function_name": function["function_name"],
            "qualifier": alias_of(ground, unit.name)["name"],
            "provisioned_concurrent_executions": unit.min_instances,
        },
        owner=owner,
    )


def _what(unit: Unit) -> str:
    """What the function runs, in words."""
    if unit.kind == WORKER:
        return "pure functions, sends and publishes of orchestrations"
    if unit.kind == BROKER:
        return "events that executions wait for"
    return f"{'endpoint' if unit.kind == HTTP else 'handler'} {unit.handler}"
