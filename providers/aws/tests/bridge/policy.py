"""Policies of IAM, and whether they let a request through: identity policies of roles, and policies of resources.

    decide(Request("sqs:SendMessage", queue, Role(role)), identity=[policy])

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html, within
one account, without permissions boundaries, session policies and policies of organisations, which builds of ours have
not. Raises Unreadable for what it cannot judge. May import: the standard library, cloudless.codec.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cloudless.codec import is_list, is_object
from providers.aws.tests.bridge import condition
from providers.aws.tests.bridge.condition import Condition, Context
from providers.aws.tests.bridge.pattern import fields, fits, fits_arn
from tests.bridge import Unreadable

VERSION = "2012-10-17"
ALLOW, DENY = "Allow", "Deny"
_ROOT = ":root"
_TOP = frozenset({"Version", "Id", "Statement"})
_ELEMENTS = frozenset({
    "Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource", "Condition",
})  # fmt: skip
_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+")
_SID, _SID_OF_RESOURCE = re.compile("[A-Za-z0-9]*"), re.compile("[A-Za-z0-9_-]*")
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html"""


@dataclass(frozen=True, slots=True)
class Role:
    """Whoever has taken a role. arn: "arn:aws:iam::111122223333:role/shop-prod-charge"."""

    arn: str

    @property
    def account(self) -> str:
        return fields(self.arn)[4]


@dataclass(frozen=True, slots=True)
class Service:
    """A service of AWS that acts by itself, e.g. "sns.amazonaws.com"."""

    name: str


Principal = Role | Service


@dataclass(frozen=True, slots=True)
class Request:
    """action: "sqs:SendMessage". resource: an ARN; "*" where the action has none. context: see `condition.KEYS`."""

    action: str
    resource: str
    principal: Principal
    context: Context = field(default_factory=dict[str, str])

    def known(self) -> Context:
        """What IAM knows of it: the context, who asks, and that it came by TLS unless the context says otherwise."""
        return {"aws:SecureTransport": "true", **self._who(), **self.context}

    def _who(self) -> dict[str, str]:
        """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html."""
        if isinstance(self.principal, Role):
            return {
                "aws:PrincipalArn": self.principal.arn,
                "aws:PrincipalAccount": self.principal.account,
                "aws:PrincipalIsAWSService": "false",
            }
        return {"aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": self.principal.name}


@dataclass(frozen=True, slots=True)
class Statement:
    """principals: of a resource's policy: ("AWS", "arn:…"), ("Service", "sns.amazonaws.com"); none of an identity's."""

    sid: str
    effect: str
    principals: tuple[tuple[str, str], ...]
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[Condition, ...]
    not_actions: bool = False
    not_resources: bool = False

    def is_about(self, request: Request) -> bool:
        """Whether action, resource and condition are those of a request, whoever asks."""
        known = request.known()
        return (
            self._names_action(request.action)
            and self._names_resource(request.resource)
            and all(one.holds(known) for one in self.conditions)
        )

    def _names_action(self, action: str) -> bool:
        """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html: any case."""
        return any(fits(one.lower(), action.lower()) for one in self.actions) != self.not_actions

    def _names_resource(self, resource: str) -> bool:
        """An action that has no resource is allowed by `*` only."""
        if resource == "*":
            return ("*" in self.resources) != self.not_resources
        return any(fits_arn(one, resource) for one in self.resources) != self.not_resources

    def names(self, principal: Principal) -> bool:
        """Whether it is about whoever asks.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
        """
        return any(_is(kind, name, principal) for kind, name in self.principals)

    def delegates(self, principal: Principal) -> bool:
        """Whether it names the account alone: then an identity's policy has still to allow it."""
        return all(kind == "AWS" and _is_account(name) for kind, name in self.principals if _is(kind, name, principal))


@dataclass(frozen=True, slots=True)
class Policy:
    """What Terraform writes as a text of JSON."""

    statements: tuple[Statement, ...]

    @classmethod
    def read(cls, written: str | Mapping[str, Any]) -> Policy:
        """Raises Unreadable for what is not known, and for what IAM would refuse."""
        document: Any = _parsed(written) if isinstance(written, str) else written
        if not is_object(document) or document.get("Version") != VERSION or document.keys() - _TOP:
            raise Unreadable(f"no policy of version {VERSION}: {document!r}")
        listed = document.get("Statement")
        statements: list[Any] = listed if is_list(listed) else [listed]
        read = tuple(map(_statement, statements))
        sids = [one.sid for one in read if one.sid]
        if not read or len(set(sids)) < len(sids):
            raise Unreadable(f"a policy needs statements, each with a Sid of its own: {sids}")
        return cls(read)


