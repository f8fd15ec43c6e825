"""Routines of ours: each is in a workflow that needs it, once.

    ask, ask_settled       call a function and try it again as it says; ask raises its error, ask_settled tells it
    wait_for               wait for an event: {"v": payload} or {"err": error}
    equal                  whether two values are equal, deep
    pause                  sleep as long as is said, which Workflows may not do at once

An answer of ours is known by its body: {"v"}, or {"cloudless_error"} whatever the status is. All else is the
platform's: https://cloud.google.com/workflows/docs/reference/syntax/error-types
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cloudless.driver.error import error_of
from cloudless.engine.retry import PLATFORM
from cloudless.ir import Orchestration
from cloudless_gcp.compile.workflows.plan import Plan

HTTP_MAX_S = 1_800
"""https://cloud.google.com/workflows/quotas#resource_limits"""
LONGEST_S = 31_536_000
"""https://cloud.google.com/workflows/docs/reference/stdlib/sys/sleep"""
_LAST_S = 0.01
"""What is left of an execution's time when it is over: clocks are no better."""
_THROTTLED, _UNREACHABLE = 429, [502, 504]
_AGAIN_S = 60

Plain = dict[str, Any]

_BROKER_TRIES = 10
"""Twice as long apart each time, so for eight and a half minutes: a cold start, a burst that Cloud Run answers with
429, a role that does not hold yet (https://cloud.google.com/iam/docs/access-change-propagation). The broker is no step:
an execution that gave up on it would be lost, and whatever it is asked may be asked again.
"""
_BROKER_S = 60
"""As long as a try waits for the broker: its function answers within 30 s, and may have to start first."""


def patiently() -> Plain:
    """Arguments of `ask` for the broker."""
    again = {"on": ["TimeoutError"], "attempts": _BROKER_TRIES, "delay_s": 1, "factor": 2, "most_s": LONGEST_S}
    return {"most_s": _BROKER_S, "again": again, "tries": _BROKER_TRIES}


def _assign(*assigned: tuple[str, Any], to: str = "") -> Plain:
    return {"assign": [{name: value} for name, value in assigned], **_next(to)}


def _switch(*rules: tuple[str, str], to: str = "") -> Plain:
    return {"switch": [{"condition": f"${{{test}}}", "next": label} for test, label in rules], **_next(to)}


def _next(to: str) -> Plain:
    return {"next": to} if to else {}


def _steps(**steps: Plain | None) -> list[Plain]:
    """Those that there are; names of words of the language end with a _."""
    return [{name.rstrip("_"): step} for name, step in steps.items() if step is not None]


def _error(kind: str, message: str) -> Plain:
    return {**error_of(kind, ""), "message": message}


def _until(plan: Plan, step: Plain) -> Plain | None:
    """A step of workflows whose executions have an end."""
    return step if plan.has_deadline else None


def overdue(main: Orchestration) -> Plain:
    """The end of an execution that takes too long: nothing catches it."""
    return {"raise": error_of("TimeoutError", f"the execution took longer than {main.timeout_s:g} s")}


IS_OVER = f"run.until - sys.now() < {_LAST_S}"
"""Whether an execution with an end is at it."""


