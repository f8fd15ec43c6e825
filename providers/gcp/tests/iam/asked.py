"""What IAM is asked for a call of an API: permissions, and the resource of each.

    asked(call) == [Asked("pubsub.topics.publish", "projects/p/topics/orders")]

A method that is not here is Unreadable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from providers.gcp.tests.discovery import Call
from tests.bridge import Unreadable


@dataclass(frozen=True, slots=True)
class Asked:
    """permission: "pubsub.topics.publish". resource: its full name, without the service's."""

    permission: str
    resource: str


def asked(call: Call) -> list[Asked]:
    """All of them have to be had."""
    method = _SERVICES.get(call.service, {}).get(call.method)
    if method is None:
        raise Unreadable(f"what IAM is asked for {call.service} {call.method}")
    return list(dict.fromkeys(method(call)))


_Reader = Callable[[Call], Iterator[Asked]]


def _on(parameter: str, *permissions: str, up: int = 0) -> _Reader:
    """Permissions on what a parameter names, or on what that lies in: up levels above."""

    def read(call: Call) -> Iterator[Asked]:
        parts = str(call.params[parameter]).split("/")
        resource = "/".join(parts[: len(parts) - 2 * up])
        yield from (Asked(permission, resource) for permission in permissions)

    return read


# --- Firestore: https://cloud.google.com/firestore/docs/security/iam#permissions ----------------------


def _database(name: str) -> str:
    return "/".join(name.split("/")[:4])


def _rows(parameter: str, *permissions: str) -> _Reader:
    """Permissions on the database that a parameter is in: IAM knows nothing below it."""

    def read(call: Call) -> Iterator[Asked]:
        yield from (Asked(permission, _database(str(call.params[parameter]))) for permission in permissions)

    return read


def _writes(call: Call) -> Iterator[Asked]:
    """Each write by what it may do; none at all asks as a transaction does."""
    database = str(call.params["database"])
    writes: list[Mapping[str, Any]] = call.body.get("writes", [])
    if not writes or "transaction" in call.body:
        yield Asked("datastore.databases.get", database)
    for write in writes:
        for verb in _write(write):
            yield Asked(f"datastore.entities.{verb}", database)


def _write(write: Mapping[str, Any]) -> Iterator[str]:
    condition: Mapping[str, Any] = write.get("currentDocument", {})
    if "delete" in write:
        yield "delete"
    elif condition.get("exists") is False:
        yield "create"
    elif condition.get("exists") is True or "updateTime" in condition:
        yield "update"
    else:
        yield from ("create", "update")


# --- others -------------------------------------------------------------------------------------------


def _task(call: Call) -> Iterator[Asked]:
    """Whoever has a task carry an account's token has to be allowed to act as that account.

    https://cloud.google.com/tasks/docs/creating-http-target-tasks#sa
    """
    yield Asked("cloudtasks.tasks.create", str(call.params["parent"]))
    if call.body.get("responseView") == "FULL":
        yield Asked("cloudtasks.tasks.fullView", str(call.params["parent"]))
    request: Mapping[str, Any] = call.body.get("task", {}).get("httpRequest", {})
    for token in ("oauthToken", "oidcToken"):
        if token in request:
            account = str(request[token].get("serviceAccountEmail", ""))
            yield Asked("iam.serviceAccounts.actAs", _account(call.params["parent"], account))


def _account(of: Any, email: str) -> str:
    return f"projects/{str(of).split('/')[1]}/serviceAccounts/{email}"


def _credentials(permission: str) -> _Reader:
    """`projects/-/serviceAccounts/x@p.iam.gserviceaccount.com`: the project is in the e-mail."""

    def read(call: Call) -> Iterator[Asked]:
        email = str(call.params["name"]).rpartition("/")[2]
        found = re.fullmatch(r"[^@]+@([^.]+)\.iam\.gserviceaccount\.com", email)
        if found is None:
            raise Unreadable(f"account {email!r}")
        yield Asked(permission, f"projects/{found[1]}/serviceAccounts/{email}")

    return read


