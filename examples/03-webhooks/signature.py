"""Signatures of webhooks: compared in constant time, with any of the secrets that count at the moment."""

import base64
import hmac
from collections.abc import Callable

from cloudless import Request

WINDOW_S = 300
"""How old a signed time may be, or how far ahead: https://www.standardwebhooks.com (verifying the timestamp)."""


def deliveries_of_github(request: Request, secrets: str) -> str | None:
    """The id of a delivery of GitHub; None where its signature is wrong.

    https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    """
    given = request.headers.get("x-hub-signature-256", "")
    id = request.headers.get("x-github-delivery", "")
    return id if is_signed(request.body, given, secrets, lambda digest: f"sha256={digest.hex()}") else None


def deliveries_of_standard(request: Request, secrets: str) -> str | None:
    """The id of a delivery by Standard Webhooks; None where its signature is wrong, or its time is not now."""
    id, sent = request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "")
    age_s = request.received_at.timestamp() - int(sent) if sent.isdecimal() else WINDOW_S + 1
    signed = b".".join([id.encode(), sent.encode(), request.body])
    for given in request.headers.get("webhook-signature", "").split():
        if (
            is_signed(signed, given, secrets, lambda digest: f"v1,{base64.b64encode(digest).decode()}")
            and abs(age_s) <= WINDOW_S
        ):
            return id
    return None


def is_signed(text: bytes, given: str, secrets: str, written: Callable[[bytes], str]) -> bool:
    """Whether a signature is that of a text, with any of the secrets. Each is compared, so that time tells nothing."""
    expected = [written(hmac.digest(secret.strip().encode(), text, "sha256")) for secret in secrets.split(",")]
    same = [hmac.compare_digest(one.encode(), given.encode()) for one in expected]
    return any(same)