def _ask(plan: Plan, *, is_total: bool) -> Plain:
    """One step, tried until it succeeds or its policies are used up: as `cloudless.engine.attempts` does it."""
    url = f'${{"{plan.targets.base}" + to}}'
    late = '${to + " took longer than " + string(most_s) + " s"}'
    context = {
        "execution": "${run.execution}",
        "step": "${id}",
        "key": "${key}",
        "from": "${run.from}",
        "attempt": "${number}",
    }
    post = {
        "call": "http.post",
        "args": {
            "url": url, "auth": {"type": "OIDC", "audience": url}, "timeout": "${limit_s}", "body": "${body}",
        },
        "result": "reply",
    }  # fmt: skip
    none: Plain = {"on": [], "attempts": 1, "delay_s": 1, "factor": 1, "most_s": 1}
    steps = _steps(
        prepare=_assign(
            ("nothing", {}), ("once", none), ("policy", "${default(again, once)}"),
            ("more", '${default(map.get(body, "ctx"), nothing)}'), ("limit_s", "${most_s}"), ("number", 0),
            ("crashes", 0), ("crash_s", PLATFORM.delay_s), ("failures", 0), ("failure_s", "${policy.delay_s}"),
            ("reply", None), ("kind", None),
        ),
        attempt=_assign(
            ("number", "${number + 1}"), ("failed", None), ("ctx", context),
            ('body["ctx"]', "${map.merge(ctx, more)}"),
        ),
        time=_until(plan, _assign(("limit_s", "${run.until - sys.now()}"))),
        cut=_until(plan, _switch((f"limit_s < {_LAST_S}", "overdue"), ("limit_s < most_s", "exchange"))),
        whole=_until(plan, _assign(("limit_s", "${most_s}"))),
        exchange={
            "try": {"steps": [{"post": post}, {"read": _assign(("kind", "${get_type(reply.body.v)}"))}]},
            "except": {"as": "e", "steps": [{"caught": _assign(("failed", "${e}"))}]},
        },
        answered=_switch(("failed == null", "done")),
        kinds=_switch(
            ('"HttpError" in failed.tags', "body_of"), ('"TimeoutError" in failed.tags', "late"),
            ('"ConnectionError" in failed.tags', "unreachable"),
            ('"ConnectionFailedError" in failed.tags', "unreachable"),
            to="crashed",
        ),
        body_of=_switch(('get_type(failed.body) == "map"', "ours"), to="code_of"),
        ours=_switch(('"cloudless_error" in failed.body', "theirs"), to="code_of"),
        theirs=_assign(("error", "${failed.body.cloudless_error}"), to="weigh"),
        code_of=_switch(
            (f"failed.code == {_THROTTLED}", "throttled"), (f"failed.code in {_UNREACHABLE}", "unreachable"),
            to="crashed",
        ),
        throttled=_assign(("error", _error("ThrottledError", '${to + ": too many requests"}')), to="weigh"),
        unreachable=_assign(("error", _error("UnavailableError", '${to + " could not be reached"}')), to="weigh"),
        crashed=_assign(("error", _error("Crashed", '${to + " did not answer as ours do"}')), to="weigh"),
        late=_assign(("error", _error("TimeoutError", late))),
        overtime=_until(plan, _switch((IS_OVER, "overdue"))),
        weigh=_switch(('"PlatformError" in error.mro', "crash"), to="look"),
        crash=_assign(
            ("crashes", "${crashes + 1}"), ("wait_s", "${crash_s}"), ("crash_s", f"${{crash_s * {PLATFORM.factor}}}")
        ),
        again_=_switch(("crashes >= tries", "over"), to="rest"),
        look=_assign(("at", 0)),
        compare=_switch(("at >= len(policy.on)", "over"), ("policy.on[at] in error.mro", "failure")),
        further=_assign(("at", "${at + 1}"), to="compare"),
        failure=_assign(
            ("failures", "${failures + 1}"), ("wait_s", "${failure_s}"), ("failure_s", "${failure_s * policy.factor}")
        ),
        count=_switch(
            ("failures >= policy.attempts", "over"), ("failure_s > policy.most_s", "longest"), to="rest"
        ),
        longest=_assign(("failure_s", "${policy.most_s}")),
        rest=_until(plan, _switch(("run.until - sys.now() <= wait_s", "last")))
        or {"call": "sys.sleep", "args": {"seconds": "${wait_s}"}, "next": "attempt"},
        sleep=_until(plan, {"call": "sys.sleep", "args": {"seconds": "${wait_s}"}, "next": "attempt"}),
        last=_until(plan, _last()),
        overdue=_until(plan, overdue(plan.main)),
        over={"return": {"err": "${error}"}} if is_total else {"raise": "${error}"},
        done={"return": {"v": "${reply.body.v}"} if is_total else "${reply.body.v}"},
    )  # fmt: skip
    given = ["run", "to", "body", "id", "key", {"most_s": HTTP_MAX_S}, {"again": None}, {"tries": PLATFORM.attempts}]
    return {"params": given, "steps": steps}


def _last() -> Plain:
    """Sleep to the end of the execution's time."""
    return {"call": "sys.sleep", "args": {"seconds": "${run.until - sys.now()}"}, "next": "overdue"}


def _pause(plan: Plan) -> Plain:
    """Longer than Workflows can at once; not past the end of the execution."""
    steps = _steps(
        begin=_assign(("left", "${seconds}")),
        cut=_until(plan, _switch(("run.until - sys.now() <= left", "last"))),
        whole=_switch((f"left <= {LONGEST_S}", "rest")),
        part={"call": "sys.sleep", "args": {"seconds": LONGEST_S}},
        less=_assign(("left", f"${{left - {LONGEST_S}}}"), to="whole"),
        rest={"call": "sys.sleep", "args": {"seconds": "${left}"}},
        done={"return": None},
        last=_until(plan, _last()),
        overdue=_until(plan, overdue(plan.main)),
    )
    return {"params": ["run", "seconds"], "steps": steps}


