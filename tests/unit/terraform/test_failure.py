"""What Terraform says when it fails becomes one line that says what to do."""

import re

import pytest

from cloudless.terraform.failure import failed, needs_init

LOCKED = """\
Error: Error acquiring the state lock

Error message: state blob is already locked
Lock Info:
  ID:        7e1e5a44-43f2-9d5c-9f5b-6e7c0a6dbf0c
  Path:      state/prod
  Operation: OperationTypeApply
  Who:       anna@laptop
  Version:   1.11.4
  Created:   2026-11-21 20:59:13.579754064 +0000 UTC
  Info:
"""
LOCKED_BY_HTTP = LOCKED.replace("state blob is already locked", "HTTP remote state already locked: ID=b1")
BACKEND_CHANGED = """\
Error: Backend configuration changed

A change in the backend configuration has been detected, which may require
migrating existing state.
"""
NO_ARGUMENT = """\
Error: Extraneous JSON object property

  on main.tf.json line 1, in resource.terraform_data.a:
   1: {"resource":{"terraform_data":{"a":{"inptu":1}}}}

No argument or block type is named "inptu". Did you mean "input"?
"""
NO_LOGIN = "Error: building account: could not acquire access token: running Azure CLI: Please run 'az login'"
NO_ROLE = "403 (403 Forbidden) with error: AuthorizationFailed: The client does not have authorization to write"
NO_PLUGIN = "Error: Failed to query available provider packages\n\ncould not connect to registry.terraform.io: dial tcp"
NO_GOOGLE = "Error: Attempted to load application default credentials since no `credentials` was set"
THERE = 'Error: A resource with the ID "/x" already exists - to be managed via Terraform it needs to be imported'
TEXTS = {
    "no Azure CLI login": (NO_LOGIN, "there are no credentials"),
    "no AWS credentials": ("Error: No valid credential sources found", "there are no credentials"),
    "no Google credentials": (NO_GOOGLE, "there are no credentials"),
    "an expired token": ("api error ExpiredToken: The provided token has expired.", "there are no credentials"),
    "a role is missing": (NO_ROLE, "whoever deploys lacks a permission"),
    "throttled by Azure": (
        "429 (429 Too Many Requests) with error: TooManyRequests",
        "too many requests.*-parallelism=2",
    ),
    "throttled by AWS": ("ThrottlingException: Rate exceeded", "the cloud had too many requests"),
    "stale": ("Error: Saved plan is stale\n\nThe given plan file can no longer be applied", "somebody else deployed"),
    "no plugin": (NO_PLUGIN, "a plugin could not be fetched"),
    "another backend": (BACKEND_CHANGED, "init -migrate-state; .* init -reconfigure"),
    "a first backend": ("Error: Can't ask approval for state migration when", "init -migrate-state"),
    "no backend": ("Error: Failed to get existing workspaces: containers.Client#ListBlobs", "the backend, which keeps"),
    "not saved": ("Error: Failed to persist state to backend", r"is in build/prod/errored\.tfstate.*state push"),
    "there already": (THERE, "something of that name is there"),
    "no network": ("Error: dial tcp 10.0.0.1:443: i/o timeout", "could not be reached"),
    "too old": ("Error: Unsupported Terraform Core version", "too old for what was built"),
    "no such argument": (NO_ARGUMENT, "an argument that native=, or a file of yours in infra/, gives is none"),
    "anything else": (
        "\nError: Insufficient quota for the plan\n\n  with azurerm_x.y",
        "Insufficient quota for the plan$",
    ),
}


def line(text: str, *hints: tuple[str, str]) -> str:
    return str(failed("terraform plan", text, "build/prod", hints))


@pytest.mark.parametrize(("text", "wanted"), TEXTS.values(), ids=list(TEXTS))
def test_one_line_says_what_to_do(text: str, wanted: str) -> None:
    found = line(text)
    assert re.search(wanted, found)
    assert found.startswith("terraform plan failed: ")
    assert "\n" not in found
    assert "{}" not in found


def test_what_terraform_said_stays_with_it() -> None:
    assert failed("terraform plan", f"\n{LOCKED}\n", "build/prod").text == LOCKED.strip()


def test_a_lock_names_who_has_it_and_how_to_break_it() -> None:
    found = line(LOCKED)
    assert "the state is locked by anna@laptop since 2026-11-21 20:59:13: somebody deploys" in found
    assert "terraform -chdir=build/prod force-unlock 7e1e5a44-43f2-9d5c-9f5b-6e7c0a6dbf0c" in found


def test_a_backend_that_shows_our_own_details_names_nobody() -> None:
    """The http backend fills in who asked, not who has it: only the id in the message is the holder's."""
    found = line(LOCKED_BY_HTTP)
    assert "anna" not in found
    assert found.endswith("force-unlock b1")


def test_a_provider_speaks_before_what_holds_of_all_clouds() -> None:
    hint = ("az login", "sign in: az login; see {}")
    assert line(NO_LOGIN, hint) == "terraform plan failed: sign in: az login; see build/prod"
    assert "is locked" in line(LOCKED, (".", "anything"))


def test_without_a_word_it_says_so() -> None:
    assert line("") == "terraform plan failed: it does not say why"


@pytest.mark.parametrize(
    "text",
    [
        'Error: Backend initialization required: please run "terraform init"',
        "Error: Inconsistent dependency lock file",
        "Error: Required plugins are not installed",
        "Error: Module not installed",
    ],
)
def test_what_init_mends_is_known(text: str) -> None:
    assert needs_init(text)


def test_what_init_does_not_mend_is_known() -> None:
    assert not needs_init(LOCKED)
