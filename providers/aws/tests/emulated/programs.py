"""What is done to examples where time is real: what needs no waiting, and does not depend on how fast anything is.

Waits of `sleep` last no time on the emulator, and those for an event last until it comes. So nobody asks how an
execution stands before it has ended.
"""

from __future__ import annotations

from datetime import timedelta

from tests.matrix import programs
from tests.matrix.program import Program, Step, advance, invoke, letters, redrive, request, run, send, show

HOUR = timedelta(hours=1)
_STANDARD = "/webhooks/standard"


def hello() -> Program:
    """Messages from outside, and one that no attempt can greet."""
    steps = (
        *(send("greetings", {"name": name}) for name in ("Ada", "é😀")),
        send("greetings", {"nome": "Ada"}),
        run(),
        letters("greetings"),
        redrive("greetings"),
        run(),
        letters("greetings"),
    )
    return Program(programs.hello().example, steps)


def orders() -> Program:
    """Accepted, taken once, fulfilled, approved, given up and redriven."""
    whole = programs.orders()
    good = {"id": "1", "region": "eu", "items": ["pen", "ink"], "total": 9.5}
    dear = {**good, "id": "2", "region": "asia", "total": 5_000.0}
    buyer = ("customer", {"sub": "ada", "scope": "orders:write"})
    key = {"x-api-key": "operator-1"}
    steps = (
        request("POST", "/orders", json=good, token=buyer),
        request("POST", "/orders", json={**good, "region": "moon"}, token=buyer),
        request("POST", "/orders", json=good),
        request("POST", "/orders", json=good, token=("customer", {"sub": "eve"})),
        request("GET", "/orders/none", token=buyer),
        advance(HOUR),
        show("fulfil", "1"),
        request("GET", "/orders/1", token=buyer),
        request("POST", "/orders", json=dear, token=buyer),
        run(),
        request("POST", "/orders/2/approval", json={"granted": True}, headers={"x-api-key": "guessed"}),
        request("POST", "/orders/2/approval", json={"granted": True}, headers=key),
        advance(HOUR),
        show("fulfil", "2"),
        request("POST", "/orders", json={**good, "id": "4", "items": []}, token=buyer),
        run(),
        request("GET", "/orders/failed", headers=key),
        letters("orders"),
        redrive("orders"),
        run(),
        letters("orders"),
        invoke("pack", item="pencil"),
    )
    return Program(whole.example, steps, whole.secrets, whole.config, whole.issuers)


def approvals() -> Program:
    """Granted at once; forged and late answers."""
    whole = programs.approvals()
    wish = {"id": "1", "what": "a desk", "of": "ada", "manager": "grace"}
    steps = (
        request("POST", "/purchases", json=wish),
        run(),
        request("GET", "/answers?token={token -1}"),
        request("POST", "/answers/yes?token={token -1}"),
        run(),
        show("purchase", "1"),
        run(),
        request("POST", "/answers/no?token={token -1}"),
        request("POST", "/answers/yes?token=forged"),
    )
    return Program(whole.example, steps, whole.secrets)


def webhooks() -> Program:
    """A few real deliveries, some sent again, one signed wrongly; none that says when it was signed."""
    whole = programs.webhooks(8)
    return Program(whole.example, tuple(filter(_is_timeless, whole.steps)), whole.secrets, whole.config)


def _is_timeless(step: Step) -> bool:
    return step.get("path") != _STANDARD


trips = programs.trips