def _logs(call: Call) -> Iterator[Asked]:
    """https://cloud.google.com/logging/docs/reference/v2/rest/v2/entries/write."""
    names = {call.body.get("logName", "")} | {one.get("logName", "") for one in call.body.get("entries", [])}
    for name in sorted(names - {""}):
        yield Asked("logging.logEntries.create", "/".join(str(name).split("/")[:2]))


_WORKFLOW = "projects.locations.workflows"
_SERVICES: Mapping[str, Mapping[str, _Reader]] = {
    # https://cloud.google.com/pubsub/docs/access-control#required_permissions
    "pubsub": {
        "projects.topics.get": _on("topic", "pubsub.topics.get"),
        "projects.topics.publish": _on("topic", "pubsub.topics.publish"),
        "projects.subscriptions.acknowledge": _on("subscription", "pubsub.subscriptions.consume"),
        "projects.subscriptions.get": _on("subscription", "pubsub.subscriptions.get"),
        "projects.subscriptions.modifyAckDeadline": _on("subscription", "pubsub.subscriptions.consume"),
        "projects.subscriptions.pull": _on("subscription", "pubsub.subscriptions.consume"),
    },
    # https://cloud.google.com/monitoring/access-control#permissions-and-roles
    "monitoring": {"projects.timeSeries.list": _on("name", "monitoring.timeSeries.list")},
    "firestore": {
        "projects.databases.documents.batchGet": _rows("database", "datastore.entities.get"),
        "projects.databases.documents.beginTransaction": _rows("database", "datastore.databases.get"),
        "projects.databases.documents.commit": _writes,
        "projects.databases.documents.createDocument": _rows("parent", "datastore.entities.create"),
        "projects.databases.documents.delete": _rows("name", "datastore.entities.delete"),
        "projects.databases.documents.get": _rows("name", "datastore.entities.get"),
        "projects.databases.documents.list": _rows("parent", "datastore.entities.get", "datastore.entities.list"),
        "projects.databases.documents.patch": _rows("name", "datastore.entities.create", "datastore.entities.update"),
        "projects.databases.documents.rollback": _rows("database", "datastore.databases.get"),
        "projects.databases.documents.runQuery": _rows("parent", "datastore.entities.get", "datastore.entities.list"),
    },
    # https://cloud.google.com/tasks/docs/reference-access-control
    "cloudtasks": {
        "projects.locations.queues.tasks.create": _task,
        "projects.locations.queues.tasks.delete": _on("name", "cloudtasks.tasks.delete"),
        "projects.locations.queues.tasks.get": _on("name", "cloudtasks.tasks.get"),
    },
    # https://cloud.google.com/secret-manager/docs/access-control
    "secretmanager": {
        "projects.secrets.addVersion": _on("parent", "secretmanager.versions.add"),
        "projects.secrets.versions.access": _on("name", "secretmanager.versions.access"),
        "projects.secrets.versions.get": _on("name", "secretmanager.versions.get"),
    },
    # https://cloud.google.com/workflows/docs/access-control
    "workflowexecutions": {
        f"{_WORKFLOW}.executions.callbacks.list": _on("parent", "workflows.callbacks.list", up=1),
        f"{_WORKFLOW}.executions.cancel": _on("name", "workflows.executions.cancel", up=1),
        f"{_WORKFLOW}.executions.create": _on("parent", "workflows.executions.create"),
        f"{_WORKFLOW}.executions.get": _on("name", "workflows.executions.get", up=1),
        f"{_WORKFLOW}.executions.list": _on("parent", "workflows.executions.list"),
        f"{_WORKFLOW}.executions.stepEntries.get": _on("name", "workflows.stepEntries.get", up=2),
        f"{_WORKFLOW}.executions.stepEntries.list": _on("parent", "workflows.stepEntries.list", up=1),
    },
    "workflows": {
        f"{_WORKFLOW}.get": _on("name", "workflows.workflows.get"),
        f"{_WORKFLOW}.listRevisions": _on("name", "workflows.workflows.listRevision"),
    },
    # https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts
    "iamcredentials": {
        "projects.serviceAccounts.generateAccessToken": _credentials("iam.serviceAccounts.getAccessToken"),
        "projects.serviceAccounts.generateIdToken": _credentials("iam.serviceAccounts.getOpenIdToken"),
    },
    "logging": {"entries.write": _logs},
}
