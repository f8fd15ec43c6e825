"""Members of policies as Terraform adds them, each leaving the other members alone.

May import: the standard library.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from providers.gcp.tests.bridge.google import Google
from tests.bridge import Kind, block, known, must, words

_ACCOUNT = "serviceAccount:"
Of = Callable[[Google, str, Mapping[str, Any]], tuple[str, bool]]
"""What a member is of, by its full name, and whether it is there."""


def _of_project(google: Google, address: str, arguments: Mapping[str, Any]) -> tuple[str, bool]:
    return google.root, True


def _of_topic(google: Google, address: str, arguments: Mapping[str, Any]) -> tuple[str, bool]:
    name = google.named("topics", arguments["topic"])
    return name, name in google.topics


def _of_subscription(google: Google, address: str, arguments: Mapping[str, Any]) -> tuple[str, bool]:
    name = google.named("subscriptions", arguments["subscription"])
    return name, name in google.subscriptions


def _of_secret(google: Google, address: str, arguments: Mapping[str, Any]) -> tuple[str, bool]:
    name = google.named("secrets", arguments["secret_id"])
    return name, name in google.secrets.names


def _of_account(google: Google, address: str, arguments: Mapping[str, Any]) -> tuple[str, bool]:
    name = arguments["service_account_id"]
    return name, any(one.id == name for one in google.accounts.values())


def _in_region(collection: str, argument: str, among: Callable[[Google], Any]) -> Of:
    """Of what is in a location: named by itself or in full."""

    def of(google: Google, address: str, arguments: Mapping[str, Any]) -> tuple[str, bool]:
        location = arguments.get("location", google.region)
        given = str(arguments[argument])
        name = given if given.startswith("projects/") else f"{google.root}/locations/{location}/{collection}/{given}"
        return name, name in among(google)

    return of


def _of_bucket(google: Google, address: str, arguments: Mapping[str, Any]) -> tuple[str, bool]:
    bucket = arguments["bucket"].removeprefix("b/")
    return f"projects/_/buckets/{bucket}", bucket in google.buckets


def _services(google: Google) -> set[str]:
    return {one.service for one in google.functions.values()}


def _member(of: Of, *, name: str) -> Kind[Google]:
    """A kind of member. name: arguments that say of what."""

    def make(google: Google, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        google.check(address, arguments)
        resource, is_there = of(google, address, arguments)
        must(is_there, address, f"there is no {resource}")
        role, member = arguments["role"], arguments["member"]
        email = member.removeprefix(_ACCOUNT)
        stranger = member.startswith(_ACCOUNT) and email.endswith(f"@{google.project}.iam.gserviceaccount.com")
        must(not stranger or email in google.accounts, address, f"service account {email} does not exist")
        agent = "@gcp-sa-" in email
        must(not agent or email in google.agents, address, f"service account {email} does not exist")
        condition = block(address, arguments, "condition")
        known(address, condition, words("title expression description"))
        must(not condition or condition.get("title"), address, "a condition has a title")
        google.iam.add(resource, role, member, condition.get("expression", ""))
        return {"id": f"{resource} {role} {member}", "etag": "BwWWja0YfJA="}

    return Kind(make, words(f"project role member condition {name}"))


KINDS: Mapping[str, Kind[Google]] = {
    "google_project_iam_member": _member(_of_project, name=""),
    "google_pubsub_topic_iam_member": _member(_of_topic, name="topic"),
    "google_pubsub_subscription_iam_member": _member(_of_subscription, name="subscription"),
    "google_secret_manager_secret_iam_member": _member(_of_secret, name="secret_id"),
    "google_service_account_iam_member": _member(_of_account, name="service_account_id"),
    "google_storage_bucket_iam_member": _member(_of_bucket, name="bucket"),
    "google_cloud_run_v2_service_iam_member": _member(_in_region("services", "name", _services), name="location name"),
    "google_cloud_tasks_queue_iam_member": _member(
        _in_region("queues", "name", lambda google: google.tasks.queues), name="location name"
    ),
    "google_artifact_registry_repository_iam_member": _member(
        _in_region("repositories", "repository", lambda google: google.repositories), name="location repository"
    ),
}
