"""Permissions: what is needed, as members of policies: `google_…_iam_member`, which leaves other members alone.

Each says why it is there. A database has no policy of its own: the role is on the project, under a condition.
https://cloud.google.com/firestore/docs/security/iam
https://cloud.google.com/iam/docs/conditions-resource-attributes
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from cloudless_gcp import names
from cloudless_gcp.compile import need, scope
from cloudless_gcp.compile.account import account_of, name_of
from cloudless_gcp.compile.service import POLICIES

if TYPE_CHECKING:
    from cloudless.compiler import Address
    from cloudless_gcp.compile.ground import Ground
    from cloudless_gcp.compile.need import Need

PROJECT_MEMBER = "google_project_iam_member"
TOPIC_MEMBER = "google_pubsub_topic_iam_member"
SUBSCRIPTION_MEMBER = "google_pubsub_subscription_iam_member"
SERVICE_MEMBER = "google_cloud_run_v2_service_iam_member"
SECRET_MEMBER = "google_secret_manager_secret_iam_member"  # noqa: S105  (a type of Terraform's)
TASKS_MEMBER = "google_cloud_tasks_queue_iam_member"
ACCOUNT_MEMBER = "google_service_account_iam_member"
"""Types of members, by what the policy is of."""
_WORDS: Mapping[str, str] = {
    need.PUBLISHER: "sends", need.SUBSCRIBER: "receives", need.INVOKER: "calls", need.ACCESSOR: "reads",
    need.ENQUEUER: "delays", need.USER: "acts", need.DATASTORE: "keeps", need.WORKFLOWS: "runs", need.LOGS: "logs",
}  # fmt: skip
"""Of a role, in the label of a member: take--sends--orders. No name has two hyphens in a row (CL103)."""


class On(NamedTuple):
    """What a role is on. type: of a member of its policy, in Terraform. where: the arguments that say which it is."""

    type: str
    where: Mapping[str, Any]


def assign(ground: Ground, label: str, needs: Iterable[Need]) -> list[str]:
    """What the account of a unit or an orchestration may; addresses of what it takes to begin, which are all but calls.

    Functions call one another in circles, so none waits for who may call whom.
    """
    account = account_of(ground, name_of(label))
    ready: list[str] = []
    for one in needs:
        named = f"{label}--{_WORDS[one.role]}--{one.name or one.on}"
        made = member(ground, named, _place(ground, one), role=one.role, who=account["member"], why=one.why)
        ready += [] if one.on == need.FUNCTION else [str(made)]
    return ready


def member(ground: Ground, label: str, on: On, *, role: str, who: str, why: Iterable[str]) -> Address:
    """One member of a policy. who: a member, as a reference. why: in a few words each."""
    return ground.document.resource(on.type, label, {**on.where, "role": role, "member": who}, comment="; ".join(why))


def on_project(ground: Ground) -> On:
    """All of the project."""
    return On(PROJECT_MEMBER, ground.of(POLICIES))


def on_ledger(ground: Ground) -> On:
    """The project, as far as the ledger goes."""
    return _on_database(ground, scope.LEDGER, names.ledger_of(ground.place))


def on_executions(ground: Ground) -> On:
    """The project, as far as what the broker keeps goes."""
    return _on_database(ground, scope.EXECUTIONS, names.executions_of(ground.place))


def _on_database(ground: Ground, label: str, name: str) -> On:
    """Once the database is there: who waits for its role may use it then.

    https://cloud.google.com/firestore/docs/manage-databases#configure_per-database_access_permissions
    """
    condition = {"title": f"the {label} of this stage", "expression": f'resource.name == "{name}"'}
    there = [str(ground.document.address(scope.DATABASE, label))]
    return On(PROJECT_MEMBER, {**ground.of(POLICIES), "condition": condition, "depends_on": there})


def on_topic(topic: str) -> On:
    """A topic. topic: its full name, as a reference."""
    return On(TOPIC_MEMBER, {"topic": topic})


def on_subscription(ground: Ground, label: str) -> On:
    """A subscription of ours, by its label."""
    name = ground.document.address(scope.SUBSCRIPTION, label)["name"]
    return On(SUBSCRIPTION_MEMBER, {"project": ground.project, "subscription": name})


def on_service(ground: Ground, unit: str) -> On:
    """The service of Cloud Run that a unit's function is."""
    return On(SERVICE_MEMBER, {**_regional(ground), "name": scope.function_name(ground, unit)})


def on_tasks(ground: Ground, queue: str) -> On:
    """A queue of Cloud Tasks."""
    return On(TASKS_MEMBER, {**_regional(ground), "name": ground.document.address(scope.TASKS, queue)["name"]})


def on_account(account: Address) -> On:
    """A service account: who may act as it, or have tokens of it."""
    return On(ACCOUNT_MEMBER, {"service_account_id": account["name"]})


def _regional(ground: Ground) -> dict[str, str]:
    return {"project": ground.project, "location": ground.region}


def _place(ground: Ground, one: Need) -> On:
    match one.on:
        case need.QUEUE:
            return on_topic(scope.queue_topic(ground, one.name))
        case need.TOPIC:
            return on_topic(scope.topic(ground, one.name))
        case need.WAITING:
            return on_subscription(ground, one.name)
        case need.FUNCTION:
            return on_service(ground, one.name)
        case need.SECRET:
            return On(SECRET_MEMBER, {"secret_id": scope.secret(ground, one.name)})
        case need.DELAY:
            return on_tasks(ground, one.name)
        case need.DELAYER:
            return on_account(account_of(ground, names.delayer(one.name)))
        case need.DATABASE:
            return on_ledger(ground)
        case need.EXECUTIONS:
            return on_executions(ground)
        case _:
            return on_project(ground)
