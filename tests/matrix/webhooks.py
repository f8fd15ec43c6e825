"""Signed deliveries, as steps of a program."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode

from tests.matrix.program import Step, request


def by_github(id: str, event: str, body: str, secret: str) -> Step:
    """As GitHub signs it: the body alone.

    https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    """
    signature = hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json", "X-GitHub-Event": event, "X-GitHub-Delivery": id,
        "X-Hub-Signature-256": f"sha256={signature}",
    }  # fmt: skip
    return request("POST", "/webhooks/github", body=body, headers=headers)


def by_standard(id: str, body: str, secret: str, at_s: float) -> Step:
    """https://www.standardwebhooks.com."""
    signed = f"{id}.{at_s:.0f}.{body}".encode()
    signature = b64encode(hmac.digest(secret.encode(), signed, hashlib.sha256)).decode()
    headers = {
        "Content-Type": "application/json", "Webhook-Id": id, "Webhook-Timestamp": f"{at_s:.0f}",
        "Webhook-Signature": f"v1,{signature}",
    }  # fmt: skip
    return request("POST", "/webhooks/standard", body=body, headers=headers)
