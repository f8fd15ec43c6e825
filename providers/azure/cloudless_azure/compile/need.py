"""Needs: which roles the identity of a group has, on what, and why: grants of the program, and what our runtime does.

Each on the smallest scope that Azure has for it: one queue, topic, secret, table or account. Plain data, of
which permission.py makes role assignments.
https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-managed-service-identity
https://learn.microsoft.com/en-us/azure/key-vault/general/rbac-guide#azure-built-in-roles-for-key-vault-data-plane-operations
https://learn.microsoft.com/en-us/azure/role-based-access-control/built-in-roles
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from cloudless.compiler.reason import reasoned
from cloudless.ir import Application, Grant
from cloudless.node import node, replace
from cloudless.passes.grants import redrive_targets
from cloudless_azure.compile.group import HUB, LEDGER, STEPS, Group
from cloudless_azure.compile.key import call_keys
from cloudless_azure.names import CONTROL, INVOKE, SEND, START, key_of

if TYPE_CHECKING:
    from cloudless.runtime.plan import Plan

QUEUE, TOPIC, SECRET, KEY = "queue", "topic", "secret", "key"
TABLE, HOST, HUB_ACCOUNT, INSIGHTS = "table", "host", "hub", "insights"
"""What a role is on. A queue, topic or secret has a logical name, a key that of its secret; the others have none.

HOST is the account of the group's own app.
"""

RECEIVER = "Azure Service Bus Data Receiver"
SENDER = "Azure Service Bus Data Sender"
SECRETS_USER = "Key Vault Secrets User"
TABLE_CONTRIBUTOR = "Storage Table Data Contributor"
QUEUE_CONTRIBUTOR = "Storage Queue Data Contributor"
BLOB_CONTRIBUTOR = "Storage Blob Data Contributor"
BLOB_OWNER = "Storage Blob Data Owner"
METRICS_PUBLISHER = "Monitoring Metrics Publisher"


@node(kw_only=True, order=True)
class Need:
    """A role that a group's identity has. on: one of the constants of this module. name: of what it is on.

    why: in a few words each: grants with the lines that ask for them, and what our runtime does.
    """

    on: str
    name: str
    role: str
    why: tuple[str, ...] = ()


class Needs:
    """What the groups of an application need. plans: of the runtime, by source."""

    def __init__(self, application: Application, plans: Mapping[str, Plan]) -> None:
        self._application = application
        self._plans = plans
        self._later = {one.name: one.queue for one in application.functions}
        self._targets = redrive_targets(application)
        self._found: dict[str, tuple[Need, ...]] = {}

    def of(self, group: Group) -> tuple[Need, ...]:
        """What a group's identity needs, in order, each once with every reason."""
        if group.name not in self._found:
            self._found[group.name] = self._of(group)
        return self._found[group.name]

    def _of(self, group: Group) -> tuple[Need, ...]:
        found: dict[tuple[str, str, str], Need] = {}
        granted = (replace(need, why=(why,)) for need, why in reasoned(group.grants, self._of_grant))
        for need in (*granted, *self._ours(group)):
            key = (need.on, need.name, need.role)
            found[key] = replace(found[key], why=found[key].why + need.why) if key in found else need
        return tuple(found[key] for key in sorted(found))

    def ours(self, group: Group) -> tuple[Need, ...]:
        """What our runtime needs of a group's identity, on what is the program's or of all apps."""
        return tuple(one for one in self._ours(group) if one.on not in {HOST, INSIGHTS})

    def _of_grant(self, grant: Grant) -> Iterable[Need]:
        return _of_grant(grant, self._later, self._targets)

    def _ours(self, group: Group) -> Iterator[Need]:
        """What our runtime and the host need."""
        for source in group.sources:
            yield from _consuming(self._plans[source.queue])
        for drain in group.drains:
            yield Need(on=QUEUE, name=drain.dead_letters, role=SENDER, why=("ours: what the broker gave up",))
        if LEDGER in group.needs:
            yield Need(on=TABLE, name="", role=TABLE_CONTRIBUTOR, why=("ours: leases, and ids of executions",))
        if group.kind == STEPS:
            for verb, name in call_keys(self._application, group.orchestrations):
                why = ("ours: to check who calls",)
                yield Need(on=KEY, name=key_of(verb, name), role=SECRETS_USER, why=why)
        yield from _HOSTING
        if HUB in group.needs:
            yield from _DURABLE


def _of_grant(grant: Grant, later: Mapping[str, str], targets: Mapping[str, str]) -> Iterator[Need]:
    if grant.noun == "queue":
        yield from _of_queue(grant, targets)
    elif grant.noun == "topic":
        yield Need(on=TOPIC, name=grant.name, role=SENDER)
    elif grant.noun == "secret":
        yield Need(on=SECRET, name=grant.name, role=SECRETS_USER)
    elif grant.verb == "invoke_later":
        yield Need(on=QUEUE, name=later[grant.name], role=SENDER)
    else:
        for verb in _VERBS[grant.noun].get(grant.verb, ()):
            yield Need(on=KEY, name=key_of(verb, grant.name), role=SECRETS_USER)


_VERBS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "function": {"invoke": (INVOKE,), "native": (INVOKE,)},
    "orchestration": {"start": (START,), "control": (CONTROL,), "native": (START, CONTROL)},
    "event": {"send": (SEND,)},
}
"""The keys that a grant needs, by its noun and verb."""


def _of_queue(grant: Grant, targets: Mapping[str, str]) -> Iterator[Need]:
    if grant.verb in {"send", "native"}:
        yield Need(on=QUEUE, name=grant.name, role=SENDER)
    if grant.verb in {"peek", "redrive", "native"}:
        yield Need(on=QUEUE, name=grant.name, role=RECEIVER)
    if grant.verb == "redrive" and grant.name in targets:
        yield Need(on=QUEUE, name=targets[grant.name], role=SENDER)


def _consuming(plan: Plan) -> Iterator[Need]:
    """Take, send copies of what comes again (never on an ordered queue, where they would overtake), give up."""
    yield Need(on=QUEUE, name=plan.source, role=RECEIVER, why=("ours: it consumes the queue",))
    if not plan.ordered:
        yield Need(on=QUEUE, name=plan.source, role=SENDER, why=("ours: copies of what is tried again",))
    if plan.dead_letters:
        yield Need(on=QUEUE, name=plan.dead_letters, role=SENDER, why=("ours: its dead letters",))


_HOSTING = (
    # https://learn.microsoft.com/en-us/azure/azure-functions/functions-reference#connecting-to-host-storage-with-an-identity
    # https://learn.microsoft.com/en-us/azure/azure-functions/flex-consumption-how-to#configure-deployment-settings
    Need(on=HOST, name="", role=BLOB_OWNER, why=("the Functions host keeps locks, its keys and its package there",)),
    # https://learn.microsoft.com/en-us/azure/azure-monitor/app/azure-ad-authentication
    Need(on=INSIGHTS, name="", role=METRICS_PUBLISHER, why=("logs, with the app's identity instead of a key",)),
)
"""What every function app needs."""

_DURABLE = tuple(
    # https://learn.microsoft.com/en-us/azure/azure-functions/durable/durable-functions-configure-managed-identity
    Need(on=HUB_ACCOUNT, name="", role=role, why=("Durable Functions keeps executions there",))
    for role in (BLOB_CONTRIBUTOR, QUEUE_CONTRIBUTOR, TABLE_CONTRIBUTOR)
)
