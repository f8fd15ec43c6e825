"""Where the credentials of a process outside of Google Cloud are: by environment and files, without asking anybody.

https://cloud.google.com/docs/authentication/application-default-credentials#search_order
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from cloudless.codec import is_object
from cloudless.driver.denied import NotSignedIn
from cloudless_gcp.clients.errors import SIGN_IN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS"
PRODUCT = Path("/sys/class/dmi/id/product_name")
"""What the machine is: https://cloud.google.com/compute/docs/instances/detect-compute-engine."""
_NAME = "application_default_credentials.json"
_MACHINE = "Google"
SERVICES = frozenset({"CLOUD_RUN_JOB", "GAE_ENV", "GCE_METADATA_HOST", "K_SERVICE", "KUBERNETES_SERVICE_HOST"})
"""Set where there may be a metadata server and the machine does not say so: jobs of Cloud Run, sandboxes of GKE.

https://cloud.google.com/run/docs/container-contract#env-vars
https://cloud.google.com/appengine/docs/standard/python3/runtime#environment_variables
https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
"""
_WANTED: Mapping[str, tuple[str, ...]] = {
    "authorized_user": ("client_id", "client_secret", "refresh_token"),
    "external_account": ("audience", "subject_token_type", "token_url"),
    "external_account_authorized_user": ("client_id", "client_secret", "refresh_token"),
    "gdch_service_account": ("private_key",),
    "impersonated_service_account": ("service_account_impersonation_url", "source_credentials"),
    "service_account": ("client_email", "private_key", "token_uri"),
}
"""What files of each kind hold at least: https://google.aip.dev/auth/4110."""


def found(environment: Mapping[str, str] = os.environ, machine: Path = PRODUCT) -> Path | None:
    """The file with the credentials; None where this may be a machine of Google's, which has an account without a file.

    Raises NotSignedIn where it is neither, or the file holds none: then there is nobody to wait for.
    """
    said = environment.get(VARIABLE)
    file = Path(said) if said else kept(environment)
    if said or file.exists():
        who = f"{said} of {VARIABLE}" if said else str(file)
        check(_read(file, who), who)
        return file
    if is_googles(environment, machine):
        return None
    raise NotSignedIn(f"no credentials for Google Cloud: {SIGN_IN}")


def is_googles(environment: Mapping[str, str], machine: Path) -> bool:
    """Whether there may be a metadata server, as far as can be known without asking for it."""
    if SERVICES & environment.keys():
        return True
    try:
        return machine.read_text("utf-8").startswith(_MACHINE)
    except OSError:
        return False


def kept(environment: Mapping[str, str]) -> Path:
    """Where `gcloud auth application-default login` keeps what it was given."""
    if folder := environment.get("CLOUDSDK_CONFIG"):
        return Path(folder, _NAME)
    if os.name == "nt":
        return Path(environment.get("APPDATA", ""), "gcloud", _NAME)
    return Path(environment.get("HOME", ""), ".config", "gcloud", _NAME)


def _read(file: Path, who: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError as problem:
        raise NotSignedIn(f"{who} cannot be read ({problem.strerror}): {SIGN_IN}") from problem


def check(text: str | bytes, who: str) -> None:
    """Raise NotSignedIn for what is no credentials of Google's, good or not. who: names the text, for people."""
    try:
        held = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise NotSignedIn(f"{who} is no JSON, so no credentials of Google's: {SIGN_IN}") from problem
    kind = held.get("type") if is_object(held) else None
    wanted = _WANTED.get(kind) if isinstance(kind, str) else None
    if wanted is None:
        raise NotSignedIn(f"{who} holds no credentials of Google's, its type is {kind!r}: {SIGN_IN}")
    if missing := [name for name in wanted if not held.get(name)]:
        raise NotSignedIn(f"{who} is incomplete, it has no {', no '.join(missing)}: {SIGN_IN}")
