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
    if "." in id:  # dots part what is signed: it could be cut elsewhere, and be another id
        return None
    age_s = request.received_at.timestamp() - int(sent) if sent.isdecimal() and len(sent) < 12 else WINDOW_S + 1
    signed = b".".join([encoded(id), encoded(sent), request.body])
    for given in request.headers.get("webhook-signature", "").split():
        if (
            is_signed(signed, given, secrets, lambda digest: f"v1,{base64.b64encode(digest).decode()}")
            and abs(age_s) <= WINDOW_S
        ):
            return id
    return None


def is_signed(text: bytes, given: str, secrets: str, written: Callable[[bytes], str]) -> bool:
    """Whether a signature is that of a text, with any of the secrets. Each is compared, so that time tells nothing.

    A secret that is empty is none: anybody has it.
    """
    keys = [secret.strip().encode() for secret in secrets.split(",") if secret.strip()]
    same = [hmac.compare_digest(written(hmac.digest(key, text, "sha256")).encode(), encoded(given)) for key in keys]
    return any(same)


def encoded(header: str) -> bytes:
    """Of whatever characters a platform hands over."""
    return header.encode("utf-8", "surrogatepass")
