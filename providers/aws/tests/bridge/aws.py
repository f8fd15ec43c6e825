"""Aws: what a build's document is made in: an account, one region, an endpoint a service.

    aws = Aws(clients, account="111122223333", region="eu-central-1")
    apply(Document.read(Path("build/prod")), aws, {})
    aws.functions["shop-prod-take"].handler

Calls are checked with the services' models before they are made, so that an endpoint may be kinder than Amazon's.
May import: the standard library, botocore.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError

from providers.aws.tests.bridge.access import Access
from providers.aws.tests.bridge.made import Api, Function, Machine, Queue, Schedule, Source, Subscription
from providers.aws.tests.bridge.shapes import problems
from tests.bridge import Unreadable

Clients = Callable[[str], Any]
"""A service's boto3 client by its name there, or an object with the methods of one."""
POLICIES_MAX = 10_240
TRUST_MAX = 2_048
MANAGED_MAX = 6_144
"""Characters of the inline policies of a role, of its trust policy, and of a managed policy, without white space.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""


class Aws:
    """See the module. What was made is by name, where nothing else is said."""

    def __init__(self, clients: Clients, *, account: str, region: str, partition: str = "aws") -> None:
        self.account = account
        self.region = region
        self.partition = partition
        self.access = Access()
        self.managed: dict[str, str] = {}
        self.objects: dict[tuple[str, str], Path] = {}
        self.layers: dict[str, Path] = {}
        self.functions: dict[str, Function] = {}
        self.sources: list[Source] = []
        self.queues: dict[str, Queue] = {}
        self.topics: dict[str, str] = {}
        self.subscriptions: list[Subscription] = []
        self.apis: dict[str, Api] = {}
        self.groups: set[str] = set()
        self.schedules: dict[tuple[str, str], Schedule] = {}
        self.machines: dict[str, Machine] = {}
        self.tables: dict[str, str] = {}
        self.secrets: dict[str, str] = {}
        self.log_groups: dict[str, int] = {}
        self.alarms: dict[str, Mapping[str, Any]] = {}
        self._clients = clients

    def call(self, address: str, service: str, operation: str, **params: Any) -> dict[str, Any]:
        """Call the API; what it refuses, or Amazon's would, is Unreadable. operation: "CreateQueue".

        Parameters that are None are left out, as Terraform's null says.
        """
        given = {name: value for name, value in params.items() if value is not None}
        found = problems(service, operation, given)
        if found:
            raise Unreadable(f"{address}: {service} {operation}: {'; '.join(found)}")
        try:
            answer: dict[str, Any] = getattr(self._clients(service), xform_name(operation))(**given)
        except ClientError as problem:
            raise Unreadable(f"{address}: {problem}") from problem
        return answer

    def arn(self, service: str, resource: str) -> str:
        """The ARN of something of this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def url_suffix(self) -> str:
        """What hosts of services end in."""
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"

    def function_at(self, address: str, arn: str) -> Function:
        """The function that an ARN is of, whatever its qualifier; Unreadable for one that names none, or no alias."""
        parts = arn.split(":")
        function = self.functions.get(parts[6]) if len(parts) > 6 and parts[2] == "lambda" else None
        if function is None or not arn.startswith(function.arn):
            raise Unreadable(f"{address}: no function {arn!r}")
        if len(parts) > 7 and parts[7] not in {*function.aliases, function.version}:
            raise Unreadable(f"{address}: function {function.name} has no alias {parts[7]!r}")
        return function

    def queue_at(self, address: str, arn: str) -> Queue:
        """The queue of an ARN."""
        found = next((queue for queue in self.queues.values() if queue.arn == arn), None)
        if found is None:
            raise Unreadable(f"{address}: no queue {arn!r}")
        return found


def size(policy: str) -> int:
    """Characters of a policy as IAM counts them."""
    return len(json.dumps(json.loads(policy), separators=(",", ":"), ensure_ascii=False))
