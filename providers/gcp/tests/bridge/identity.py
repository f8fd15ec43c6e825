"""Services, their agents, and service accounts, as Terraform makes them.

May import: the standard library.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from providers.gcp.tests.bridge.google import AGENTS, Google
from providers.gcp.tests.bridge.made import Account
from tests.bridge import Kind, must, words

_ACCOUNT = re.compile(r"[a-z]([-a-z0-9]{4,28}[a-z0-9])")
"""https://cloud.google.com/iam/docs/service-accounts-create: 6 to 30 characters."""
_DISPLAY_MAX = 100
"""https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts#ServiceAccount"""


def _service(google: Google, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    google.check(address, arguments)
    service = arguments["service"]
    must(service.endswith(".googleapis.com"), address, f"no service: {service!r}")
    must(arguments.get("disable_on_destroy") is False, address, "destroying a stage would disable it for others")
    must(service not in google.services, address, f"{service} is enabled twice")
    google.call(
        address, "serviceusage", "services.enable", {"name": f"projects/{google.project}/services/{service}"}, {}
    )
    google.services.add(service)
    return {"id": f"{google.project}/{service}", "project": google.project}


def _agent(google: Google, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """https://cloud.google.com/iam/docs/create-service-agents."""
    service = arguments["service"]
    must(service in AGENTS, address, f"which agent {service} has")
    google.check(address, arguments, service.removesuffix(".googleapis.com"))
    email = AGENTS[service].format(number=google.number)
    google.agents.add(email)
    id = f"{google.root}/services/{service}"
    return {"id": id, "email": email, "member": f"serviceAccount:{email}", "project": google.project}


def _account(google: Google, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    google.check(address, arguments, "iam")
    id = arguments["account_id"]
    must(_ACCOUNT.fullmatch(id), address, f"no id of a service account: {id!r}")
    must(len(arguments.get("display_name") or "") <= _DISPLAY_MAX, address, "its display name is too long")
    email = f"{id}@{google.project}.iam.gserviceaccount.com"
    must(email not in google.accounts, address, f"account {id} is there already")
    told = {"displayName": arguments.get("display_name"), "description": arguments.get("description")}
    body = {"accountId": id, "serviceAccount": told}
    google.call(address, "iam", "projects.serviceAccounts.create", {"name": google.root}, body)
    name = f"{google.root}/serviceAccounts/{email}"
    account = google.accounts[email] = Account(email, name)
    number = str(100_000_000_000_000_000_000 + len(google.accounts))
    return {"id": name, "name": name, "email": email, "member": account.member, "unique_id": number,
        "project": google.project}  # fmt: skip


def _project(google: Google, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    project = arguments.get("project_id", google.project)
    must(project == google.project, address, f"project {project!r}")
    return {"id": google.root, "project_id": project, "number": google.number}


KINDS: Mapping[str, Kind[Google]] = {
    "google_project_service": Kind(_service, words("project service disable_on_destroy"), words("timeouts")),
    "google_project_service_identity": Kind(_agent, words("project service")),
    "google_service_account": Kind(_account, words("project account_id display_name description")),
    "data.google_project": Kind(_project, words("project_id")),
}
