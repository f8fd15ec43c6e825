"""What Terraform says when it fails → one line that says what happened, and what to do.

Providers know the words of their clouds and plugins, and speak first; what is here, every backend and plugin may say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from cloudless.errors import TerraformError

Hint = tuple[str, str]
"""A regular expression, and the line for a text in which it is found; {} stands for the folder."""

ERRORED = "errored.tfstate"
"""What Terraform leaves in its folder where it could not save the state."""

_LOCKED = "Error acquiring the state lock"


def _any(*patterns: str) -> str:
    return "|".join(patterns)


_STATE: Sequence[Hint] = (
    (
        _any("Error (?:saving|persisting) state", "Failed to (?:save|persist) state", re.escape(ERRORED)),
        (
            f"the new state could not be saved, and is in {{}}/{ERRORED}. Keep that file; when the backend is back: "
            f"terraform -chdir={{}} state push {ERRORED}, and remove it"
        ),
    ),
    (
        "Saved plan is stale",
        "somebody else deployed after this was planned, so nothing was done: run it again, and look at the new plan",
    ),
    (
        _any(
            "Backend configuration (?:block )?(?:has )?changed",
            "[Mm]igrate existing state",
            "state migration",
            "copy (?:the )?existing state",
        ),
        (
            "the backend of this stage is another one than before. To take the state along: terraform -chdir={} init "
            "-migrate-state; to go on with what the new one has: terraform -chdir={} init -reconfigure"
        ),
    ),
    (
        "Unsupported Terraform Core version",
        "it is too old for what was built: install a newer one, or let CLOUDLESS_TERRAFORM name one",
    ),
    (
        _any(
            "Extraneous JSON object property", "Unsupported (?:argument|block type)", "Incorrect attribute value type"
        ),
        (
            "an argument that native=, or a file of yours in infra/, gives is none of that resource, or of another "
            "type: Terraform names it above; mend it there, and build again"
        ),
    ),
)
_CLOUD: Sequence[Hint] = (
    (
        _any(
            r"\b429\b",
            "TooManyRequests",
            "[Tt]hrottl",
            "[Rr]ate ?(?:limit )?[Ee]xceeded",
            "RequestLimitExceeded",
        ),
        (
            "the cloud had too many requests. What was made is in the state: run it again in a few minutes; where that "
            "does not help, more slowly: -- -parallelism=2"
        ),
    ),
    (
        _any(
            "[Nn]o valid credential",
            "[Dd]efault credentials",
            "No credentials",
            "obtain(?:ing)? (?:an )?(?:access )?token",
            "building account",
            "ExpiredToken",
            "[Ii]nvalid ?[Cc]redential",
            "[Uu]nauthenticated|UNAUTHENTICATED",
            "InvalidAuthenticationToken",
            r"\b401\b",
        ),
        "there are no credentials, or they hold no longer: sign in, or set them in the environment",
    ),
    (
        _any(
            "AuthorizationFailed",
            "AccessDenied",
            "UnauthorizedOperation",
            "PERMISSION_DENIED",
            "does not have (?:authorization|permission)",
            r"\b403\b",
        ),
        "whoever deploys lacks a permission, which Terraform names above: grant it, or deploy as somebody who has it",
    ),
    (
        "already exists",
        (
            "something of that name is there, and not in the state of this stage: import it (terraform -chdir={} "
            "import), remove it, or use it with existing="
        ),
    ),
)
_REACH: Sequence[Hint] = (
    (
        _any(
            "Failed to install provider",
            "Failed to query available provider packages",
            "available provider versions",
            "registry service",
        ),
        (
            "a plugin could not be fetched: look at network and proxy, or use a mirror "
            "(https://developer.hashicorp.com/terraform/cli/config/config-file#provider-installation)"
        ),
    ),
    (
        _any(
            "[Ee]rror (?:loading|refreshing|getting) (?:the )?(?:remote )?state",
            "Failed to (?:load|get|read|refresh) (?:the )?(?:remote )?(?:state|existing workspaces|backend)",
            "remote state",
            "backend",
        ),
        "the backend, which keeps the state, could not be used: look at `backend` of the stage in cloudless.toml",
    ),
    (
        _any("dial tcp", "no such host", "i/o timeout", "connection refused", "TLS handshake", "deadline exceeded"),
        "the network, or the cloud, could not be reached: run it again",
    ),
)
_STALE = _any(
    r'please run:?\s+"?(?:terraform|tofu) init',
    "Inconsistent dependency lock file",
    "Module not installed",
    "Required plugins are not installed",
    "[Ii]nitialization required",
    "Missing required provider",
)


def failed(what: str, text: str, folder: str, hints: Iterable[Hint] = ()) -> TerraformError:
    """The error. what: was to be done, "terraform plan". text: what was written to stderr. hints: of the provider."""
    line = _locked(text, folder) or _first(text, folder, [*_STATE, *hints, *_CLOUD, *_REACH]) or _said(text)
    return TerraformError(f"{what} failed: {line}", text.strip())


def needs_init(text: str) -> bool:
    """Whether it failed because plugins, modules or the backend are not those of the last `init`."""
    return re.search(_STALE, text) is not None


def _first(text: str, folder: str, hints: Iterable[Hint]) -> str:
    return next((line.replace("{}", folder) for pattern, line in hints if re.search(pattern, text)), "")


def _locked(text: str, folder: str) -> str:
    """Who has the lock, as far as the backend says; "" where the text is of something else."""
    if _LOCKED not in text:
        return ""
    known = dict(re.findall(r"^\s*(ID|Who|Created|Operation):\s+(\S.*?)\s*$", text, re.MULTILINE))
    held = re.search(r"already locked: ID=(\S+)", text)  # which of several IDs it is: the details are then our own
    id = held[1] if held else known.get("ID", "ID")
    who = "" if held or "Who" not in known else f" by {known['Who']} since {known.get('Created', 'a while')[:19]}"
    return (
        f"the state is locked{who}: somebody deploys. Wait for them (-- -lock-timeout=10m); where nobody does any "
        f"more: terraform -chdir={folder} force-unlock {id}"
    )


def _said(text: str) -> str:
    """What Terraform itself says first."""
    found = re.search(r"Error: (.+)", text)
    return found[1].strip() if found else "it says why above" if text.strip() else "it does not say why"
