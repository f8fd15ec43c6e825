"""Ground: what the resources of every noun stand on: the document, the stage's names, its project and region.

    ground = Ground(stage, application, definitions)
    ground.document.resource("google_pubsub_topic", "orders", {**ground.of(PUBSUB), "name": "shop-prod-orders"})

Project and region are plain text, since addresses and workflows hold them: `cloudless build --provider gcp` knows
neither, and takes what stands for them. May import: cloudless.compiler, cloudless.passes, IR.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from cloudless.compiler import Document
from cloudless.compiler.ground import CommonGround
from cloudless.compiler.program import programs
from cloudless.compiler.unit import BROKER
from cloudless.compiler.wait import PROVIDER as TIME
from cloudless_gcp import names
from cloudless_gcp.compile.flow import Flow
from cloudless_gcp.compile.key import Keys, keys
from cloudless_gcp.compile.need import Needs
from cloudless_gcp.compile.unit import units
from cloudless_gcp.limits import TERRAFORM

if TYPE_CHECKING:
    from cloudless.compiler import Address, Definitions
    from cloudless.compiler.unit import Unit
    from cloudless.config import Stage
    from cloudless.ir import Application

GOOGLE = "~> 8.7"
"""A minor version brings arguments, a major one changes those that there are: https://semver.org."""
BETA = "google-beta"

_PROVIDERS = {
    "google": {"source": "hashicorp/google", "version": GOOGLE},
    BETA: {"source": "hashicorp/google-beta", "version": GOOGLE},
    "time": TIME,
}
_TERRAFORM = f">= {TERRAFORM[0]}.{TERRAFORM[1]}.0"


class Ground(CommonGround):
    """place: what names are made of. project, region: its, as text. programs: the orchestrations. units: the functions.

    agents: who services of Google's are there, as far as they are needed (service.py). held: members of policies that
    functions wait for, by address, and whether there are several of one (wait.py).
    """

    def __init__(self, stage: Stage, application: Application, definitions: Definitions) -> None:
        document = Document("gcp", providers=_PROVIDERS, terraform=_TERRAFORM, backend=stage.backend)
        super().__init__(stage, application, document)
        self.definitions = definitions
        self.place = names.place_of(application.name, stage)
        self.project, self.region = self.place.project, self.place.region
        self.programs = programs(application, definitions)
        self.units = units(application, self.programs, self.place)
        for provider in ("google", BETA):
            document.configure(provider, self._configuration())
        self.agents: dict[str, Address] = {}
        self.held: dict[str, bool] = {}
        self._services: dict[str, Address] = {}

    @cached_property
    def needed(self) -> Needs:
        """What units and workflows may."""
        return Needs(self)

    @cached_property
    def keys(self) -> Mapping[str, Keys]:
        """How messages are kept, by queue and subscription."""
        return keys(self)

    @cached_property
    def flow(self) -> Flow:
        """What has to be there before what."""
        return Flow(self)

    @cached_property
    def consumers(self) -> Mapping[str, Unit]:
        """The unit that a queue, or a subscription, feeds; by the logical name of that."""
        return {one.source.queue: one for one in self.units if one.source is not None}

    @cached_property
    def has_ledger(self) -> bool:
        """Whether something claims keys."""
        return any(one.source is not None and one.source.guarded for one in self.units)

    @cached_property
    def has_broker(self) -> bool:
        """Whether something keeps executions and events."""
        return any(one.kind == BROKER for one in self.units)

    def of(self, service: str) -> dict[str, str]:
        """The project as an argument, as soon as a service of Google's is enabled there: "pubsub"."""
        if service not in self._services:
            self._services[service] = self.document.resource(
                "google_project_service",
                service,
                {"project": self.project, "service": f"{service}.googleapis.com", "disable_on_destroy": False},
            )
        return {"project": self._services[service]["project"]}

    def _configuration(self) -> dict[str, object]:
        labels = {"cloudless-app": self.application.name, "cloudless-stage": self.stage.name}
        return {"project": self.project, "region": self.region, "default_labels": labels}
