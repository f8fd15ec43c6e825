"""What Terraform says of Google Cloud, in the program's words: resources by name, errors with what to do, credentials.

May import: cloudless.driver, cloudless.errors, and of the clients what asks nobody.
"""

from __future__ import annotations

import os
from pathlib import Path

from cloudless.driver.denied import NotSignedIn
from cloudless.errors import PermissionDenied
from cloudless_gcp.clients.errors import SIGN_IN
from cloudless_gcp.clients.login import PRODUCT, VARIABLE, check, found, kept

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_LOGIN = "https://registry.terraform.io/providers/hashicorp/google/latest/docs/guides/provider_reference#authentication"
_ROLES = "https://cloud.google.com/iam/docs/roles-overview"
_QUOTAS = "https://cloud.google.com/docs/quotas/view-manage"
_TASKS = "https://cloud.google.com/tasks/docs/deleting-appengine-queues-and-tasks#delete-queues"

HINTS: tuple[tuple[str, str], ...] = (
    (
        r"could not find default credentials|[Aa]ttempted to load application default credentials|invalid_grant|reauth",
        f"sign in: gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS; {_LOGIN}",
    ),
    (
        r"has not been used in project|SERVICE_DISABLED|accessNotConfigured|it is disabled\. Enable it",
        "the service was enabled a moment ago, which can take minutes to be known everywhere: deploy again",
    ),
    (r"[Bb]illing account|billing to be enabled", "give the project a billing account: gcloud billing projects link"),
    (
        r"iam\.serviceAccounts\.actAs|serviceAccountUser",
        "who deploys gives functions and workflows their accounts: it needs roles/iam.serviceAccountUser on them",
    ),
    (
        r"setIamPolicy|resourcemanager\.projects\.setIamPolicy",
        f"who deploys gives roles on the project: it needs roles/resourcemanager.projectIamAdmin; {_ROLES}",
    ),
    (
        r"[Ss]ervice account .* (does not exist|was not found)",
        "a new service account was not known yet where it is needed, which can take a minute: deploy again",
    ),
    (
        r"queue with this name existed recently|The queue cannot be created because a queue with this name",
        f"Cloud Tasks keeps the name of a deleted queue for a week: wait, or call the stage something else; {_TASKS}",
    ),
    (
        r"Database ID .* is not available|databaseId .* is not available",
        "Firestore keeps the name of a deleted database for some minutes: deploy again in a while",
    ),
    (r"Location .* is not found or access is unauthorized|invalid location|is not a valid location",
     "name a region in which all services are: region = … in cloudless.toml; https://cloud.google.com/about/locations"),
    (r"Error 403|PERMISSION_DENIED|permission.* denied", f"who deploys needs the permission that is named; {_ROLES}"),
    (r"Error 409|already ?[Ee]xists|ALREADY_EXISTS", "the name is taken: was it deployed with another state?"),
    (r"RESOURCE_EXHAUSTED|[Qq]uota exceeded|rateLimitExceeded", f"ask Google for more: {_QUOTAS}"),
    (
        r"Build failed|build failed",
        "Cloud Build could not make the image: its log is at the link that is named above",
    ),
)  # fmt: skip
"""See `cloudless.driver.provider.Deploys`."""

