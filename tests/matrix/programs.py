"""The programs: what is done to each example."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from datetime import timedelta
from typing import Any

from cloudless.conformance.harness import START
from tests.matrix.program import ROOT, Program, Step, advance, invoke, letters, redrive, request, run, send, show

PAYLOADS = ROOT.parent / "shared" / "webhooks" / "github.jsonl"
"""246 deliveries of GitHub: real input, which is no part of the repository."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def hello() -> Program:
    """Messages from outside."""
    return Program(
        "01-hello", (*(send("greetings", {"name": name}) for name in ("Ada", "é😀")), run(), letters("greetings"))
    )


def surveys() -> Program:
    """Six documents at a time, of which one cannot be read."""
    return Program(
        "05-fan-out",
        (
            request("POST", "/surveys/sample"),
            request("GET", "/surveys/{id}"),
            run(),
            request("GET", "/surveys/{id}"),
            invoke("list_documents", shelf="sample"),
        ),
    )


def orders() -> Program:
    """Accepted, taken once, fulfilled, approved, given up and redriven; two working days pass."""
    good = {"id": "1", "region": "eu", "items": ["pen", "ink"], "total": 9.5}
    dear = {**good, "id": "2", "region": "asia", "total": 5_000.0}
    buyer = ("customer", {"sub": "ada", "scope": "orders:write"})
    key = {"x-api-key": "operator-1"}
    return Program(
        "02-orders",
        (
            request("POST", "/orders", json=good, token=buyer),
            request("POST", "/orders", json=good, token=buyer),
            request("POST", "/orders", json={**good, "region": "moon"}, token=buyer),
            request("POST", "/orders", json=good),
            request("POST", "/orders", json=good, token=("customer", {"sub": "eve"})),
            run(),
            request("GET", "/orders/1", token=buyer),
            request("GET", "/orders/none", token=buyer),
            advance(HOUR),
            request("GET", "/orders/1", token=buyer),
            show("fulfil", "1"),
            request("POST", "/orders", json=dear, token=buyer),
            run(),
            request("POST", "/orders/2/approval", json={"granted": True}, headers=key),
            request("POST", "/orders/2/approval", json={"granted": True}, headers={"x-api-key": "guessed"}),
            advance(HOUR),
            show("fulfil", "2"),
            request("POST", "/orders", json={**dear, "id": "3"}, token=buyer),
            advance(3 * DAY),
            show("fulfil", "3"),
            request("POST", "/orders", json={**good, "id": "4", "items": []}, token=buyer),
            run(),
            request("GET", "/orders/failed", headers=key),
            letters("orders"),
            redrive("orders"),
            run(),
            letters("orders"),
            invoke("pack", item="pencil"),
        ),
        secrets={"operator-keys": "operator-1,operator-2"},
        config={"review-above": 500.0},
        issuers={"customer": {"issuer": "https://id.example", "audience": "orders", "scopes": ["orders:write"]}},
    )


def trips() -> Program:
    """Two trips where there is one car: what the second one had booked is cancelled."""
    return Program(
        "04-trip-saga",
        (
            request("POST", "/trips", json={"id": "1", "to": "Rome"}),
            request("POST", "/trips", json={"id": "1", "to": "Rome"}),
            run(),
            request("GET", "/trips/1"),
            show("travel", "1"),
            request("POST", "/trips", json={"id": "2", "to": "Oslo"}),
            run(),
            request("GET", "/trips/2"),
            show("travel", "2"),
            request("GET", "/trips/3"),
            invoke("book_room", trip="9"),
        ),
    )


def approvals() -> Program:
    """Granted at once, by the director after a reminder, and never; forged and late answers."""

    def wish(id: str) -> Step:
        return request("POST", "/purchases", json={"id": id, "what": "a desk", "of": "ada", "manager": "grace"})

    return Program(
        "06-approval",
        (
            wish("1"),
            run(),
            request("GET", "/answers?token={token -1}"),
            request("POST", "/answers/yes?token={token -1}"),
            run(),
            show("purchase", "1"),
            request("POST", "/answers/no?token={token -1}"),
            request("POST", "/answers/yes?token=forged"),
            wish("2"),
            advance(2.5 * DAY),
            request("POST", "/answers/no?token={token -1}"),
            run(),
            show("purchase", "2"),
            wish("3"),
            advance(4 * DAY),
            show("purchase", "3"),
            request("POST", "/answers/yes?token={token -1}"),
        ),
        secrets={"link-key": "an example of thirty-two letters"},
    )


def webhooks(most: int = 60) -> Program:
    """Real deliveries, some sent again, some signed wrongly; one of Standard Webhooks."""
    secret = "old-secret"
    lines = PAYLOADS.read_text("utf-8").splitlines()
    steps = list[Step]()
    for number, line in enumerate(lines[:: max(1, len(lines) // most)]):
        delivery: dict[str, Any] = json.loads(line)
        body = json.dumps(delivery["payload"], ensure_ascii=False)
        sent = _github(f"d{number}", delivery["event"], body, secret)
        steps += [sent] * (2 if number % 7 == 0 else 1)
        if number % 10 == 0:
            steps += [_github(f"d{number}", delivery["event"], body, "guessed"), run()]
    standard = _standard("s1", '{"type":"issues","n":"é😀"}', secret, START.timestamp())
    late = _standard("s2", "{}", secret, START.timestamp() - 400)
    return Program(
        "03-webhooks",
        (*steps, run(), standard, standard, late, run(), letters("received")),
        secrets={"webhook-secret": f"new-secret, {secret}"},
        config={"database": "{folder}/webhooks.db"},
    )


def _github(id: str, event: str, body: str, secret: str) -> Step:
    signature = hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json", "X-GitHub-Event": event, "X-GitHub-Delivery": id,
        "X-Hub-Signature-256": f"sha256={signature}",
    }  # fmt: skip
    return request("POST", "/webhooks/github", body=body, headers=headers)


def _standard(id: str, body: str, secret: str, at_s: float) -> Step:
    """https://www.standardwebhooks.com."""
    signed = f"{id}.{at_s:.0f}.{body}".encode()
    signature = b64encode(hmac.digest(secret.encode(), signed, hashlib.sha256)).decode()
    headers = {
        "Content-Type": "application/json", "Webhook-Id": id, "Webhook-Timestamp": f"{at_s:.0f}",
        "Webhook-Signature": f"v1,{signature}",
    }  # fmt: skip
    return request("POST", "/webhooks/standard", body=body, headers=headers)
