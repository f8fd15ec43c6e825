"""Access: the policies of an account, and whether a request passes them.

    access.decide(Request("lambda:InvokeFunction", charge, Role(role))).allowed

May import: the standard library.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from providers.aws.tests.bridge.pattern import fields
from providers.aws.tests.bridge.policy import Decision, Policy, Principal, Request, Role, Service, decide
from tests.bridge import Unreadable

ASSUME = "sts:AssumeRole"
PASS = "iam:PassRole"


class Denied(Exception):
    """A request that policies do not let through. request, decision: which, and why."""

    def __init__(self, request: Request, decision: Decision) -> None:
        super().__init__(_words(request, decision))
        self.request = request
        self.decision = decision


class Access:
    """Roles and policies by ARN. Safe to ask from several threads while nobody adds anything."""

    def __init__(self) -> None:
        self._trust: dict[str, Policy] = {}
        self._identity: dict[str, dict[str, Policy]] = {}
        self._resource: dict[str, dict[str, Policy]] = defaultdict(dict)

    # --- what there is --------------------------------------------------------------------------------

    @property
    def roles(self) -> Sequence[str]:
        """The ARNs of all roles."""
        return list(self._trust)

    def add_role(self, arn: str, trust: Policy) -> None:
        """A role without policies. trust: who may take it."""
        _of_resource(arn, trust)
        if arn in self._trust:
            raise Unreadable(f"role {arn} is there already")
        self._trust[arn] = trust
        self._identity[arn] = {}

    def put_policy(self, role: str, name: str, policy: Policy) -> None:
        """Give a role a policy, or another one of that name."""
        if any(one.principals for one in policy.statements):
            raise Unreadable(f"policy {name} of {role} names a principal, which is for those of resources")
        self._of(role)[name] = policy

    def attach(self, resource: str, policy: Policy, name: str = "") -> None:
        """Give a resource a policy, or another one of that name."""
        _of_resource(resource, policy)
        self._resource[resource][name] = policy

    def remove(self, role: str, name: str = "") -> None:
        """Take a policy of a role away, all of them without a name: as somebody may behind our back."""
        for one in [name] if name else list(self._of(role)):
            del self._of(role)[one]

    def policies(self, role: str) -> Mapping[str, Policy]:
        """Those of a role, by name."""
        return self._of(role)

    # --- what it says ---------------------------------------------------------------------------------

    def decide(self, request: Request) -> Decision:
        """Whether a request passes."""
        who = request.principal
        identity = self._of(who.arn).values() if isinstance(who, Role) else ()
        return decide(request, identity, self._resource.get(request.resource, {}).values())

    def require(self, request: Request) -> None:
        """Raise Denied unless it passes."""
        decision = self.decide(request)
        if not decision.allowed:
            raise Denied(request, decision)

    def assume(self, role: str, service: str, context: Mapping[str, str] | None = None) -> Decision:
        """Whether a service may take a role. service: "lambda.amazonaws.com".

        Trust is all that counts: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_terms-and-concepts.html
        """
        self._of(role)
        request = Request(ASSUME, role, Service(service), context or {})
        return decide(request, resource=[self._trust[role]])

    def _of(self, role: str) -> dict[str, Policy]:
        if role not in self._identity:
            raise Unreadable(f"no role {role!r}")
        return self._identity[role]


def _of_resource(arn: str, policy: Policy) -> None:
    fields(arn)
    if not all(one.principals for one in policy.statements):
        raise Unreadable(f"the policy of {arn} has a statement without a principal")


def _words(request: Request, decision: Decision) -> str:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html."""
    what = f"is not authorized to perform: {request.action} on resource: {request.resource}"
    return f"User: {_user(request.principal)} {what} {decision.reason}"


def _user(principal: Principal) -> str:
    """Of a role the session that took it; its name is not told here."""
    if isinstance(principal, Service):
        return principal.name
    return f"arn:aws:sts::{principal.account}:assumed-role/{principal.arn.rpartition('/')[2]}"