_NOUNS: Mapping[str, tuple[str, str]] = {
    "google_secret_manager_secret": ("secret", "its value, for good"),
    "google_workflows_workflow": ("orchestration", "its executions, running ones too, and their history"),
    "google_cloud_scheduler_job": ("schedule", ""),
    "google_cloud_tasks_queue": ("queue", "its messages that are delayed, and its name for a week"),
    "google_cloudfunctions2_function": ("handler", ""),
}
_PUBSUB: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "google_pubsub_topic": {"": ("topic", ""), "queue": ("queue", ""), "retries": ("subscription", "")},
    "google_pubsub_subscription": {
        "": ("queue", "its messages"),
        "subscriber": ("subscription", "its backlog"),
        "retries": ("subscription", "what it is to get once more"),
    },
}
"""By what a label begins with."""
_SINGLE: Mapping[tuple[str, str], tuple[str, str]] = {
    ("google_firestore_database", "ledger"): (
        "ledger",
        "leases: what once_by has seen comes again as new",
    ),
    ("google_firestore_database", "executions"): (
        "executions",
        "their ids (90 days of them), arguments and events",
    ),
    ("google_api_gateway_gateway", "http"): ("", "the URL of the endpoints"),
}
_OURS: Mapping[str, str] = {"cloudless--worker": "app worker", "cloudless--broker": "app broker"}
_MARK = "--"
"""In labels of ours alone: no name of a program has two hyphens in a row (CL103)."""
_KEYS = ("GOOGLE_CREDENTIALS", "GOOGLE_CLOUD_KEYFILE_JSON", "GCLOUD_KEYFILE_JSON")
_TOKENS = ("GOOGLE_OAUTH_ACCESS_TOKEN",)
"""What Terraform alone looks at."""


def resource(type: str, label: str, _handlers: Iterable[str] = ()) -> tuple[str, str]:
    """What a resource is, and what destroying it loses; see `cloudless.driver.provider.Deploys`.

    The topic of a queue holds nothing, its subscription does: so does that of a subscriber.
    """
    if (type, label) in _SINGLE:
        return _SINGLE[type, label]
    if type in _PUBSUB:
        lead, _, name = label.rpartition(_MARK)
        noun, loss = _PUBSUB[type].get(lead, ("", ""))
        return (f"{noun} {name}", loss) if noun else ("", "")
    if type not in _NOUNS:
        return "", ""
    noun, loss = _NOUNS[type]
    if _MARK in label:
        return _OURS.get(label, "") if noun == "handler" else "", loss
    return f"{noun} {label}", loss


def credentials(environment: Mapping[str, str] = os.environ, machine: Path = PRODUCT) -> str:
    """With which credentials the provider would go, by environment and files; PermissionDenied where there are none.

    machine: a file that says what this machine is; one of Google's has an account, which only the network could tell.
    https://registry.terraform.io/providers/hashicorp/google/latest/docs/guides/provider_reference#authentication
    """
    try:
        return _of_terraform(environment, machine) or _of_all(environment, machine)
    except NotSignedIn as problem:
        raise PermissionDenied(f"{problem}; {_LOGIN}") from problem


def _of_terraform(environment: Mapping[str, str], machine: Path) -> str:
    """Those that Terraform alone looks at, "" where there are none."""
    for name in _KEYS:
        if key := environment.get(name):
            _check_key(name, key)
            return f"the key of {name}{_calling(environment, machine)}"
    for name in _TOKENS:
        if environment.get(name):
            return f"the token of {name}{_calling(environment, machine)}"
    return ""


def _of_all(environment: Mapping[str, str], machine: Path) -> str:
    """Those that Google's libraries look at as well."""
    file = found(environment, machine)
    if file is None:
        return "the account of this machine, if it has one"
    if environment.get(VARIABLE):
        return f"{file} of {VARIABLE}"
    if file != kept({**environment, "CLOUDSDK_CONFIG": ""}):
        raise NotSignedIn(f"Terraform does not look into CLOUDSDK_CONFIG: set {VARIABLE}={file}")
    return "gcloud auth application-default login"


def _check_key(name: str, key: str) -> None:
    """The variable holds a file's name, or what is in one."""
    file = Path(key)
    if key.lstrip().startswith("{"):
        check(key, name)
    elif not file.is_file():
        raise NotSignedIn(f"{name} is neither a key as JSON nor a file that is there: {SIGN_IN}")
    else:
        check(file.read_bytes(), f"{key} of {name}")


def _calling(environment: Mapping[str, str], machine: Path) -> str:
    """What to add to credentials that Google's libraries do not look at."""
    try:
        found(environment, machine)
    except NotSignedIn as problem:
        return f", which deploys alone: to call the stage, {SIGN_IN} ({str(problem).partition(':')[0]})"
    return ""
