"""An event knows who waits for it, by whatever way."""

from __future__ import annotations

from cloudless import ir
from cloudless.ir.orchestration import FUNCTION, ORCHESTRATION
from cloudless.ir.type import NONE, Type
from cloudless.passes.waiters import waiters

SPAN = ir.Span("shop.py", 1)
NOTHING = Type(NONE)


def orchestration(name: str, *, waits: tuple[str, ...] = (), calls: tuple[str, ...] = ()) -> ir.Orchestration:
    callees = [ir.Callee(callee, ORCHESTRATION, (), NOTHING) for callee in calls]
    callees.append(ir.Callee("charge", FUNCTION, (), NOTHING))
    return ir.Orchestration(
        name=name,
        module="shop",
        qualname=name,
        parameters=(),
        result=NOTHING,
        body=(),
        waits=waits,
        calls=tuple(callees),
        span=SPAN,
    )


def test_an_orchestration_waits_for_what_those_that_it_calls_wait_for() -> None:
    application = ir.Application(
        name="shop",
        events=tuple(
            ir.Event(name=name, body=ir.TypeRef(name="JSON"), span=SPAN) for name in ("answer", "approval", "unused")
        ),
        orchestrations=(
            orchestration("ask", waits=("approval",)),
            orchestration("charge", waits=("answer",)),
            orchestration("fulfil", calls=("review",)),
            orchestration("review", calls=("ask", "fulfil")),
        ),
    )
    found = {event.name: event.waiters for event in waiters(application).events}
    assert found == {"answer": ("charge",), "approval": ("ask", "fulfil", "review"), "unused": ()}
