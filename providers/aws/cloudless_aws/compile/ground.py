"""Ground: what the resources of every noun stand on: the document, the stage's names, its region and account.

    ground = Ground(stage, application, definitions)
    ground.document.resource("aws_sqs_queue", "orders", {"name": "shop-prod-orders", …})

Stage and region are variables, which take no other value than what was built: names hold both. `cloudless build
--provider aws` does not know the region, and is for those of the partition aws, since ARNs name theirs.
May import: cloudless.compiler, cloudless.passes, IR.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from cloudless.compiler import Document
from cloudless.compiler.ground import CommonGround, fixed
from cloudless.compiler.program import programs
from cloudless.compiler.unit import BROKER
from cloudless_aws import names
from cloudless_aws.compile.need import Needs
from cloudless_aws.compile.permission import trust_of
from cloudless_aws.compile.unit import units
from cloudless_aws.limits import TERRAFORM

if TYPE_CHECKING:
    from cloudless.compiler import Definitions
    from cloudless.config import Stage
    from cloudless.ir import Application

AWS = "~> 6.69"
"""A minor version brings arguments, a major one changes those that there are: https://semver.org."""

_PROVIDERS = {"aws": {"source": "hashicorp/aws", "version": AWS}}
_TERRAFORM = f">= {TERRAFORM[0]}.{TERRAFORM[1]}.0"


class Ground(CommonGround):
    """programs: the orchestrations. units: the functions. region, account, partition: parts of ARNs."""

    def __init__(self, stage: Stage, application: Application, definitions: Definitions) -> None:
        document = Document("aws", providers=_PROVIDERS, terraform=_TERRAFORM, backend=stage.backend)
        super().__init__(stage, application, document)
        self.definitions = definitions
        self.programs = programs(application, definitions)
        self.units = units(application, self.programs, self.prefix)
        self.queue_names: Mapping[str, str] = names.queues_of(application, self.prefix)
        self.region = _region(document, stage.region)
        self._stage = fixed(document, "stage", "What the stage is called, for files of infra/.", stage.name)
        document.configure("aws", {"region": self.region, "default_tags": {"tags": self._tags()}})
        self.partition = names.partition_of(stage.region or "")
        caller = document.data("aws_caller_identity", "current", {})
        self.account = document.local("account", caller["account_id"])
        self._trusts: dict[str, str] = {}

    @cached_property
    def needed(self) -> Needs:
        """What units and state machines may."""
        return Needs(self)

    @cached_property
    def has_ledger(self) -> bool:
        """Whether something claims keys, or keeps events."""
        return any(one.kind == BROKER or (one.source is not None and one.source.guarded) for one in self.units)

    @cached_property
    def fifo(self) -> frozenset[str]:
        """Logical names of the queues that are FIFO queues: ordered ones, and those behind them."""
        ordered = [one for one in self.application.queues if one.ordered]
        return frozenset({one.name for one in ordered} | {one.dead_letters for one in ordered if one.dead_letters})

    def arn(self, service: str, resource: str) -> str:
        """The ARN of something in this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def trust(self, service: str) -> str:
        """The local value that says that a service may take a role."""
        if service not in self._trusts:
            self._trusts[service] = self.local(f"trust_{service}", trust_of(service, self.account))
        return self._trusts[service]

    def _tags(self) -> dict[str, str]:
        """Of everything that takes tags."""
        return {"cloudless:app": self.application.name, "cloudless:stage": self._stage}


def _region(document: Document, value: str | None) -> str:
    said = "Where it runs, e.g. eu-central-1."
    if value is not None:
        return fixed(document, "region", said, value)
    return document.variable("region", "string", description=said, nullable=False, validation=_OF_AWS)


_OF_AWS = {
    "condition": f'${{length(regexall("^({"|".join(start for start, _ in names.PARTITIONS)})", var.region)) == 0}}',
    "error_message": "This was built without a region, for the partition aws: name it in a stage of cloudless.toml.",
}
"""Of a build that does not know its region: https://developer.hashicorp.com/terraform/language/values/variables."""
