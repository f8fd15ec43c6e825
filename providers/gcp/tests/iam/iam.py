"""Iam: the members of a project's resources, and whether they let a request through.

    iam.add("projects/p/topics/orders", "roles/pubsub.publisher", "serviceAccount:a@p.iam.gserviceaccount.com")
    iam.allows("serviceAccount:a@p.iam.gserviceaccount.com", "pubsub.topics.publish", "projects/p/topics/orders")

A policy holds for what is below its resource, too; nothing denies. https://cloud.google.com/iam/docs/allow-policies,
https://cloud.google.com/iam/docs/resource-hierarchy-access-control. May import: the standard library, tests.bridge.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from providers.gcp.tests.errors import ApiError
from providers.gcp.tests.iam import condition, roles
from tests.bridge import Unreadable

DEPLOYER = "user:deployer@example.com"
"""Whoever deploys may do everything."""
ALL_USERS = "allUsers"
_GRANTABLE = re.compile(
    r"projects/[^/]+(/(topics|subscriptions|secrets|serviceAccounts)/[^/]+"
    r"|/locations/[^/]+/(services|queues|repositories)/[^/]+)?|projects/_/buckets/[^/]+"
)
"""Of all that we make, what has a policy of its own: https://cloud.google.com/iam/docs/resource-types-with-policies."""
_MEMBER = re.compile(r"(serviceAccount|user|group):[^@\s]+@[^@\s]+|allUsers")


@dataclass(frozen=True, slots=True)
class Member:
    """One line of a policy. condition: its expression; "" for none."""

    resource: str
    role: str
    member: str
    condition: str = ""

    def lets(self, member: str, permission: str, resource: str) -> bool:
        """Whether it lets a request for what is at or below its resource through."""
        return (
            self.member in {member, ALL_USERS}
            and permission in roles.permissions(self.role)
            and (not self.condition or condition.holds(self.condition, resource))
        )


class Denied(ApiError):
    """A request that no member lets through: PERMISSION_DENIED.

    https://cloud.google.com/apis/design/errors#error_info
    """

    def __init__(self, member: str, permission: str, resource: str) -> None:
        info = {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "IAM_PERMISSION_DENIED",
            "domain": "iam.googleapis.com",
            "metadata": {"permission": permission, "resource": resource},
        }
        text = f"Permission '{permission}' denied on resource '{resource}' (or it may not exist)."
        super().__init__("PERMISSION_DENIED", text, info)
        self.member = member
        self.permission = permission
        self.resource = resource


class Iam:
    """Members of a project's resources. project: its id. Safe to ask from several threads while nobody adds."""

    def __init__(self, project: str) -> None:
        self._project = f"projects/{project}"
        self._members: list[Member] = []

    # --- what there is --------------------------------------------------------------------------------

    @property
    def members(self) -> Collection[Member]:
        """All of them, in the order in which they were added."""
        return tuple(self._members)

    def add(self, resource: str, role: str, member: str, condition: str = "") -> None:
        """Let a member have a role; twice is once. Raises Unreadable for what we do not know, or Google refuses."""
        if not _GRANTABLE.fullmatch(resource):
            raise Unreadable(f"{resource} has no policy of its own")
        if not _MEMBER.fullmatch(member):
            raise Unreadable(f"no member: {member!r}")
        roles.permissions(role)
        _check(resource, member, condition)
        one = Member(resource, role, member, condition)
        if one not in self._members:
            self._members.append(one)

    def remove(self, *, resource: str = "", role: str = "", member: str = "") -> None:
        """Take away what has these: as somebody may behind our back. At least one has to be there."""
        gone = [
            one
            for one in self._members
            if (not resource or one.resource == resource)
            and (not role or one.role == role)
            and (not member or one.member == member)
        ]
        assert gone, f"there is no {role} of {member} on {resource}"
        self._members = [one for one in self._members if one not in gone]

    # --- what it says ---------------------------------------------------------------------------------

    def allows(self, member: str, permission: str, resource: str) -> bool:
        """Whether a member may do something. member: "" for nobody that is known."""
        if member == DEPLOYER:
            return True
        above = set(self._above(resource))
        return any(one.resource in above and one.lets(member, permission, resource) for one in self._members)

    def require(self, member: str, permission: str, resource: str) -> None:
        """Raise Denied where a member may not."""
        if not self.allows(member, permission, resource):
            raise Denied(member, permission, resource)

    def _above(self, resource: str) -> Iterator[str]:
        """The resource and what it lies in; buckets lie in the project."""
        parts = resource.split("/")
        if resource == self._project or resource.startswith((f"{self._project}/", "projects/_/")):
            yield self._project
            yield from ("/".join(parts[:end]) for end in range(4, len(parts) + 1, 2))


def _check(resource: str, member: str, expression: str) -> None:
    """What can be conditional: https://cloud.google.com/iam/docs/conditions-overview#limitations."""
    if not expression:
        return
    if member == ALL_USERS:
        raise Unreadable(f"a condition for everybody on {resource}")
    if re.search(r"/(topics|subscriptions|secrets)/", resource):
        raise Unreadable(f"a condition in the policy of {resource}, where Google takes none")
    condition.check(expression)
