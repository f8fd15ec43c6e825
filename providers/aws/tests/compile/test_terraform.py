"""What Terraform says of AWS, in the program's words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cloudless.errors import PermissionDenied
from cloudless_aws import PROVIDER
from cloudless_aws.terraform import credentials
from providers.aws.tests.compile.documents import document, example, prod


def test_every_part_of_the_program_has_its_name() -> None:
    for name in ("02-orders", "06-approval"):
        application = example(name)
        made = document(application)["resource"]
        found = {PROVIDER.resource(type, label, ())[0] for type, labels in made.items() for label in labels}
        assert {f"queue {one.name}" for one in application.queues} <= found
        assert {f"topic {one.name}" for one in application.topics} <= found
        assert {f"subscription {one.name}" for one in application.subscriptions} <= found
        assert {f"handler {one.name}" for one in application.handlers} <= found
        assert {f"orchestration {one.name}" for one in application.orchestrations} <= found


@pytest.mark.parametrize(
    ("type", "label", "said"),
    [
        ("aws_sqs_queue", "orders", ("queue orders", "its messages")),
        ("aws_sns_topic", "placed", ("topic placed", "")),
        ("aws_sns_topic", "cloudless--alarms", ("", "")),
        ("aws_lambda_function", "take", ("handler take", "")),
        ("aws_lambda_function", "cloudless--worker", ("app worker", "")),
        ("aws_lambda_alias", "cloudless--event-approval", ("", "")),
        ("aws_cloudwatch_log_group", "take", ("handler take", "its log")),
        ("aws_iam_role", "take", ("", "")),
        ("aws_secretsmanager_secret", "stripe", ("secret stripe", "its value, for good after 7 days")),
        ("aws_scheduler_schedule_group", "cloudless--ticks", ("", "")),
        ("aws_scheduler_schedule_group", "late", ("queue late", "its messages that are due in more than 15 minutes")),
        ("aws_apigatewayv2_route", "create--any", ("", "")),
    ],
)
def test_resources_are_told_by_the_names_of_the_program(type: str, label: str, said: tuple[str, str]) -> None:
    assert PROVIDER.resource(type, label, ["take"]) == said


def test_what_holds_the_ledger_says_what_is_lost() -> None:
    noun, lost = PROVIDER.resource("aws_dynamodb_table", "ledger", [])
    assert (noun, "leases" in lost) == ("ledger", True)
    noun, lost = PROVIDER.resource("aws_sfn_state_machine", "fulfil", [])
    assert (noun, "running ones" in lost) == ("orchestration fulfil", True)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Error: No valid credential sources found", "sign in: aws sso login"),
        ("operation error STS: GetCallerIdentity, InvalidClientTokenId: The security token", "sign in: aws sso login"),
        (
            "AccessDenied: User: arn:aws:iam::1:user/a is not authorized to perform: iam:CreateRole on resource: x",
            "who deploys makes roles",
        ),
        ("AccessDeniedException: User is not authorized to perform: sqs:createqueue", "needs the action that is named"),
        (
            "InvalidParameterValueException: The provided execution role does not have permissions to call Receive",
            "deploy again",
        ),
        ("BucketAlreadyExists: The requested bucket name is not available", "the bucket is somebody else's"),
        ("You can't create this secret because a secret with this name is already scheduled for deletion", "7 days"),
        ("QueueDeletedRecently: You must wait 60 seconds after deleting a queue", "deploy again"),
        ("ResourceConflictException: Function already exist: shop-prod-take", "deployed with another state"),
        ("EntityAlreadyExists: Role with name shop-prod-take already exists.", "deployed with another state"),
        (
            "Specified ReservedConcurrentExecutions decreases account's UnreservedConcurrentExecution below",
            "ask for more",
        ),
    ],
)
def test_what_failed_says_what_to_do(said: str, told: str) -> None:
    hint = next(hint for pattern, hint in PROVIDER.hints if re.search(pattern, said))
    assert told in hint


def test_credentials_are_those_that_the_provider_would_take(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing"
    here = {"HOME": str(tmp_path)}
    with pytest.raises(PermissionDenied, match="aws sso login with AWS_PROFILE, or set AWS_ACCESS_KEY_ID"):
        credentials(here, nothing)
    keys = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}
    assert credentials({**here, **keys, "AWS_PROFILE": "a"}) == "access key AKIAIOSF… of AWS_ACCESS_KEY_ID"
    with pytest.raises(PermissionDenied, match="no profile 'work', which AWS_PROFILE names"):
        credentials({**here, "AWS_PROFILE": "work"}, nothing)
    (tmp_path / "token").touch()
    web = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"), "AWS_ROLE_ARN": "arn:aws:iam::1:role/ci"}
    assert credentials({**here, **web}) == "arn:aws:iam::1:role/ci by AWS_WEB_IDENTITY_TOKEN_FILE"
    container = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x"}
    assert credentials({**here, **container}) == "the role of this container"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"AWS_ACCESS_KEY_ID": "AKIA"}, "AWS_ACCESS_KEY_ID is set without its AWS_SECRET_ACCESS_KEY: set both"),
        ({"AWS_SECRET_ACCESS_KEY": "wJalr"}, "no credentials for AWS: aws sso login"),
        ({"AWS_WEB_IDENTITY_TOKEN_FILE": "/no/token", "AWS_ROLE_ARN": "arn:x"}, "no file /no/token, which AWS_WEB_"),
    ],
)
def test_half_of_credentials_is_none(tmp_path: Path, given: dict[str, str], said: str) -> None:
    with pytest.raises(PermissionDenied, match=said):
        credentials({"HOME": str(tmp_path), **given}, tmp_path / "nothing")


def test_a_default_profile_or_a_machine_of_amazons_will_do(tmp_path: Path) -> None:
    here, vendor = {"HOME": str(tmp_path)}, tmp_path / "sys_vendor"
    vendor.write_text("Amazon EC2\n")
    assert credentials(here, vendor) == "the role of this machine, if it has one"
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text("[profile other]\nregion = x\n")
    assert credentials(here, vendor) == "the role of this machine, if it has one"
    (tmp_path / ".aws" / "credentials").write_text("[default]\naws_access_key_id = x\n")
    assert credentials(here, vendor) == "profile default"
    assert credentials({"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / ".aws" / "credentials")}) == "profile default"


@pytest.mark.parametrize(("file", "header"), [("config", "[profile work]"), ("credentials", "[work]")])
def test_a_profile_is_one_that_a_file_has(tmp_path: Path, file: str, header: str) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / file).write_text(f"[other]\nx = y\n{header}\nx = y\n")
    here = {"HOME": str(tmp_path), "AWS_PROFILE": "work"}
    assert credentials(here) == "profile work of AWS_PROFILE"
    with pytest.raises(PermissionDenied, match="no profile 'wor'"):
        credentials({**here, "AWS_PROFILE": "wor"})


def test_no_secret_is_in_what_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI")
    assert "wJalr" not in PROVIDER.credentials(prod())


def test_documents_ask_for_the_terraform_that_is_said() -> None:
    least = ".".join(map(str, PROVIDER.least_terraform))
    assert document(example("02-orders"))["terraform"]["required_version"] == f">= {least}.0"
