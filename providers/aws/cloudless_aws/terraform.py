"""What Terraform says of AWS, in the program's words: resources by name, errors with what to do, whose credentials.

May import: the standard library, cloudless.errors.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from cloudless.errors import PermissionDenied

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_LOGIN = "https://registry.terraform.io/providers/hashicorp/aws/latest/docs#authentication-and-configuration"
_NAMES = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_job-functions.html"
_QUOTAS = "https://docs.aws.amazon.com/servicequotas/latest/userguide/request-quota-increase.html"

HINTS: tuple[tuple[str, str], ...] = (
    (
        r"[Nn]o valid credential sources|ExpiredToken|InvalidClientTokenId|SSO session has expired|get credentials",
        f"sign in: aws sso login, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; {_LOGIN}",
    ),
    (r"[Ii]nvalid AWS Region|OptInRequired", "name a region that the account has: region = … in cloudless.toml"),
    (
        r"is not authorized to perform: iam:|AccessDenied.*iam:",
        f"who deploys makes roles and policies: it needs iam:CreateRole, iam:PutRolePolicy, iam:PassRole …; {_NAMES}",
    ),
    (r"is not authorized to perform|AccessDenied", f"who deploys needs the action that is named; {_NAMES}"),
    (
        r"execution role does not have permissions|cannot be assumed by Lambda|is not authorized to assume",
        "a new role was not known yet where it is needed, which can take a minute: deploy again",
    ),
    (
        r"BucketAlreadyExists",
        "the name of the bucket is somebody else's: rename the application, or the stage",
    ),
    (
        r"scheduled for deletion",
        "a destroyed secret keeps its name for 7 days: aws secretsmanager restore-secret, and import it, or wait",
    ),
    (
        r"must wait 60 seconds after deleting|QueueDeletedRecently",
        "SQS keeps the name of a deleted queue for a minute: deploy again",
    ),
    (
        r"AlreadyExists|ResourceConflictException|already exists|BucketAlreadyOwnedByYou",
        "the name is taken: was it deployed with another state?",
    ),
    (
        r"CodeStorageExceeded",
        f"old versions of functions fill the storage: delete those that no alias names, or ask for more; {_QUOTAS}",
    ),
    (r"LimitExceeded|TooManyRequests|ServiceQuota", f"ask AWS for more: {_QUOTAS}"),
    (
        r"decreases account's UnreservedConcurrentExecution",
        f"min_instances and reservations leave less than 100 of the account's concurrency: ask for more; {_QUOTAS}",
    ),
)
"""See `cloudless.driver.provider.Deploys`."""

_NOUNS: Mapping[str, tuple[str, str]] = {
    "aws_sqs_queue": ("queue", "its messages"),
    "aws_sns_topic": ("topic", ""),
    "aws_sns_topic_subscription": ("subscription", ""),
    "aws_secretsmanager_secret": ("secret", "its value, for good after 7 days"),
    "aws_sfn_state_machine": ("orchestration", "its executions, running ones too, and their history"),
    "aws_scheduler_schedule": ("schedule", ""),
    "aws_lambda_function": ("handler", ""),
    "aws_lambda_alias": ("handler", ""),
    "aws_lambda_event_source_mapping": ("handler", ""),
    "aws_apigatewayv2_integration": ("handler", ""),
    "aws_cloudwatch_log_group": ("handler", "its log"),
}
_SINGLE: Mapping[tuple[str, str], tuple[str, str]] = {
    ("aws_dynamodb_table", "ledger"): (
        "ledger",
        "leases, and events of executions (once_by, events not yet waited for)",
    ),
    ("aws_apigatewayv2_api", "http"): ("", "the URL of the endpoints"),
}
_OURS: Mapping[str, str] = {"cloudless--worker": "app worker", "cloudless--broker": "app broker"}
_DELAYS = "aws_scheduler_schedule_group"
_MARK = "--"
"""In labels of ours alone: no name of a program has two hyphens in a row (CL103)."""


_SIGN_IN = "aws sso login with AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
_CONTAINER = frozenset({"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"})
_VENDOR = Path("/sys/class/dmi/id/sys_vendor")
_EC2 = "Amazon EC2"
"""https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/identify_ec2_instances.html"""


def resource(type: str, label: str, _handlers: Iterable[str] = ()) -> tuple[str, str]:
    """What a resource is, and what destroying it loses; see `cloudless.driver.provider.Deploys`."""
    if (type, label) in _SINGLE:
        return _SINGLE[type, label]
    if type == _DELAYS:
        return ("", "") if _MARK in label else (f"queue {label}", "its messages that are due in more than 15 minutes")
    if type not in _NOUNS:
        return "", ""
    noun, loss = _NOUNS[type]
    if _MARK in label:
        return (_OURS.get(label, ""), loss) if noun == "handler" else ("", "")
    return f"{noun} {label}", loss


def credentials(environment: Mapping[str, str] = os.environ, vendor: Path = _VENDOR) -> str:
    """With which credentials the provider would go, by environment and files; PermissionDenied where there are none.

    vendor: a file that says who made this machine; one of EC2 may have a role, which only the network could tell.
    https://registry.terraform.io/providers/hashicorp/aws/latest/docs#authentication-and-configuration
    """
    if key := environment.get("AWS_ACCESS_KEY_ID"):
        if not environment.get("AWS_SECRET_ACCESS_KEY"):
            raise PermissionDenied(f"AWS_ACCESS_KEY_ID is set without its AWS_SECRET_ACCESS_KEY: set both; {_LOGIN}")
        return f"access key {key[:8]}… of AWS_ACCESS_KEY_ID"
    if profile := environment.get("AWS_PROFILE"):
        if not _has_profile(environment, profile):
            names = "aws configure list-profiles tells which there are"
            raise PermissionDenied(f"no profile {profile!r}, which AWS_PROFILE names: {names}; {_LOGIN}")
        return f"profile {profile} of AWS_PROFILE"
    if (token := environment.get("AWS_WEB_IDENTITY_TOKEN_FILE")) and (role := environment.get("AWS_ROLE_ARN")):
        if not Path(token).is_file():
            raise PermissionDenied(f"no file {token}, which AWS_WEB_IDENTITY_TOKEN_FILE names: {_SIGN_IN}; {_LOGIN}")
        return f"{role} by AWS_WEB_IDENTITY_TOKEN_FILE"
    if _CONTAINER & environment.keys():
        return "the role of this container"
    if _has_profile(environment, "default"):
        return "profile default"
    if _EC2 in _text(vendor):
        return "the role of this machine, if it has one"
    raise PermissionDenied(f"no credentials for AWS: {_SIGN_IN}; {_LOGIN}")


def _has_profile(environment: Mapping[str, str], name: str) -> bool:
    """Whether `aws configure` was there: credentials call it [name], the configuration [profile name]."""
    home = Path(environment.get("HOME", ""), ".aws")
    files = (
        Path(environment.get("AWS_SHARED_CREDENTIALS_FILE", home / "credentials")),
        Path(environment.get("AWS_CONFIG_FILE", home / "config")),
    )
    header = re.compile(rf"""^\s*\[\s*(profile\s+)?(["']?){re.escape(name)}\2\s*\]""", re.MULTILINE)
    return any(header.search(_text(file)) for file in files)


def _text(file: Path) -> str:
    """What is in a file, "" where it cannot be read."""
    try:
        return file.read_text("utf-8")
    except OSError:
        return ""
