"""Needs: what each function and each workflow may, on what, and why: grants of the program, and what our runtime does.

Plain data, of which permission.py makes members of policies, each on the smallest resource that Google Cloud has for
it. What the clients call for each verb: cloudless_gcp/clients.
https://cloud.google.com/iam/docs/roles-permissions
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from cloudless.compiler.reason import because, reasoned
from cloudless.compiler.unit import BROKER, BROKER_UNIT, WORKER_UNIT, Source, Unit
from cloudless.ir import Grant, Span
from cloudless.node import node
from cloudless.passes.grants import redrive_targets, union
from cloudless_gcp import names

if TYPE_CHECKING:
    from cloudless.compiler.program import Program
    from cloudless_gcp.compile.ground import Ground

QUEUE, TOPIC, WAITING, FUNCTION, SECRET = "queue", "topic", "waiting", "function", "secret"
DELAY, DATABASE, EXECUTIONS, PROJECT, DELAYER = "delay", "database", "executions", "project", "delayer"
"""What a role is on. By name: the topic of a queue (of a subscription, that of its retries), a topic, the subscription
from which a queue can be pulled, the service that the function of a unit is, a secret, the queue of Cloud Tasks of a
queue's delays, and the account as which they are published; without one: the ledger, what the broker keeps, and the
project."""

PUBLISHER, SUBSCRIBER = "roles/pubsub.publisher", "roles/pubsub.subscriber"
INVOKER, ACCESSOR = "roles/run.invoker", "roles/secretmanager.secretAccessor"
ENQUEUER, USER = "roles/cloudtasks.enqueuer", "roles/iam.serviceAccountUser"
DATASTORE, WORKFLOWS, LOGS = "roles/datastore.user", "roles/workflows.invoker", "roles/logging.logWriter"


@node(kw_only=True)
class Need:
    """A role on something. why: in a few words each: grants with the lines that ask for them, what our runtime does."""

    on: str
    name: str = ""
    role: str
    why: tuple[str, ...] = ()


_Role = tuple[str, str, str]
"""On what, its name, and the role."""
_Asked = tuple[str, str, str, str]
"""And why."""


class Needs:
    """What the units and workflows of a stage need."""

    def __init__(self, ground: Ground) -> None:
        application = ground.application
        self._ground = ground
        self._later = {one.name: one.queue for one in application.functions}
        self._handlers = {one.name: one.handler for one in application.functions}
        self._targets = redrive_targets(application)
        self._delayed = frozenset(names.delayed_of(application))
        self._steps = union(one.grants for one in application.orchestrations)
        self._found: dict[str, tuple[Need, ...]] = {}

    def of(self, unit: Unit) -> tuple[Need, ...]:
        """What the account of a unit needs, in order, each once with every reason."""
        if unit.name not in self._found:
            granted = ((*need, why) for need, why in reasoned(unit.grants, self._of_grant))
            self._found[unit.name] = _each([*granted, *self._ours(unit)])
        return self._found[unit.name]

    def published(self, unit: Unit) -> frozenset[tuple[str, str]]:
        """Where the code of a unit may publish: QUEUE or TOPIC, and its name."""
        roles = (role for grant in unit.grants for role in self._of_grant(grant))
        return frozenset((on, name) for on, name, role in roles if role == PUBLISHER)

    def workflow(self, program: Program) -> tuple[Need, ...]:
        """What the account of a workflow needs."""
        return _each(self._called(program))

    # --- what the program asks for --------------------------------------------------------------------

    def _of_grant(self, grant: Grant) -> Iterator[_Role]:
        if grant.noun == "queue":
            yield from self._of_queue(grant)
        elif grant.noun == "topic":
            yield TOPIC, grant.name, PUBLISHER
        elif grant.noun == "secret":
            yield SECRET, grant.name, ACCESSOR
        elif grant.noun in {"event", "orchestration"}:
            yield FUNCTION, BROKER_UNIT, INVOKER
        elif grant.verb == "invoke_later":
            yield from self._sends(self._later[grant.name])
        else:
            yield FUNCTION, self._handlers[grant.name], INVOKER

    def _of_queue(self, grant: Grant) -> Iterator[_Role]:
        if grant.verb in {"send", "native"}:
            yield from self._sends(grant.name)
        if grant.verb in {"peek", "redrive", "native"} and grant.name not in self._ground.consumers:
            yield WAITING, grant.name, SUBSCRIBER
        if grant.verb == "redrive" and grant.name in self._targets:
            yield QUEUE, self._targets[grant.name], PUBLISHER

    def _sends(self, queue: str) -> Iterator[_Role]:
        """Now, or later: then Cloud Tasks publishes as the destination's own account."""
        yield QUEUE, queue, PUBLISHER
        if queue in self._delayed:
            yield DELAY, queue, ENQUEUER
            yield DELAYER, queue, USER

    # --- what our runtime does ------------------------------------------------------------------------

    def _ours(self, unit: Unit) -> Iterator[_Asked]:
        if unit.source is not None:
            yield from self._consuming(unit.source)
        if unit.kind == BROKER:
            yield EXECUTIONS, "", DATASTORE, "ours: executions, and events that nobody waits for yet"
            yield PROJECT, "", WORKFLOWS, "ours: starts and controls executions, hands events over"

    def _consuming(self, source: Source) -> Iterator[_Asked]:
        """Send copies of what comes again (never on an ordered queue, where they would overtake), give up."""
        plan = self._ground.plans[source.queue]
        if not source.ordered:
            for on, name, role in self._sends(source.queue):
                yield on, name, role, "ours: copies of what is tried again"
        if plan.dead_letters:
            yield QUEUE, plan.dead_letters, PUBLISHER, "ours: its dead letters"
        if source.guarded:
            yield DATABASE, "", DATASTORE, "ours: leases"

    # --- workflows ------------------------------------------------------------------------------------

    def _called(self, program: Program) -> Iterator[_Asked]:
        lines: Mapping[str, tuple[Span, ...]] = {one.name: one.spans for one in self._steps if one.noun == "function"}
        for name in program.functions:
            yield FUNCTION, self._handlers[name], INVOKER, because(f"invoke function {name}", lines.get(name, ()))
        if program.work:
            yield FUNCTION, WORKER_UNIT, INVOKER, "ours: pure functions, sends and publishes"
        yield FUNCTION, BROKER_UNIT, INVOKER, "ours: its arguments, and events"
        yield PROJECT, "", LOGS, "ours: logs of executions that fail"


def _each(asked: Iterable[_Asked]) -> tuple[Need, ...]:
    """Each once, with every reason once."""
    found: dict[_Role, dict[str, None]] = {}
    for on, name, role, why in asked:
        found.setdefault((on, name, role), {})[why] = None
    return tuple(
        Need(on=on, name=name, role=role, why=tuple(found[on, name, role])) for on, name, role in sorted(found)
    )
