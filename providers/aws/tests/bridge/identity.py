"""Who deploys and where, roles and their policies, as Terraform makes them.

May import: the standard library.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers.aws.tests.bridge.aws import MANAGED_MAX, POLICIES_MAX, TRUST_MAX, Aws, size
from providers.aws.tests.bridge.policy import Policy
from tests.bridge import Kind, must, words


def _caller(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    identity = aws.call(address, "sts", "GetCallerIdentity")
    must(identity["Account"] == aws.account, address, f"the account is {identity['Account']}, and not {aws.account}")
    account = identity["Account"]
    return {"account_id": account, "id": account, "arn": identity["Arn"], "user_id": identity["UserId"]}


def _partition(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"partition": aws.partition, "id": aws.partition, "dns_suffix": aws.url_suffix()}


def _region(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"region": aws.region, "id": aws.region}


def _role(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    name, trust = arguments["name"], arguments["assume_role_policy"]
    must(size(trust) <= TRUST_MAX, address, f"a trust policy of more than {TRUST_MAX} characters")
    answer = aws.call(
        address,
        "iam",
        "CreateRole",
        RoleName=name,
        AssumeRolePolicyDocument=trust,
        Description=arguments.get("description"),
        MaxSessionDuration=arguments.get("max_session_duration"),
        Path=arguments.get("path"),
    )["Role"]
    aws.access.add_role(answer["Arn"], Policy.read(trust))
    return {"id": name, "arn": answer["Arn"], "unique_id": answer["RoleId"]}


def _policy(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    name, role, document = arguments["name"], arguments["role"], arguments["policy"]
    arn = f"arn:{aws.partition}:iam::{aws.account}:role/{role}"
    aws.access.put_policy(arn, name, Policy.read(document))
    must(size(document) <= POLICIES_MAX, address, f"inline policies of more than {POLICIES_MAX} characters")
    aws.call(address, "iam", "PutRolePolicy", RoleName=role, PolicyName=name, PolicyDocument=document)
    return {"id": f"{role}:{name}"}


def _managed(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A policy of the account, for roles to which it is attached."""
    name, document = arguments["name"], arguments["policy"]
    Policy.read(document)
    must(size(document) <= MANAGED_MAX, address, f"a policy of more than {MANAGED_MAX} characters")
    description = arguments.get("description")
    arn = aws.call(address, "iam", "CreatePolicy", PolicyName=name, PolicyDocument=document, Description=description)[
        "Policy"
    ]["Arn"]
    aws.managed[arn] = document
    return {"id": arn, "arn": arn}


def _attachment(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    role, policy = arguments["role"], arguments["policy_arn"]
    must(policy in aws.managed, address, f"no policy {policy!r}")
    aws.access.put_policy(
        f"arn:{aws.partition}:iam::{aws.account}:role/{role}", policy, Policy.read(aws.managed[policy])
    )
    aws.call(address, "iam", "AttachRolePolicy", RoleName=role, PolicyArn=policy)
    return {"id": f"{role}/{policy}"}


KINDS: Mapping[str, Kind[Aws]] = {
    "data.aws_caller_identity": Kind(_caller, frozenset()),
    "data.aws_partition": Kind(_partition, frozenset()),
    "data.aws_region": Kind(_region, frozenset()),
    "aws_iam_role": Kind(
        _role,
        words("name assume_role_policy description max_session_duration path"),
        words("tags force_detach_policies"),
    ),
    "aws_iam_policy": Kind(_managed, words("name policy description"), words("tags")),
    "aws_iam_role_policy_attachment": Kind(_attachment, words("role policy_arn")),
    "aws_iam_role_policy": Kind(_policy, words("name role policy")),
}
