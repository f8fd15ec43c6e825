"""Who sent a delivery: signatures, compared in constant time, with any of the secrets that count at the moment."""

import base64
import hashlib
import hmac

from cloudless import Request

WINDOW_S = 300
"""How old a signed time may be, or how far ahead: https://www.standardwebhooks.com (verifying the timestamp)."""


def key_of_github(request: Request, secrets: str) -> str | None:
    """What a delivery of GitHub is known by; None where its signature is wrong.

    GitHub signs the body alone, so it is a digest of that: whoever copied a delivery may send it under another id, and
    it is the same delivery. https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    """
    given = request.headers.get("x-hub-signature-256", "")
    right = [f"sha256={mac.hex()}" for mac in _macs(secrets, request.body)]
    return hashlib.sha256(request.body).hexdigest() if _has_any([given], right) else None


def key_of_relay(request: Request, secrets: str) -> str | None:
    """What a delivery by Standard Webhooks is known by; None where its signature is wrong, or its time is not now.

    Id, time and body are signed, so it is the id. A copy is good for five minutes, in which the id is remembered.
    """
    id, sent = request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "")
    if "." in id:  # dots part what is signed: it could be cut elsewhere, and be another id
        return None
    age_s = request.received_at.timestamp() - int(sent) if sent.isdecimal() and len(sent) < 12 else WINDOW_S + 1
    signed = b".".join([_bytes(id), _bytes(sent), request.body])
    right = [f"v1,{base64.b64encode(mac).decode()}" for mac in _macs(secrets, signed)]
    given = request.headers.get("webhook-signature", "").split()
    return id if _has_any(given, right) and abs(age_s) <= WINDOW_S else None


def _macs(secrets: str, text: bytes) -> list[bytes]:
    """What each of the secrets signs a text with. One that is empty is none: anybody has it."""
    return [hmac.digest(secret.strip().encode(), text, "sha256") for secret in secrets.split(",") if secret.strip()]


def _has_any(given: list[str], right: list[str]) -> bool:
    """Whether one that was given is right. All are compared, so that time tells nothing."""
    same = [hmac.compare_digest(_bytes(one), other.encode()) for one in given for other in right]
    return any(same)


def _bytes(header: str) -> bytes:
    """Of whatever characters a platform hands over."""
    return header.encode("utf-8", "surrogatepass")
