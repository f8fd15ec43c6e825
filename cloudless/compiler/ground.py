"""Ground: what the resources of every noun stand on, whatever the cloud: the program by name, and the document.

A provider adds its own: names, regions, accounts. May import: cloudless.compiler, cloudless.passes, IR.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cloudless.compiler.names import escaped
from cloudless.compiler.unfit import Unfit
from cloudless.driver.names import prefix_of
from cloudless.passes.plans import plans

if TYPE_CHECKING:
    from cloudless.compiler.document import Document
    from cloudless.compiler.native import Owner
    from cloudless.config import Stage
    from cloudless.ir import Application, Handler, Queue, Schedule, Secret, Subscription, Topic
    from cloudless.runtime.plan import Plan


class CommonGround:
    """document: grows with every noun. prefix: what names begin with, shop-prod. unfit: makes problems.

    plans: of the runtime, by source.
    """

    def __init__(self, stage: Stage, application: Application, document: Document) -> None:
        self.stage = stage
        self.application = application
        self.document = document
        self.prefix = prefix_of(application.name, stage.name)
        self.unfit = Unfit(document.provider, application)
        self.plans: Mapping[str, Plan] = plans(application)
        self.handlers: Mapping[str, Handler] = {one.name: one for one in application.handlers}
        self.queues: Mapping[str, Queue] = {one.name: one for one in application.queues}
        self.topics: Mapping[str, Topic] = {one.name: one for one in application.topics}
        self.secrets: Mapping[str, Secret] = {one.name: one for one in application.secrets}
        self._owners: dict[str, Owner | None] = {}

    @property
    def has_native(self) -> bool:
        """Whether any `native=` is for this cloud. Without, there is nothing in the document that may not fit."""
        one = self.application
        handles: list[Handler | Queue | Schedule | Subscription | Topic]
        handles = [*one.handlers, *one.queues, *one.schedules, *one.subscriptions, *one.topics]
        return any(self.document.provider in handle.native for handle in handles)

    def local(self, name: str, value: Any) -> str:
        """Add a local value, and return what stands for it in an expression: local.policy_take."""
        identifier = escaped(name)
        self.document.local(identifier, value)
        return f"local.{identifier}"

    def owner(self, title: str, one: Queue | Topic) -> Owner | None:
        """What has a `native=` of its own."""
        return self.document.owner(title, one.native, one.span)

    def handler_owner(self, name: str) -> Owner | None:
        """A handler, whose `native=` goes into all that is made for it; one for all of them."""
        if name not in self._owners:
            handler = self.handlers[name]
            self._owners[name] = self.document.owner(f"handler {name!r}", handler.native, handler.span)
        return self._owners[name]


def fixed(document: Document, name: str, description: str, value: str) -> str:
    """A variable that is what it was built for: names hold it as text, so that Terraform refuses another one."""
    refused = {
        "condition": f'${{var.{name} == "{value}"}}',
        "error_message": f"This was built for {value}: name another {name} in cloudless.toml, and build that.",
    }
    return document.variable(name, "string", description=description, nullable=False, default=value, validation=refused)


def variable(document: Document, name: str, description: str, value: str | None) -> str:
    """A variable whose default is what the stage says: `cloudless build --provider` knows no stage."""
    default = {} if value is None else {"default": value}
    return document.variable(name, "string", description=description, nullable=False, **default)
