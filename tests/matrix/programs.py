"""The programs: what is done to each example."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from cloudless.conformance.harness import START
from tests.matrix.faults import CRASH, EXCEPTION, KINDS, LOST
from tests.matrix.program import ROOT, Program, Step, advance, fault, invoke, letters, redrive, request, run, send, show
from tests.matrix.repository_events import repository_events
from tests.matrix.webhooks import by_github, by_standard

PAYLOADS = ROOT.parent / "shared" / "webhooks" / "github.jsonl"
"""246 deliveries of GitHub: real input, which is no part of the repository."""
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def hello() -> Program:
    """Messages from outside, under each fault, and one that no attempt can greet."""
    several = (step for kind in KINDS for step in (fault(kind, "greet"), send("greetings", {"name": kind}), run()))
    return Program(
        "01-hello",
        (
            *(send("greetings", {"name": name}) for name in ("Ada", "é😀")),
            run(),
            *several,
            letters("greetings"),
            send("greetings", {"nome": "Ada"}),
            run(),
            letters("greetings"),
            redrive("greetings"),
            run(),
            letters("greetings"),
        ),
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
            fault(CRASH, "list_documents"),
            fault(EXCEPTION, "tell"),
            request("POST", "/surveys/sample"),
            run(),
            request("GET", "/surveys/{id}"),
            fault(LOST, "tell"),
            request("POST", "/surveys/sample"),
            run(),
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
            *_disturbed(
                lambda id: request("POST", "/orders", json={**good, "id": id}, token=buyer),
                ("5", fault(EXCEPTION, "take"), fault(EXCEPTION, "charge"), fault(EXCEPTION, "mail")),
                ("6", fault(CRASH, "take"), fault(CRASH, "print_label"), fault(LOST, "ship")),
                ("7", fault(LOST, "take"), fault(LOST, "charge")),
            ),
            letters("orders"),
            *(show("fulfil", id) for id in "567"),
        ),
        secrets={"operator-keys": "operator-1,operator-2"},
        config={"review-above": 500.0},
        issuers={"customer": {"issuer": "https://id.example", "audience": "orders", "scopes": ["orders:write"]}},
    )


def _disturbed(sent: Callable[[str], Step], *cases: tuple[str, *tuple[Step, ...]]) -> Iterator[Step]:
    """One message at a time, under faults: where several travel together, a crash brings some clouds' others again."""
    for id, *several in cases:
        yield from (*several, sent(id), run(), advance(HOUR / 2 + MINUTE))


def trips() -> Program:
    """Two trips where there is one car: what the second one had booked is cancelled.

    The companies forget what they sold when an instance dies, so the first trip has what may make them forget.
    """
    return Program(
        "04-trip-saga",
        (
            *(fault(CRASH, "book_flight"), fault(LOST, "book_room"), fault(EXCEPTION, "book_car")),
            request("POST", "/trips", json={"id": "1", "to": "Rome"}),
            request("POST", "/trips", json={"id": "1", "to": "Rome"}),
            run(),
            request("GET", "/trips/1"),
            show("travel", "1"),
            fault(LOST, "cancel_room"),
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
            fault(CRASH, "ask"),
            fault(EXCEPTION, "deliver"),
            wish("4"),
            run(),
            request("POST", "/answers/yes?token={token -1}"),
            fault(LOST, "deliver"),
            run(),
            show("purchase", "4"),
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
        sent = by_github(f"d{number}", delivery["event"], body, secret)
        steps += [sent] * (2 if number % 7 == 0 else 1)
        if number % 10 == 0:
            steps += [by_github(f"d{number}", delivery["event"], body, "guessed"), run()]
    standard = by_standard("s1", '{"type":"issues","n":"é😀"}', secret, START.timestamp())
    late = by_standard("s2", "{}", secret, START.timestamp() - 400)
    return Program(
        "03-webhooks",
        (*steps, run(), standard, standard, late, run(), *_under_faults(secret), letters("received")),
        secrets={"webhook-secret": f"new-secret, {secret}"},
        config={"database": "{folder}/webhooks.db"},
    )


def _under_faults(secret: str) -> Iterator[Step]:
    """What was handled is never handled again; what died on the way, is."""
    for kind in KINDS:
        sent = by_github(f"under-{kind}", "release", "{}", secret)
        yield from (fault(kind, "route"), fault(kind, "announce"), sent, run(), sent, run())


PROGRAMS: Mapping[str, Callable[[], Program]] = {
    "01-hello": hello,
    "02-orders": orders,
    "03-webhooks": webhooks,
    "04-trip-saga": trips,
    "05-fan-out": surveys,
    "06-approval": approvals,
    "10-repository-events": repository_events,
}
"""What makes the program of each example. FileNotFoundError where that plays what is no part of the repository."""
