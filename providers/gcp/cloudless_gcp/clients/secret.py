"""The secret driver over Secret Manager."""

from __future__ import annotations

from binascii import a2b_base64

from cloudless.errors import InvalidArgument, MissingSecret, NotFound
from cloudless_gcp.clients.denied import Grant, address_of, needing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from cloudless_gcp.clients.rest import Google

_SECRETS = "https://secretmanager.googleapis.com/v1/"


class SecretManagerSecrets:
    """See `cloudless.driver.secret.SecretDriver`. Safe from several threads.

    addresses: full name by logical name, projects/P/secrets/S; of `existing=`, with a version, …/versions/5.
    """

    __slots__ = ("_addresses", "_google")

    def __init__(self, addresses: Mapping[str, str], google: Google) -> None:
        self._addresses = addresses
        self._google = google

    def read(self, secret: str) -> str:
        name = address_of(self._addresses, "read", "secret", secret)
        version = name if "/versions/" in name else f"{name}/versions/latest"
        what = f"reading secret {secret!r}"
        with needing(Grant("read", "secret", secret, "secretmanager.versions.access", name)):
            try:
                found = self._google.call("GET", f"{_SECRETS}{version}:access", None, what)
            except (NotFound, InvalidArgument) as problem:  # none yet; disabled or destroyed
                raise _missing(secret, name, problem) from problem
        return a2b_base64(found["payload"]["data"]).decode()

    def close(self) -> None:
        """Nothing: the connections are the cloud's."""


def _missing(secret: str, name: str, problem: Exception) -> MissingSecret:
    """Of a secret that has no version, or whose version is disabled or destroyed.

    https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access
    """
    _, project, _, id = name.split("/")[:4]
    return MissingSecret(
        f"secret {secret!r} has no value in this stage: {problem}. Give it one: "
        f"gcloud secrets versions add {id} --project {project} --data-file <file>"
    )
