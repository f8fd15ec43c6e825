"""Permissions: what is needed, as members of policies: `google_…_iam_member`, which leaves other members alone.

Each says why it is there. A database has no policy of its own: the role is on the project, under a condition.
https://cloud.google.com/firestore/docs/security/iam
https://cloud.google.com/iam/docs/conditions-resource-attributes
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from cloudless_gcp import names
from cloudless_gcp.compile import need as of
from cloudless_gcp.compile import scope
from cloudless_gcp.compile.account import account_of, name_of
from cloudless_gcp.compile.service import POLICIES

if TYPE_CHECKING:
    from cloudless.compiler import Address
    from cloudless_gcp.compile.ground import Ground
    from cloudless_gcp.compile.need import Need

_WORDS: Mapping[str, str] = {
    of.PUBLISHER: "sends", of.SUBSCRIBER: "receives", of.INVOKER: "calls", of.ACCESSOR: "reads",
    of.ENQUEUER: "delays", of.USER: "acts", of.DATASTORE: "keeps", of.WORKFLOWS: "runs", of.LOGS: "logs",
}  # fmt: skip
"""Of a role, in the label of a member: take--sends--orders. No name has two hyphens in a row (CL103)."""


def assign(ground: Ground, label: str, needs: Iterable[Need]) -> list[str]:
    """What the account of a unit or an orchestration may; addresses of what it takes to begin, which are all but calls.

    Functions call one another in circles, so none waits for who may call whom.
    """
    account = account_of(ground, name_of(label))
    ready: list[str] = []
    for one in needs:
        type, where = _place(ground, one)
        what = one.name or one.on
        named = f"{label}--{_WORDS[one.role]}--{what}"
        made = member(ground, type, named, where, role=one.role, who=account["member"], why=one.why)
        ready += [] if one.on == of.FUNCTION else [str(made)]
    return ready


def member(
    ground: Ground, type: str, label: str, where: Mapping[str, Any], *, role: str, who: str, why: Iterable[str]
) -> Address:
    """One member of a policy. where: the arguments that say of what."""
    return ground.document.resource(type, label, {**where, "role": role, "member": who}, comment="; ".join(why))


def on_ledger(ground: Ground) -> dict[str, Any]:
    """The project, as far as the ledger goes."""
    return _on_database(ground, scope.LEDGER, names.ledger_of(ground.place))


def on_executions(ground: Ground) -> dict[str, Any]:
    """The project, as far as what the broker keeps goes."""
    return _on_database(ground, scope.EXECUTIONS, names.executions_of(ground.place))


def _on_database(ground: Ground, label: str, name: str) -> dict[str, Any]:
    """Once the database is there: who waits for its role may use it then.

    https://cloud.google.com/firestore/docs/manage-databases#configure_per-database_access_permissions
    """
    condition = {"title": f"the {label} of this stage", "expression": f'resource.name == "{name}"'}
    there = [str(ground.document.address(scope.DATABASE, label))]
    return {**ground.of(POLICIES), "condition": condition, "depends_on": there}


def on_service(ground: Ground, unit: str) -> dict[str, str]:
    """The service of Cloud Run that a unit's function is."""
    return {"project": ground.project, "location": ground.region, "name": scope.function_name(ground, unit)}


def on_tasks(ground: Ground, queue: str) -> dict[str, str]:
    """A queue of Cloud Tasks."""
    return {
        "project": ground.project,
        "location": ground.region,
        "name": ground.document.address(scope.TASKS, queue)["name"],
    }


PROJECT_MEMBER = "google_project_iam_member"
TOPIC_MEMBER = "google_pubsub_topic_iam_member"
SUBSCRIPTION_MEMBER = "google_pubsub_subscription_iam_member"
SERVICE_MEMBER = "google_cloud_run_v2_service_iam_member"
SECRET_MEMBER = "google_secret_manager_secret_iam_member"  # noqa: S105  (a type of Terraform's)
TASKS_MEMBER = "google_cloud_tasks_queue_iam_member"
ACCOUNT_MEMBER = "google_service_account_iam_member"


def _place(ground: Ground, one: Need) -> tuple[str, dict[str, Any]]:
    """The type of a member, and what it is of."""
    match one.on:
        case of.QUEUE:
            return TOPIC_MEMBER, {"topic": scope.queue_topic(ground, one.name)}
        case of.TOPIC:
            return TOPIC_MEMBER, {"topic": scope.topic(ground, one.name)}
        case of.WAITING:
            return SUBSCRIPTION_MEMBER, on_subscription(ground, one.name)
        case of.FUNCTION:
            return SERVICE_MEMBER, on_service(ground, one.name)
        case of.SECRET:
            return SECRET_MEMBER, {"secret_id": scope.secret(ground, one.name)}
        case of.DELAY:
            return TASKS_MEMBER, on_tasks(ground, one.name)
        case of.DELAYER:
            return ACCOUNT_MEMBER, {"service_account_id": account_of(ground, names.delayer(one.name))["name"]}
        case of.DATABASE:
            return PROJECT_MEMBER, on_ledger(ground)
        case of.EXECUTIONS:
            return PROJECT_MEMBER, on_executions(ground)
        case _:
            return PROJECT_MEMBER, ground.of(POLICIES)


def on_subscription(ground: Ground, label: str) -> dict[str, str]:
    """A subscription of ours, by its label."""
    return {"project": ground.project, "subscription": ground.document.address(scope.SUBSCRIPTION, label)["name"]}
