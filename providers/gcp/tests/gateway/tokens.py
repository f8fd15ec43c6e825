"""Who gives tokens to those outside: OAuth's token endpoint, and IAM Credentials.

https://developers.google.com/identity/protocols/oauth2/service-account#httprest
https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from providers.gcp.tests.errors import ApiError, answered
from providers.gcp.tests.iam import DEPLOYER, Identities
from providers.gcp.tests.iam.identity import LIFETIME_S
from tests.hosting.http import Request, Response

TOKEN_PATH = "/token"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_NAME = "deployer"


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


class Tokens:
    """Of one project. Whoever deploys has a service account's key, and may do everything."""

    def __init__(self, identities: Identities, project: str) -> None:
        self._identities = identities
        self.email = f"{_NAME}@{project}.iam.gserviceaccount.com"

    def write_key(self, file: Path, url: str) -> None:
        """The key of whoever deploys, as GOOGLE_APPLICATION_CREDENTIALS names one. url: of the gateway."""
        text = _key().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        told = {
            "type": "service_account",
            "project_id": self.email.partition("@")[2].partition(".")[0],
            "private_key_id": "of-tests",
            "private_key": text.decode(),
            "client_email": self.email,
            "token_uri": f"{url}{TOKEN_PATH}",
        }
        file.write_text(json.dumps(told), "utf-8")

    def exchange(self, request: Request) -> Response:
        """The token endpoint: an assertion that the key's holder signed, to a token."""
        form = dict(parse_qsl(request.body.decode()))
        if form.get("grant_type") != GRANT:
            return answered({"error": "unsupported_grant_type"}, 400)
        try:
            claims: dict[str, Any] = jwt.decode(
                form.get("assertion", ""), _key().public_key(), ["RS256"], options={"verify_aud": False}
            )
        except jwt.InvalidTokenError as problem:
            return answered({"error": "invalid_grant", "error_description": str(problem)}, 400)
        if "target_audience" in claims:
            return answered({"id_token": self._identities.id_token(self.member, claims["target_audience"])})
        token = self._identities.token(DEPLOYER)
        return answered({"access_token": token, "expires_in": LIFETIME_S, "token_type": "Bearer"})

    @property
    def member(self) -> str:
        return f"serviceAccount:{self.email}"

    def call(self, method: str, params: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        """IAM Credentials: a method by its id; raises ApiError."""
        member = f"serviceAccount:{str(params['name']).rpartition('/')[2]}"
        if method == "projects.serviceAccounts.generateIdToken":
            return {"token": self._identities.id_token(member, str(body["audience"]))}
        if method == "projects.serviceAccounts.generateAccessToken":
            return {"accessToken": self._identities.token(member), "expireTime": "2100-01-01T00:00:00Z"}
        raise ApiError("UNIMPLEMENTED", f"iamcredentials {method} is not in this model")
