"""wait_for: wait for an event, {"v": payload} or {"err": error}.

The broker is told a callback endpoint of ours: it sends an event there, now or when one comes.
https://cloud.google.com/workflows/docs/creating-callback-endpoints
"""

from __future__ import annotations

from cloudless_gcp.compile.workflows.plan import Plan
from cloudless_gcp.compile.workflows.prelude.broker import patiently
from cloudless_gcp.compile.workflows.prelude.end import IS_OVER, LAST_S, overdue, until
from cloudless_gcp.compile.workflows.prelude.pause import LONGEST_S
from cloudless_gcp.compile.workflows.prelude.words import Plain, Steps, assign, error, steps, switch

_AGAIN_S = 60
"""How long an event may be on its way that the broker has taken already."""


def wait_for(plan: Plan, name: str) -> Plain:
    """Routine `wait_for`."""
    ask = plan.called(name, plan.ours("ask_settled"))
    named = steps(**_opened(plan, ask), **_limited(plan), **_awaited(), **_missed(plan, ask), **_ended(plan))
    return {"params": ["run", "event", "id", "key", {"most_s": None}], "steps": named}


def _opened(plan: Plan, ask: str) -> Steps:
    """An endpoint, which the broker is told."""
    callback = {"http_callback_method": "POST"}
    return {
        "open": {"call": "events.create_callback_endpoint", "args": callback, "result": "callback"},
        "tell": _told(plan, ask, "wait"),
        "told": switch(('"err" in answer', "failed")),
    }


def _told(plan: Plan, ask: str, op: str) -> Plain:
    """Tell the broker "wait", or "leave"."""
    body = {
        "op": op, "orchestration": plan.main.name, "execution": "${run.execution}", "event": "${event}",
        "url": "${callback.url}",
    }  # fmt: skip
    args = {"run": "${run}", "to": plan.targets.broker, "id": "${id}", "key": "${key}", **patiently(), "body": body}
    return {"call": ask, "args": args, "result": "answer"}


def _limited(plan: Plan) -> Steps:
    """Until when: no longer than the execution has left."""
    return {
        "prepare": assign(("limit_s", f"${{default(most_s, {LONGEST_S})}}"), ("received", None)),
        "time": until(plan, switch(("run.until - sys.now() > limit_s", "attempt"))),
        "cut": until(plan, assign(("limit_s", "${run.until - sys.now()}"))),
        "ended": until(plan, switch((f"limit_s < {LAST_S}", "overdue"))),
    }


def _awaited() -> Steps:
    """The wait; what it raises but a time-out goes on."""
    args = {"callback": "${callback}", "timeout": "${limit_s}"}
    return {
        "attempt": assign(("missed", None)),
        "wait": {
            "try": {"call": "events.await_callback", "args": args, "result": "received"},
            "except": {"as": "e", "steps": [{"caught": assign(("missed", "${e}"))}]},
        },
        "come": switch(("missed == null", "done"), ('"TimeoutError" in missed.tags', "missing")),
        "strange": {"raise": "${missed}"},
    }


def _missed(plan: Plan, ask: str) -> Steps:
    """After a time-out: nothing is to come any more, unless it is on its way; who waits for ever waits on."""
    late = error("TimeoutError", '${"no event " + event + " came in time"}')
    return {
        "missing": switch(("most_s == null", "ever")),
        "leave": _told(plan, ask, "leave"),
        "left": switch(('"err" in answer', "failed"), ("answer.v.taken", "sent")),
        "overtime": until(plan, switch((IS_OVER, "overdue"))),
        "late": {"return": {"err": late}},
        "ever": until(plan, switch((IS_OVER, "overdue"), to="attempt")) or assign(("limit_s", LONGEST_S), to="attempt"),
        "sent": assign(("limit_s", _AGAIN_S), to="attempt"),
    }


def _ended(plan: Plan) -> Steps:
    return {
        "overdue": until(plan, overdue(plan.main)),
        "failed": {"return": "${answer}"},
        "done": {"return": {"v": "${received.http_request.body.v}"}},
    }
