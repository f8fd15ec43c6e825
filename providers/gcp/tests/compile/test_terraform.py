"""What Terraform says of Google Cloud, in the program's words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cloudless.errors import PermissionDenied
from cloudless_gcp import PROVIDER
from cloudless_gcp.terraform import credentials
from providers.gcp.tests.compile.documents import document, example, prod


@pytest.mark.parametrize("name", ["02-orders", "06-approval"])
def test_every_part_of_the_program_has_its_name(name: str) -> None:
    application = example(name)
    made = document(application)["resource"]
    found = {PROVIDER.resource(type, label, ())[0] for type, labels in made.items() for label in labels}
    assert {f"queue {one.name}" for one in application.queues} <= found
    assert {f"topic {one.name}" for one in application.topics} <= found
    assert {f"subscription {one.name}" for one in application.subscriptions} <= found
    assert {f"handler {one.name}" for one in application.handlers} <= found
    assert {f"orchestration {one.name}" for one in application.orchestrations} <= found
    assert {f"schedule {one.name}" for one in application.schedules} <= found
    assert not {one for one in found if "--" in one}


@pytest.mark.parametrize(
    ("type", "label", "said"),
    [
        ("google_pubsub_topic", "queue--orders", ("queue orders", "")),
        ("google_pubsub_topic", "placed", ("topic placed", "")),
        ("google_pubsub_topic", "retries--placed-mail", ("subscription placed-mail", "")),
        ("google_pubsub_topic", "cloudless--given-up", ("", "")),
        ("google_pubsub_subscription", "orders", ("queue orders", "its messages")),
        ("google_pubsub_subscription", "subscriber--placed-mail", ("subscription placed-mail", "its backlog")),
        (
            "google_pubsub_subscription",
            "retries--placed-mail",
            ("subscription placed-mail", "what it is to get once more"),
        ),
        ("google_cloudfunctions2_function", "take", ("handler take", "")),
        ("google_cloudfunctions2_function", "cloudless--worker", ("app worker", "")),
        ("google_service_account", "take", ("", "")),
        ("google_secret_manager_secret", "stripe", ("secret stripe", "its value, for good")),
        ("google_cloud_scheduler_job", "report", ("schedule report", "")),
        ("google_cloud_run_v2_service_iam_member", "fulfil--calls--charge", ("", "")),
    ],
)
def test_resources_are_told_by_the_names_of_the_program(type: str, label: str, said: tuple[str, str]) -> None:
    assert PROVIDER.resource(type, label, ["take"]) == said


def test_what_holds_the_ledger_says_what_is_lost() -> None:
    noun, lost = PROVIDER.resource("google_firestore_database", "ledger", [])
    assert (noun, "leases" in lost) == ("ledger", True)
    noun, lost = PROVIDER.resource("google_firestore_database", "executions", [])
    assert (noun, "events" in lost) == ("executions", True)
    noun, lost = PROVIDER.resource("google_workflows_workflow", "fulfil", [])
    assert (noun, "running ones" in lost) == ("orchestration fulfil", True)
    noun, lost = PROVIDER.resource("google_cloud_tasks_queue", "orders", [])
    assert (noun, "its name for a week" in lost) == ("queue orders", True)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Error: Attempted to load application default credentials since neither", "gcloud auth application-default"),
        ('Error 400: oauth2: "invalid_grant" "reauth related error"', "gcloud auth application-default login"),
        ("Cloud Pub/Sub API has not been used in project 1 before or it is disabled.", "deploy again"),
        ("Error 403: Permission 'iam.serviceAccounts.actAs' denied on service account", "serviceAccountUser"),
        ("Error 403: Policy update access denied. resourcemanager.projects.setIamPolicy", "projectIamAdmin"),
        ("Error 400: Service account shop-prod-take@p.iam.gserviceaccount.com does not exist.", "deploy again"),
        ("The queue cannot be created because a queue with this name existed recently", "for a week"),
        ("Error 409: Topic already exists in the project", "deployed with another state"),
        ("Error 429: Quota exceeded for quota metric 'Build requests'", "ask Google for more"),
        ("Build failed with status: FAILURE and message", "its log is at the link"),
        ("This API method requires billing to be enabled", "billing account"),
    ],
)
def test_what_failed_says_what_to_do(said: str, told: str) -> None:
    hint = next(hint for pattern, hint in PROVIDER.hints if re.search(pattern, said))
    assert told in hint


KEY = '{"type": "service_account", "client_email": "a@p.x", "private_key": "wJalrXUtnFEMI", "token_uri": "https://x"}'
LOGIN = '{"type": "authorized_user", "client_id": "a", "client_secret": "b", "refresh_token": "c"}'
ALONE = ", which deploys alone: to call the stage, gcloud auth application-default login, or set GOOGLE_APPLICATION_"


def test_credentials_are_those_that_the_provider_would_take(tmp_path: Path) -> None:
    nothing, here, file = tmp_path / "nothing", {"HOME": str(tmp_path)}, tmp_path / "key.json"
    file.write_text(KEY)
    with pytest.raises(PermissionDenied, match="gcloud auth application-default login, or set GOOGLE_APPLICATION_"):
        credentials(here, nothing)
    by_file = {**here, "GOOGLE_APPLICATION_CREDENTIALS": str(file)}
    assert credentials(by_file, nothing) == f"{file} of GOOGLE_APPLICATION_CREDENTIALS"
    for key in (KEY, str(file)):
        assert credentials({**by_file, "GOOGLE_CREDENTIALS": key}, nothing) == "the key of GOOGLE_CREDENTIALS"
    assert credentials({**by_file, "GOOGLE_OAUTH_ACCESS_TOKEN": "ya29"}) == "the token of GOOGLE_OAUTH_ACCESS_TOKEN"


@pytest.mark.parametrize(("name", "value"), [("GOOGLE_CREDENTIALS", KEY), ("GOOGLE_OAUTH_ACCESS_TOKEN", "ya29")])
def test_what_terraform_alone_knows_does_not_call(tmp_path: Path, name: str, value: str) -> None:
    assert f"of {name}{ALONE}" in credentials({"HOME": str(tmp_path), name: value}, tmp_path / "nothing")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json", "/nowhere/key.json of GOOGLE_APPLICATION_CREDENTIALS"),
        ("GOOGLE_CREDENTIALS", "/nowhere/key.json", "GOOGLE_CREDENTIALS is neither a key as JSON nor a file"),
        ("GOOGLE_CREDENTIALS", "{secret}", "GOOGLE_CREDENTIALS is no JSON"),
        ("GOOGLE_CREDENTIALS", '{"type": "service_account"}', "is incomplete, it has no client_email, no private_key"),
    ],
)
def test_credentials_that_are_none_are_not_taken_for_some(tmp_path: Path, name: str, value: str, said: str) -> None:
    with pytest.raises(PermissionDenied, match=f"{said}.*: gcloud auth application-default login"):
        credentials({"HOME": str(tmp_path), name: value}, tmp_path / "nothing")


def test_a_login_or_a_machine_of_googles_will_do(tmp_path: Path) -> None:
    here, machine = {"HOME": str(tmp_path)}, tmp_path / "product_name"
    machine.write_text("Google Compute Engine\n")
    assert credentials(here, machine) == "the account of this machine, if it has one"
    folder = tmp_path / ".config" / "gcloud"
    folder.mkdir(parents=True)
    (folder / "application_default_credentials.json").write_text(LOGIN)
    assert credentials(here, machine) == "gcloud auth application-default login"
    assert credentials({**here, "CLOUDSDK_CONFIG": str(folder)}) == "gcloud auth application-default login"


def test_terraform_looks_for_logins_in_one_place(tmp_path: Path) -> None:
    file = tmp_path / "application_default_credentials.json"
    file.write_text(LOGIN)
    with pytest.raises(PermissionDenied, match=f"CLOUDSDK_CONFIG: set GOOGLE_APPLICATION_CREDENTIALS={file}"):
        credentials({"HOME": "/nowhere", "CLOUDSDK_CONFIG": str(tmp_path)}, tmp_path / "nothing")


def test_no_secret_is_in_what_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_CREDENTIALS", KEY)
    assert "wJalr" not in PROVIDER.credentials(prod())


def test_documents_ask_for_the_terraform_that_is_said() -> None:
    least = ".".join(map(str, PROVIDER.least_terraform))
    assert document(example("02-orders"))["terraform"]["required_version"] == f">= {least}.0"
