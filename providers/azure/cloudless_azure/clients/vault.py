"""One Key Vault over plain REST: the one call that secrets and keys need.

The official client would more than double a cold start (docs/decisions/0012-azure-tables-over-rest.md).
https://learn.microsoft.com/en-us/rest/api/keyvault/secrets/get-secret/get-secret
May import: the standard library.
"""

from __future__ import annotations

import time

from cloudless.codec import is_object
from cloudless.driver.rest import Service
from cloudless.errors import MissingSecret, PermissionDenied
from cloudless_azure.clients.errors import of_status
from cloudless_azure.clients.identity import VAULT_SCOPE, Identity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cloudless.driver.rest import Answer, Pause

TIMEOUT_S = 10.0
UNSET = "cloudless/unset"
"""Content type of a secret that Terraform made and nobody has given a value."""
_VERSION = "7.4"


class Stored:
    """A secret's current version. content_type: "" where it has none."""

    __slots__ = ("content_type", "value")

    def __init__(self, value: str, content_type: str) -> None:
        self.value = value
        self.content_type = content_type


class Vault:
    """Safe from several threads. url: https://<name>.vault.azure.net."""

    __slots__ = ("_identity", "_service")

    def __init__(self, url: str, pause: Pause = time.sleep) -> None:
        self._service = Service(url, "Key Vault", TIMEOUT_S, pause)
        self._identity = Identity()

    @property
    def url(self) -> str:
        """Where it is."""
        return self._service.url

    @property
    def name(self) -> str:
        """What `az keyvault` calls it."""
        return self.url.partition("://")[2].partition(".")[0]

    def secret(self, name: str) -> Stored:
        """The current version of a secret.

        Raises MissingSecret (there is none of that name, or it is disabled), PermissionDenied, and Unavailable.
        """
        headers = {"Authorization": f"Bearer {self._identity.get_token(VAULT_SCOPE).token}"}
        answer = self._service.patiently("GET", f"/secrets/{name}?api-version={_VERSION}", headers=headers)
        found = answer.json()
        if answer.status == 200 and is_object(found):
            return Stored(str(found.get("value", "")), found.get("contentType") or "")
        raise _refusal(answer, name)

    def close(self) -> None:
        """Close the connections."""
        self._service.close()


def _refusal(answer: Answer, name: str) -> Exception:
    """https://learn.microsoft.com/en-us/azure/key-vault/general/rest-error-codes."""
    error = _part(answer.json(), "error")
    code = _part(error, "innererror").get("code") or error.get("code", "")
    text = f"Key Vault answered {answer.status} for secret {name!r}: {code} {error.get('message', answer.text())}"
    if answer.status == 404 or code == "SecretDisabled":
        return MissingSecret(text)
    return PermissionDenied(text) if answer.status in {401, 403} else of_status(answer.status, text)


def _part(found: Any, name: str) -> dict[str, Any]:
    """An object in an object; an empty one where it is not as it should be."""
    part = found.get(name) if is_object(found) else None
    return part if is_object(part) else {}
