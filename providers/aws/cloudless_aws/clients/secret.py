"""The secret driver over Secrets Manager."""

from __future__ import annotations

from cloudless.errors import MissingSecret
from cloudless_aws.clients.denied import Grant, address_of, needing
from cloudless_aws.clients.sdk import Client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from cloudless_aws.clients.sdk import Sdk


class SecretsManagerSecrets:
    """See `cloudless.driver.secret.SecretDriver`. Safe from several threads. addresses: name or ARN by logical name."""

    __slots__ = ("_addresses", "_client", "_sdk")

    def __init__(self, addresses: Mapping[str, str], sdk: Sdk) -> None:
        self._addresses = addresses
        self._sdk = sdk
        self._client = Client(sdk, "secretsmanager")

    def read(self, secret: str) -> str:
        name = address_of(self._addresses, "read", "secret", secret)
        # the ARN of a secret ends in six characters that only AWS knows
        resource = self._sdk.arn("secretsmanager", f"secret:{name}-??????") if name[:4] != "arn:" else name
        with needing(Grant("read", "secret", secret, "secretsmanager:GetSecretValue", resource)):
            answer = self._client.call(f"reading secret {secret!r}", lambda client: _value_of(client, secret, name))
        return str(answer["SecretString"]) if "SecretString" in answer else answer["SecretBinary"].decode()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _value_of(client: Any, secret: str, name: str) -> Mapping[str, Any]:
    """The answer; of a secret that was never given a value, or is marked for deletion, MissingSecret.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
    """
    found = client.exceptions
    try:
        answer: Mapping[str, Any] = client.get_secret_value(SecretId=name)
    except (found.ResourceNotFoundException, found.InvalidRequestException) as problem:
        missing = MissingSecret(
            f"secret {secret!r} has no value in this stage: {problem}. Give it one: "
            f"aws secretsmanager put-secret-value --secret-id {name} --secret-string file://<file>"
        )
        missing.native = problem
        raise missing from problem
    return answer
