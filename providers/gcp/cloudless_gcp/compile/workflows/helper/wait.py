"""wait_for: wait for an event, {"v": payload} or {"err": error}.

The broker is told a callback endpoint of ours: it sends an event there, now or when one comes.
https://cloud.google.com/workflows/docs/creating-callback-endpoints
"""

from __future__ import annotations

from cloudless_gcp.compile.workflows.helper.broker import patiently
from cloudless_gcp.compile.workflows.helper.end import IS_OVER, LAST_S, overdue, until
from cloudless_gcp.compile.workflows.helper.pause import LONGEST_S
from cloudless_gcp.compile.workflows.helper.words import Plain, assign, error, steps, switch
from cloudless_gcp.compile.workflows.plan import Plan

_AGAIN_S = 60
"""How long an event may be on its way that the broker has taken already."""


def wait_for(plan: Plan, name: str) -> Plain:
    """Routine `wait_for`."""
    ask = plan.called(name, plan.helper("ask_settled"))
    plan_key = {"run": "${run}", "to": plan.targets.broker, "id": "${id}", "key": "${key}", **patiently()}
    told: Plain = {
        "op": "wait", "orchestration": plan.main.name, "execution": "${run.execution}", "event": "${event}",
        "url": "${callback.url}",
    }  # fmt: skip
    callback = {"http_callback_method": "POST"}
    late = error("TimeoutError", '${"no event " + event + " came in time"}')
    named = steps(
        open={"call": "events.create_callback_endpoint", "args": callback, "result": "callback"},
        tell={"call": ask, "args": {**plan_key, "body": told}, "result": "answer"},
        told=switch(('"err" in answer', "failed")),
        prepare=assign(("limit_s", f"${{default(most_s, {LONGEST_S})}}"), ("received", None)),
        time=until(plan, switch(("run.until - sys.now() > limit_s", "attempt"))),
        cut=until(plan, assign(("limit_s", "${run.until - sys.now()}"))),
        ended=until(plan, switch((f"limit_s < {LAST_S}", "overdue"))),
        attempt=assign(("missed", None)),
        wait={
            "try": {"call": "events.await_callback", "args": {"callback": "${callback}", "timeout": "${limit_s}"},
                    "result": "received"},
            "except": {"as": "e", "steps": [{"caught": assign(("missed", "${e}"))}]},
        },
        come=switch(("missed == null", "done"), ('"TimeoutError" in missed.tags', "missing")),
        strange={"raise": "${missed}"},
        missing=switch(("most_s == null", "ever")),
        leave={"call": ask, "args": {**plan_key, "body": {**told, "op": "leave"}}, "result": "answer"},
        left=switch(('"err" in answer', "failed"), ("answer.v.taken", "sent")),
        overtime=until(plan, switch((IS_OVER, "overdue"))),
        late={"return": {"err": late}},
        ever=until(plan, switch((IS_OVER, "overdue"), to="attempt")) or assign(("limit_s", LONGEST_S), to="attempt"),
        sent=assign(("limit_s", _AGAIN_S), to="attempt"),
        overdue=until(plan, overdue(plan.main)),
        failed={"return": "${answer}"},
        done={"return": {"v": "${received.http_request.body.v}"}},
    )  # fmt: skip
    return {"params": ["run", "event", "id", "key", {"most_s": None}], "steps": named}
