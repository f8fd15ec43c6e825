"""Nimbus: a provider for tests of what is deployed. Its resources are real ones of plugins that stand-ins know.

A queue is a Service Bus queue, a handler an identity, the namespace and a random key are plumbing. Its cloud is a fake.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from cloudless.compiler import Compiled, Definitions, Document
from cloudless.driver.gap import NEVER, Gap
from cloudless.driver.limit import Limit
from cloudless.errors import PermissionDenied
from cloudless.ir import Application
from tests.unit.fake_cloud import FakeCloud

PLUGINS = {
    "azurerm": {"source": "hashicorp/azurerm", "version": ">= 5.0.0"},
    "random": {"source": "hashicorp/random", "version": ">= 3.0.0"},
}
SIGNED_OUT = "NIMBUS_SIGNED_OUT"
"""In the environment: there are no credentials."""


class Nimbus:
    """See driver.provider.Provider and Deploys. clouds: by stage, made where they are asked for."""

    name = "nimbus"
    title = "Nimbus"
    limits: Mapping[str, Limit] = {}
    least_terraform = (1, 10)
    published: tuple[str, ...] = ()
    hints = ((r"StormWarning", "it storms: wait, and deploy {} again"),)

    def __init__(self) -> None:
        self.clouds: dict[str, FakeCloud] = {}
        self.gaps: dict[str, Gap] = {"identity.per_function": Gap(NEVER, "All handlers are one.")}

    def compile(self, stage: Any, application: Application, definitions: Definitions) -> Compiled:
        document = Document("nimbus", providers=PLUGINS, backend=stage.backend)
        document.configure("azurerm", {"features": {}, "subscription_id": "00000000-0000-0000-0000-000000000000"})
        place = {"location": stage.region or "westeurope", "resource_group_name": f"shop-{stage.name}"}
        document.resource("random_password", "key", {"length": 20})
        namespace = document.resource(
            "azurerm_servicebus_namespace", "main", {"name": "ns", "sku": "Standard", **place}
        )
        for queue in application.queues:
            own = {"name": queue.name, "namespace_id": namespace["id"]}
            document.resource("azurerm_servicebus_queue", queue.name, own)
        for handler in application.handlers:
            document.resource("azurerm_user_assigned_identity", handler.name, {"name": handler.name, **place})
        if application.endpoints:
            document.output("http_url", "https://shop.example/")
        return Compiled({**document.files(), **self.extra(stage)}, published=self.published)

    def extra(self, stage: Any) -> dict[str, bytes]:
        """Further files of the build."""
        return {}

    def resource(self, type: str, label: str, handlers: Iterable[str]) -> tuple[str, str]:
        if type == "azurerm_servicebus_queue":
            return f"queue {label}", "its messages"
        if type == "azurerm_user_assigned_identity" and label in handlers:
            return f"handler {label}", ""
        return "", ""

    def credentials(self, stage: Any) -> str:
        if os.environ.get(SIGNED_OUT):
            raise PermissionDenied("nobody is signed in to Nimbus: nimbus login")
        return "nimbus login"

    def connect(self, stage: Any, application: Application) -> FakeCloud:
        return self.clouds.setdefault(stage.name, FakeCloud())


PROVIDER = Nimbus()
