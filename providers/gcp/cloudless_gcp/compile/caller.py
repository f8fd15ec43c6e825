"""Who is not a function: callers outside, who use the stage with `cloudless.connect`.

They act as the account `callers`, which may do everything that the application's own code may; an endpoint has its own
rules. The variable `callers` takes members ("user:…", "group:…", "serviceAccount:…"), who get the account's tokens.
https://cloud.google.com/iam/docs/service-account-impersonation
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cloudless.compiler.unit import BROKER_UNIT
from cloudless_gcp import names
from cloudless_gcp.compile import need, scope
from cloudless_gcp.compile.account import account, account_of, label_of
from cloudless_gcp.compile.permission import (
    ACCOUNT_MEMBER,
    SECRET_MEMBER,
    SERVICE_MEMBER,
    SUBSCRIPTION_MEMBER,
    TASKS_MEMBER,
    TOPIC_MEMBER,
    On,
    member,
    on_executions,
    on_project,
)
from cloudless_gcp.compile.service import TOKENS

if TYPE_CHECKING:
    from cloudless.compiler import Address
    from cloudless_gcp.compile.ground import Ground

LABEL = "callers"
_WHY = ("callers outside: cloudless.connect, cloudless invoke, cloudless dlq",)
_DEFINITIONS = "roles/workflows.viewer"
_METRICS = "roles/monitoring.viewer"
"""How many messages wait says Cloud Monitoring alone."""
_IMPERSONATE = "roles/iam.serviceAccountTokenCreator"
_EACH = "${each.value}"


def callers(ground: Ground) -> Address | None:
    """The account, what it may, and who may act as it; None where there is nothing but endpoints."""
    application = ground.application
    if not (
        application.queues or application.topics or application.functions or application.secrets or ground.programs.all
    ):
        return None
    made = account(ground, names.CALLERS, comment="callers outside")
    ground.of(TOKENS)
    _resources(ground, made)
    _stage(ground, made)
    said = "Members that may use the stage from outside, as user:… or group:… or serviceAccount:…"
    ground.document.variable(LABEL, "list(string)", default=[], nullable=False, description=said)
    ground.document.resource(
        ACCOUNT_MEMBER,
        LABEL,
        {
            "for_each": f"${{toset(var.{LABEL})}}",
            "service_account_id": made["name"],
            "role": _IMPERSONATE,
            "member": _EACH,
        },
    )
    return made


def _resources(ground: Ground, made: Address) -> None:
    """What there are several of: one member each."""
    place = {"project": ground.project}
    regional, last = {**place, "location": ground.region}, {"depends_on": ground.flow.before_all()}
    for type, what, where, role, found in (
        (TOPIC_MEMBER, "topics", {"topic": _EACH, **last}, need.PUBLISHER, _topics(ground)),
        (SUBSCRIPTION_MEMBER, "waiting", {**place, "subscription": _EACH}, need.SUBSCRIBER, _waiting(ground)),
        (SERVICE_MEMBER, "functions", {**regional, "name": _EACH}, need.INVOKER, _functions(ground)),
        (SECRET_MEMBER, "secrets", {"secret_id": _EACH}, need.ACCESSOR, _secrets(ground)),
        (TASKS_MEMBER, "delays", {**regional, "name": _EACH, **last}, need.ENQUEUER, _delays(ground)),
        (ACCOUNT_MEMBER, "delayers", {"service_account_id": _EACH}, need.USER, _delayers(ground)),
    ):
        if found:
            each = On(type, {"for_each": f"${{{ground.local(f'{LABEL}_{what}', found)}}}", **where})
            member(ground, label_of(names.CALLERS, what), each, role=role, who=made["member"], why=_WHY)


def _stage(ground: Ground, made: Address) -> None:
    """What there is one of."""
    for word, on, role in _single(ground):
        member(ground, label_of(names.CALLERS, word), on, role=role, who=made["member"], why=_WHY)


def _single(ground: Ground) -> Iterator[tuple[str, On, str]]:
    """A word for the label, on what, and the role. A deployment asks which definitions still run."""
    project = on_project(ground)
    if ground.programs.all or ground.programs.waiters:
        yield "runs", project, need.WORKFLOWS
        yield "sees", project, _DEFINITIONS
        yield "keeps", on_executions(ground), need.DATASTORE
    if _waiting(ground):
        yield "counts", project, _METRICS


def _topics(ground: Ground) -> dict[str, str]:
    """Of queues, of subscriptions whose dead letters are sent once more, and topics."""
    application = ground.application
    sent = [*ground.queues, *(one.name for one in application.subscriptions if one.handler)]
    found = {name: scope.queue_topic(ground, name) for name in sent}
    return found | {name: scope.topic(ground, name) for name in ground.topics}


def _waiting(ground: Ground) -> dict[str, str]:
    found = names.subscriptions_of(ground.place, ground.application)
    return {name: ground.document.address(scope.SUBSCRIPTION, name)["name"] for name in sorted(found)}


def _functions(ground: Ground) -> dict[str, str]:
    found = [one.handler for one in ground.application.functions]
    found += [BROKER_UNIT] if ground.programs.all or ground.programs.waiters else []
    return {name: scope.function_name(ground, name) for name in found}


def _secrets(ground: Ground) -> dict[str, str]:
    return {name: scope.secret(ground, name) for name in ground.secrets}


def _delays(ground: Ground) -> dict[str, str]:
    delayed = names.delayed_of(ground.application)
    return {name: ground.document.address(scope.TASKS, name)["name"] for name in delayed}


def _delayers(ground: Ground) -> dict[str, str]:
    """As whom what they delay is published."""
    return {name: account_of(ground, names.delayer(name))["name"] for name in names.delayed_of(ground.application)}
