"""ask, ask_settled: call a function, and try it again as it says; as `cloudless.engine.attempts` does it.

ask raises the function's error in the end, ask_settled tells it: {"v": value} or {"err": error}.

An answer of ours is known by its body: {"v"}, or {"cloudless_error"} whatever the status is. All else is the
platform's: https://cloud.google.com/workflows/docs/reference/syntax/error-types
"""

from __future__ import annotations

from cloudless.engine.retry import PLATFORM
from cloudless_gcp.compile.workflows.plan import Plan
from cloudless_gcp.compile.workflows.prelude.end import IS_OVER, LAST_S, last, overdue, until
from cloudless_gcp.compile.workflows.prelude.words import Plain, Steps, assign, error, steps, switch

HTTP_MAX_S = 1_800
"""https://cloud.google.com/workflows/quotas#resource_limits"""
_THROTTLED, _UNREACHABLE = 429, [502, 504]
_ONCE: Plain = {"on": [], "attempts": 1, "delay_s": 1, "factor": 1, "most_s": 1}
_CONTEXT = {
    "execution": "${run.execution}",
    "step": "${id}",
    "key": "${key}",
    "from": "${run.from}",
    "attempt": "${number}",
}


def ask(plan: Plan, *, is_total: bool) -> Plain:
    """The routine. is_total: whether it tells errors rather than raising them."""
    given = ["run", "to", "body", "id", "key", {"most_s": HTTP_MAX_S}, {"again": None}, {"tries": PLATFORM.attempts}]
    named = steps(
        **_prepared(plan), **_asked(plan), **_told(plan), **_weighed(), **_rested(plan), **_ended(is_total=is_total)
    )
    return {"params": given, "steps": named}


def _prepared(plan: Plan) -> Steps:
    """Each try has its number, and no longer than the execution has left."""
    return {
        "prepare": assign(
            ("nothing", {}), ("once", _ONCE), ("policy", "${default(again, once)}"),
            ("more", '${default(map.get(body, "ctx"), nothing)}'), ("limit_s", "${most_s}"), ("number", 0),
            ("crashes", 0), ("crash_s", PLATFORM.delay_s), ("failures", 0), ("failure_s", "${policy.delay_s}"),
            ("reply", None), ("kind", None),
        ),
        "attempt": assign(
            ("number", "${number + 1}"), ("failed", None), ("ctx", _CONTEXT),
            ('body["ctx"]', "${map.merge(ctx, more)}"),
        ),
        "time": until(plan, assign(("limit_s", "${run.until - sys.now()}"))),
        "cut": until(plan, switch((f"limit_s < {LAST_S}", "overdue"), ("limit_s < most_s", "exchange"))),
        "whole": until(plan, assign(("limit_s", "${most_s}"))),
    }  # fmt: skip


def _asked(plan: Plan) -> Steps:
    """The request. An answer without "v" is caught as the error that reading it is."""
    url = f'${{"{plan.targets.base}" + to}}'
    post = {
        "call": "http.post",
        "args": {
            "url": url, "auth": {"type": "OIDC", "audience": url}, "timeout": "${limit_s}", "body": "${body}",
        },
        "result": "reply",
    }  # fmt: skip
    return {
        "exchange": {
            "try": {"steps": [{"post": post}, {"read": assign(("kind", "${get_type(reply.body.v)}"))}]},
            "except": {"as": "e", "steps": [{"caught": assign(("failed", "${e}"))}]},
        },
        "answered": switch(("failed == null", "done")),
    }


def _told(plan: Plan) -> Steps:
    """What was caught, as an error of ours."""
    late = '${to + " took longer than " + string(most_s) + " s"}'
    return {
        "kinds": switch(
            ('"HttpError" in failed.tags', "body_of"), ('"TimeoutError" in failed.tags', "late"),
            ('"ConnectionError" in failed.tags', "unreachable"),
            ('"ConnectionFailedError" in failed.tags', "unreachable"),
            to="crashed",
        ),
        "body_of": switch(('get_type(failed.body) == "map"', "ours"), to="code_of"),
        "ours": switch(('"cloudless_error" in failed.body', "theirs"), to="code_of"),
        "theirs": assign(("error", "${failed.body.cloudless_error}"), to="weigh"),
        "code_of": switch(
            (f"failed.code == {_THROTTLED}", "throttled"), (f"failed.code in {_UNREACHABLE}", "unreachable"),
            to="crashed",
        ),
        "throttled": assign(("error", error("ThrottledError", '${to + ": too many requests"}')), to="weigh"),
        "unreachable": assign(("error", error("UnavailableError", '${to + " could not be reached"}')), to="weigh"),
        "crashed": assign(("error", error("Crashed", '${to + " did not answer as ours do"}')), to="weigh"),
        "late": assign(("error", error("TimeoutError", late))),
        "overtime": until(plan, switch((IS_OVER, "overdue"))),
    }  # fmt: skip


def _weighed() -> Steps:
    """Whether it is tried again, by the platform's policy or the function's own, and after how long."""
    return {
        "weigh": switch(('"PlatformError" in error.mro', "crash"), to="look"),
        "crash": assign(
            ("crashes", "${crashes + 1}"), ("wait_s", "${crash_s}"), ("crash_s", f"${{crash_s * {PLATFORM.factor}}}")
        ),
        "again": switch(("crashes >= tries", "over"), to="rest"),
        "look": assign(("at", 0)),
        "compare": switch(("at >= len(policy.on)", "over"), ("policy.on[at] in error.mro", "failure")),
        "further": assign(("at", "${at + 1}"), to="compare"),
        "failure": assign(
            ("failures", "${failures + 1}"), ("wait_s", "${failure_s}"), ("failure_s", "${failure_s * policy.factor}")
        ),
        "count": switch(
            ("failures >= policy.attempts", "over"), ("failure_s > policy.most_s", "longest"), to="rest"
        ),
        "longest": assign(("failure_s", "${policy.most_s}")),
    }  # fmt: skip


def _rested(plan: Plan) -> Steps:
    """The wait before the next try, or to the end of the execution."""
    sleep: Plain = {"call": "sys.sleep", "args": {"seconds": "${wait_s}"}, "next": "attempt"}
    if not plan.has_deadline:
        return {"rest": sleep}
    return {
        "rest": switch(("run.until - sys.now() <= wait_s", "last")),
        "sleep": sleep,
        "last": last(),
        "overdue": overdue(plan.main),
    }


def _ended(*, is_total: bool) -> Steps:
    return {
        "over": {"return": {"err": "${error}"}} if is_total else {"raise": "${error}"},
        "done": {"return": {"v": "${reply.body.v}"} if is_total else "${reply.body.v}"},
    }
