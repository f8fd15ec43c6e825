"""Permissions: statements as plain data, and the roles that have them: one inline policy each, kept as a local value.

    locals            policy_take = {Version, Statement: [{Sid, Effect, Action, Resource}, …]}
    role_policy.take  policy = ${jsonencode(local.policy_take)}; its comment says why each statement is there

A policy is called by its content, so that one with other statements is made beside the one that there is, which goes
when the function runs its new version: until then code runs that needs it. One that is too long for that is changed in
its place. Each statement is on the smallest resource that AWS has for it.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from cloudless.compiler import digest_of
from cloudless.node import field, node
from cloudless_aws.limits import POLICY

if TYPE_CHECKING:
    from cloudless.compiler import Address
    from cloudless.compiler.native import Owner
    from cloudless_aws.compile.ground import Ground

LAMBDA, STATES, SCHEDULER = "lambda", "states", "scheduler"
"""Services that take roles, each as a local value `trust_…`."""
_ARN = 48 + 41
"""What an ARN is longer than its reference, at most: by all before the name, and by the app and the stage in it.

arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:
"""
VERSION = "2012-10-17"
"""Of the language: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html."""


@node(kw_only=True)
class Statement:
    """What a role may. sid: letters and digits, unique in its policy. resources: ARNs, references among them.

    condition: as IAM has it, {} for none. why: in a few words each: grants with the lines that ask for them, and what
    our runtime does.
    """

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    condition: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Any])
    why: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """The statement in IAM's words."""
        said: dict[str, Any] = {
            "Sid": self.sid,
            "Effect": "Allow",
            "Action": list(self.actions),
            "Resource": list(self.resources),
        }
        return {**said, "Condition": dict(self.condition)} if self.condition else said


class Role:
    """A role with its policy. arn: a reference. ready: addresses that who takes it depends on: its policy, if any."""

    __slots__ = ("arn", "ready")

    def __init__(self, made: Address, ready: list[str]) -> None:
        self.arn = made["arn"]
        self.ready = ready


def role(
    ground: Ground,
    label: str,
    name: str,
    *,
    service: str,
    statements: Iterable[Statement],
    owner: Owner | None = None,
) -> Role:
    """The role of that physical name, which the service takes, and which may what the statements say."""
    found = tuple(statements)
    document = ground.document
    made = document.resource(
        "aws_iam_role",
        label,
        {"name": name, "assume_role_policy": f"${{jsonencode({ground.trust(service)})}}"},
        owner=owner,
        free=("max_session_duration",),
    )
    if not found:
        return Role(made, [])  # of a state machine that calls nothing; a policy has a statement
    content = policy(found)
    kept = ground.local(f"policy_{label}", content)
    granted = document.resource(
        "aws_iam_role_policy",
        label,
        {"role": made["name"], "policy": f"${{jsonencode({kept})}}", **_called(content)},
        comment="; ".join(f"{one.sid}: {', '.join(one.why)}" for one in found),
    )
    return Role(made, [str(granted)])


def _called(content: Mapping[str, Any]) -> dict[str, Any]:
    """The name of a policy. Two of them, old and new, have to fit into what a role may have."""
    text = _text(content)
    if 2 * _size(text) > POLICY.value:
        return {"name": "cloudless"}
    return {"name": f"cloudless-{digest_of(text)}", "lifecycle": {"create_before_destroy": True}}


def size_of(statements: Iterable[Statement]) -> int:
    """Characters of a policy without white space, at most.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """
    return _size(_text(policy(statements)))


def _size(text: str) -> int:
    """A reference stands for an ARN."""
    return len(text) + text.count(".arn}") * _ARN


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, separators=(",", ":"))


def policy(statements: Iterable[Statement]) -> dict[str, Any]:
    """A policy in IAM's words."""
    return {"Version": VERSION, "Statement": [one.plain() for one in statements]}


def trust_of(service: str, account: str) -> dict[str, Any]:
    """Who may take a role: one service, on behalf of this account where it says on whose.

    https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html#prevent-cross-service-confused-deputy
    https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    """
    said: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    if service != LAMBDA:
        said["Condition"] = {"StringEquals": {"aws:SourceAccount": account}}
    return {"Version": VERSION, "Statement": [said]}
