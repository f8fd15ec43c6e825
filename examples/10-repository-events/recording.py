"""Makes recordings for `cloudless run --events FILE`: deliveries as GitHub sends them, signed with the secret "demo".

python recording.py                     the story of `payloads.jsonl`, with operators in it: that is events.jsonl
python recording.py DELIVERIES.jsonl    any others, a line of {"event": …, "payload": …} each, and their digests
"""

import hashlib
import hmac
import json
import sys
from base64 import b64encode
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from github.payload import Payload

START = datetime(2026, 1, 2, 12, tzinfo=UTC)
"""When a simulation begins: what a relay signs holds for five minutes."""
DAY = 24 * 60
"""Minutes."""
SECRET, KEY = b"demo", "demo-key"
PAYLOADS = Path(__file__).with_name("payloads.jsonl")
Line = dict[str, Any]


def deliveries(file: Path) -> list[tuple[str, str]]:
    """Event and body of each delivery of a file."""
    with file.open(encoding="utf-8") as lines:
        told = [json.loads(line) for line in lines]
    return [(one["event"], json.dumps(one["payload"], ensure_ascii=False)) for one in told]


def by_github(event: str, body: str, id: str, secret: bytes = SECRET) -> Line:
    """As GitHub sends it."""
    headers = {
        "Content-Type": "application/json",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": id,
        "X-Hub-Signature-256": "sha256=" + hmac.new(secret, body.encode(), hashlib.sha256).hexdigest(),
    }
    return {"request": "POST /webhooks/github", "text": body, "headers": headers}


def by_relay(event: str, body: str, id: str, at: datetime = START, secret: bytes = SECRET) -> Line:
    """As a relay sends it that keeps to Standard Webhooks."""
    sent, text = f"{at.timestamp():.0f}", json.dumps({"type": event, "data": json.loads(body)}, ensure_ascii=False)
    signature = hmac.digest(secret, f"{id}.{sent}.{text}".encode(), "sha256")
    headers = {
        "Content-Type": "application/json",
        "Webhook-Id": id,
        "Webhook-Timestamp": sent,
        "Webhook-Signature": f"v1,{b64encode(signature).decode()}",
    }
    return {"request": "POST /webhooks/relay", "text": text, "headers": headers}


def operator(request: str, **sent: Any) -> Line:
    """What an operator does. sent: body=."""
    return {"request": request, **sent, "headers": {"X-Api-Key": KEY}}


def advance(minutes: int) -> Line:
    return {"advance": f"{minutes}m"}


def assigned(logins: Iterable[str], team: str) -> list[Line]:
    return [operator(f"PUT /accounts/{login}", body={"team": team}) for login in logins]


LOOKS = [
    operator("GET /timelines"),
    operator("GET /mails/berlin"),
    operator("GET /mails/kolkata"),
    operator("GET /dead-letters"),
]


def story() -> Iterator[Line]:
    """A weekend: sent, sent again, forged, late; approved, refused, forgotten; given up, redriven."""
    sent = [by_github(event, body, f"d{number}") for number, (event, body) in enumerate(deliveries(PAYLOADS))]
    events = deliveries(PAYLOADS)
    yield from [*assigned(["acme"], "berlin"), *assigned(["yonder"], "kolkata")]
    yield from sent[:13]
    yield by_github(*events[0], "copied")  # another id: the same delivery
    yield by_github(*events[1], "forged", secret=b"guessed")
    yield by_relay(*events[9], "r1")
    yield by_relay(*events[9], "r1")
    yield by_relay(*events[9], "r2", at=START.replace(hour=11))  # signed an hour ago
    yield advance(20)
    yield operator("GET /dead-letters")
    yield operator("POST /releases/501/decision", body={"granted": True, "by": "ada"})
    yield advance(40)
    yield from [*sent[13:18], sent[19]]
    yield advance(20)
    yield sent[18]  # a release is deleted
    yield operator("POST /releases/503/decision", body={"granted": True, "by": "ada"})  # the same version once more
    yield operator("POST /releases/602/decision", body={"granted": False, "by": "grace"})
    yield from assigned(["stranger"], "kolkata")
    yield operator("POST /dead-letters/redrive")
    yield advance(40)
    yield from sent[20:]
    yield advance(DAY)
    yield operator("GET /releases/603")
    yield advance(2 * DAY - 4 * 60)
    yield from [operator(f"GET /releases/{id}") for id in (501, 502, 503, 504, 601, 602, 603)]
    yield from LOOKS


def day(events: list[tuple[str, str]]) -> Iterator[Line]:
    """All of these within a quarter of an hour, and their digests. Accounts are the teams' by turns."""
    accounts = sorted({Payload.model_validate_json(body).account for _, body in events})
    yield from [*assigned(accounts[::2], "berlin"), *assigned(accounts[1::2], "kolkata")]
    for number, (event, body) in enumerate(events):
        yield by_github(event, body, f"d{number}")
        if number % 20 == 19:
            yield advance(1)
    yield advance(3 * DAY)
    yield from LOOKS


if __name__ == "__main__":
    for line in day(deliveries(Path(sys.argv[1]))) if len(sys.argv) > 1 else story():
        print(json.dumps(line, ensure_ascii=False))  # noqa: T201