def _wait_for(plan: Plan, name: str) -> Plain:
    """The broker is told a callback endpoint of ours: it sends an event there, now or when one comes.

    https://cloud.google.com/workflows/docs/creating-callback-endpoints
    """
    ask = plan.called(name, plan.helper("ask_settled"))
    plan_key = {"run": "${run}", "to": plan.targets.broker, "id": "${id}", "key": "${key}", **patiently()}
    told: Plain = {
        "op": "wait", "orchestration": plan.main.name, "execution": "${run.execution}", "event": "${event}",
        "url": "${callback.url}",
    }  # fmt: skip
    callback = {"http_callback_method": "POST"}
    late = _error("TimeoutError", '${"no event " + event + " came in time"}')
    steps = _steps(
        open={"call": "events.create_callback_endpoint", "args": callback, "result": "callback"},
        tell={"call": ask, "args": {**plan_key, "body": told}, "result": "answer"},
        told=_switch(('"err" in answer', "failed")),
        prepare=_assign(("limit_s", f"${{default(most_s, {LONGEST_S})}}"), ("received", None)),
        time=_until(plan, _switch(("run.until - sys.now() > limit_s", "attempt"))),
        cut=_until(plan, _assign(("limit_s", "${run.until - sys.now()}"))),
        ended=_until(plan, _switch((f"limit_s < {_LAST_S}", "overdue"))),
        attempt=_assign(("missed", None)),
        wait={
            "try": {"call": "events.await_callback", "args": {"callback": "${callback}", "timeout": "${limit_s}"},
                    "result": "received"},
            "except": {"as": "e", "steps": [{"caught": _assign(("missed", "${e}"))}]},
        },
        come=_switch(("missed == null", "done"), ('"TimeoutError" in missed.tags', "missing")),
        strange={"raise": "${missed}"},
        missing=_switch(("most_s == null", "ever")),
        leave={"call": ask, "args": {**plan_key, "body": {**told, "op": "leave"}}, "result": "answer"},
        left=_switch(('"err" in answer', "failed"), ("answer.v.taken", "sent")),
        overtime=_until(plan, _switch((IS_OVER, "overdue"))),
        late={"return": {"err": late}},
        ever=_until(plan, _switch((IS_OVER, "overdue"), to="attempt")) or _assign(("limit_s", LONGEST_S), to="attempt"),
        sent=_assign(("limit_s", _AGAIN_S), to="attempt"),
        overdue=_until(plan, overdue(plan.main)),
        failed={"return": "${answer}"},
        done={"return": {"v": "${received.http_request.body.v}"}},
    )  # fmt: skip
    return {"params": ["run", "event", "id", "key", {"most_s": None}], "steps": steps}


def _equal(plan: Plan, name: str) -> Plain:
    """== is documented for numbers, texts, bools and null only."""
    plan.called(name, name)
    numbers = '["integer", "double"]'
    steps = _steps(
        kinds=_assign(("kind", "${get_type(one)}"), ("same", "${get_type(other)}"), ("at", 0)),
        test=_switch(
            (f"(kind in {numbers}) and (same in {numbers})", "scalar"),
            ("kind != same", "no"),
            ('kind == "list"', "lists"),
            ('kind == "map"', "maps"),
        ),
        scalar={"return": "${one == other}"},
        lists=_switch(("len(one) != len(other)", "no")),
        items=_switch(
            ("at >= len(one)", "yes"),
            (f"{name}(one[at], other[at])", "further"),
            to="no",
        ),
        further=_assign(("at", "${at + 1}"), to="items"),
        maps=_switch(("len(one) != len(other)", "no")),
        begin=_assign(("names", "${keys(one)}")),
        fields=_switch(
            ("at >= len(names)", "yes"),
            ("not (names[at] in other)", "no"),
            (f"{name}(one[names[at]], other[names[at]])", "on"),
            to="no",
        ),
        on=_assign(("at", "${at + 1}"), to="fields"),
        yes={"return": True},
        no={"return": False},
    )
    return {"params": ["one", "other"], "steps": steps}


HELPERS: Mapping[str, Callable[[Plan, str], Plain]] = {
    "ask": lambda plan, name: _ask(plan, is_total=False),
    "ask_settled": lambda plan, name: _ask(plan, is_total=True),
    "equal": _equal,
    "pause": lambda plan, name: _pause(plan),
    "wait_for": _wait_for,
}
"""By name."""