@dataclass(frozen=True, slots=True)
class Decision:
    """reason: why, in AWS's words. statement: the Sid of the one that decided; None where none did."""

    allowed: bool
    reason: str
    statement: str | None = None


def decide(request: Request, identity: Iterable[Policy] = (), resource: Iterable[Policy] = ()) -> Decision:
    """Whether a request passes. identity: the policies of the role that asks. resource: those of what it asks for."""
    of_role = [one for one in _about(request, identity) if isinstance(request.principal, Role)]
    of_resource = [one for one in _about(request, resource) if one.names(request.principal)]
    for kind, found in (("an identity-based", of_role), ("a resource-based", of_resource)):
        for one in found:
            if one.effect == DENY:
                return Decision(False, f"with an explicit deny in {kind} policy", one.sid)
    for one in of_role:
        return Decision(True, "an identity-based policy allows it", one.sid)
    for one in of_resource:
        if not one.delegates(request.principal):
            return Decision(True, "a resource-based policy allows it", one.sid)
    kind = "identity" if isinstance(request.principal, Role) else "resource"
    return Decision(False, f"because no {kind}-based policy allows the {request.action} action")


def _about(request: Request, policies: Iterable[Policy]) -> list[Statement]:
    return [one for policy in policies for one in policy.statements if one.is_about(request)]


def _is(kind: str, name: str, principal: Principal) -> bool:
    if name == "*":
        return True
    if isinstance(principal, Service):
        return (kind, name) == ("Service", principal.name)
    return kind == "AWS" and (name == principal.arn or (_is_account(name) and _account(name) == principal.account))


def _is_account(name: str) -> bool:
    return name.isdigit() or name.endswith(_ROOT)


def _account(name: str) -> str:
    return name if name.isdigit() else fields(name)[4]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as problem:
        raise Unreadable(f"a policy that is no JSON: {problem}: {text!r}") from problem


def _statement(written: Any) -> Statement:
    if not is_object(written) or written.keys() - _ELEMENTS:
        raise Unreadable(f"a statement these tests do not know: {written!r}")
    effect, sid = written.get("Effect"), written.get("Sid", "")
    if effect not in {ALLOW, DENY} or not (_SID_OF_RESOURCE if "Principal" in written else _SID).fullmatch(sid):
        raise Unreadable(f"effect {effect!r}, Sid {sid!r}")
    actions, not_actions = _either(written, "Action")
    resources, not_resources = _either(written, "Resource")
    for action in actions:
        if not _ACTION.fullmatch(action):
            raise Unreadable(f"action {action!r}")
    for resource in resources:
        fits_arn(resource, resource)
    conditions = condition.read(written.get("Condition", {}))
    principals = _principals(written.get("Principal"))
    return Statement(sid, effect, principals, actions, resources, conditions, not_actions, not_resources)


def _either(written: Mapping[str, Any], element: str) -> tuple[tuple[str, ...], bool]:
    """What an element or its negation names, and whether it is that; of a trust policy there is no resource."""
    negated = f"Not{element}"
    if (element in written) == (negated in written) and not (element == "Resource" and "Principal" in written):
        raise Unreadable(f"a statement needs one of {element} and {negated}: {written!r}")
    value = written.get(element, written.get(negated, "*"))
    return _texts(value), negated in written


def _texts(value: Any) -> tuple[str, ...]:
    listed: list[Any] = value if is_list(value) else [value]
    if not listed or not all(isinstance(one, str) for one in listed):
        raise Unreadable(f"{value!r} is neither a text nor a list of them")
    return tuple(listed)


def _principals(written: Any) -> tuple[tuple[str, str], ...]:
    if written is None:
        return ()
    if written == "*":
        return (("AWS", "*"),)
    if not is_object(written) or written.keys() - {"AWS", "Service"}:
        raise Unreadable(f"principal {written!r}")
    return tuple((kind, name) for kind, names in written.items() for name in _texts(names))
