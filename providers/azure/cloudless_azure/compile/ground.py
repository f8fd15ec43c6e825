"""Ground: what the resources of every noun stand on: the document, the stage's names, its resource group and region.

    ground = Ground(stage, application, groups)
    ground.document.resource("azurerm_…", "orders", {**ground.place("shop-prod-orders"), …})

Region and subscription are variables, whose default is what the stage says: `cloudless build --provider azure` knows
neither. May import: cloudless.compiler, cloudless.passes, IR.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cloudless.compiler import Document
from cloudless.compiler.ground import CommonGround, fixed, variable
from cloudless.compiler.wait import PROVIDER as TIME
from cloudless_azure import names
from cloudless_azure.compile.group import BUS, CALLS, LEDGER, STEPS
from cloudless_azure.compile.host import Hosting
from cloudless_azure.compile.need import Needs
from cloudless_azure.limits import TERRAFORM

if TYPE_CHECKING:
    from cloudless.compiler import Address
    from cloudless.config import Stage
    from cloudless.ir import Application
    from cloudless_azure.compile.group import Group

AZURERM = "~> 5.10"
AZAPI = "~> 2.13"
RANDOM = "~> 3.9"
"""A minor version brings arguments, a major one changes those that there are: https://semver.org."""

_PROVIDERS = {
    "azapi": {"source": "azure/azapi", "version": AZAPI},
    "azurerm": {"source": "hashicorp/azurerm", "version": AZURERM},
    "random": {"source": "hashicorp/random", "version": RANDOM},
    "time": TIME,
}
_TERRAFORM = f">= {TERRAFORM[0]}.{TERRAFORM[1]}.0"
ROLES_TAKE_S = 120
"""How long what needs a new role assignment waits for it; the vendor speaks of up to ten minutes, people of one.

https://learn.microsoft.com/en-us/azure/role-based-access-control/troubleshooting#symptom---role-assignment-changes-are-not-being-detected
"""


class Ground(CommonGround):
    """groups: the function apps. needs: of all groups together, of BUS, LEDGER … (group.py)."""

    def __init__(self, stage: Stage, application: Application, groups: tuple[Group, ...]) -> None:
        document = Document("azure", providers=_PROVIDERS, terraform=_TERRAFORM, backend=stage.backend)
        super().__init__(stage, application, document)
        self.groups = groups
        self.needs = frozenset(need for group in groups for need in group.needs)
        self.document.configure("azurerm", _AZURERM)
        self.document.configure("azapi", {"subscription_id": "${var.subscription}"})
        said = stage.settings.get("subscription")
        self.subscription = variable(self.document, "subscription", "Id of the subscription.", said)
        self.region = variable(self.document, "region", "Where it runs, e.g. westeurope.", stage.region)
        fixed(self.document, "stage", "What the stage is called, for files of infra/.", stage.name)
        self.client = self.document.data("azurerm_client_config", "current", {})
        self.resource_group = self._resource_group()
        self.needed = Needs(application, self.plans)
        self.hosting = Hosting(application)

    @cached_property
    def parts(self) -> tuple[str, str, str]:
        """App, stage and subscription: what names are made of."""
        return self.application.name, self.stage.name, self.stage.settings.get("subscription", "")

    @cached_property
    def head(self) -> str:
        """What names begin with that are unique in the resource group only."""
        return names.head_of(self.application.name, self.stage.name)

    @cached_property
    def uses_bus(self) -> bool:
        """Whether there is anything in the Service Bus namespace."""
        return bool(self.application.queues or self.application.topics or BUS in self.needs)

    @property
    def has_ledger(self) -> bool:
        """Whether something claims keys."""
        return LEDGER in self.needs

    @cached_property
    def entities(self) -> dict[str, dict[str, str]]:
        """Names in the namespace by logical name: {"queues": …, "topics": …}."""
        return names.entities_of(self.application)

    @cached_property
    def has_vault(self) -> bool:
        """Whether there are secrets of the stage's own vault, or keys of calls."""
        own = any(not names.vault_secret_of(one).startswith("https:") for one in self.application.secrets)
        return own or CALLS in self.needs or any(group.kind == STEPS for group in self.groups)

    def group(self, name: str) -> dict[str, Any]:
        """The arguments of a resource that has a name and no place."""
        return {"name": name, "resource_group_name": self.resource_group["name"]}

    def place(self, name: str) -> dict[str, Any]:
        """The arguments of a resource that stands somewhere."""
        return {**self.group(name), "location": self.region}

    def app_name(self, group: str) -> str:
        """Name of a group's function app."""
        app, stage, subscription = self.parts
        return names.function_app_of(app, stage, group, subscription)

    def _resource_group(self) -> Address:
        """Ours, or the one that the stage names, which is there already."""
        name = names.resource_group_of(self.application.name, self.stage)
        if "resource_group" in self.stage.settings:
            return self.document.data("azurerm_resource_group", "stage", {"name": name})
        return self.document.resource("azurerm_resource_group", "stage", {"name": name, "location": self.region})


_AZURERM: Mapping[str, Any] = {
    "features": {
        # the rule and the action group that Azure adds by itself are in no state, and would keep the group from going
        "application_insights": {"disable_generated_rule": True},
        # as long as the vault keeps a secret the next deployment brings it back, as "unset", with its value a version
        # before: docs/reference/azure.md says how it becomes the current one
        "key_vault": {"purge_soft_delete_on_destroy": False, "purge_soft_deleted_secrets_on_destroy": False},
        "resource_group": {"prevent_deletion_if_contains_resources": True},
        # every subscription of ours has a rule of its own: compile/topic.py
        "servicebus": {"auto_delete_subscription_default_rule": True},
    },
    "storage_use_azuread": True,
    "subscription_id": "${var.subscription}",
}
