"""From a plan and the user's function to one call with the parameters that it asked for."""

from __future__ import annotations

from cloudless.errors import InternalError
from cloudless.message import Context, Message
from cloudless.runtime import plan as kinds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from datetime import datetime
    from typing import Any

    from cloudless.driver.provider import Cloud
    from cloudless.message import Envelope
    from cloudless.runtime.endpoint import EndpointPlan
    from cloudless.runtime.plan import Plan

    Call = Callable[[Any, Envelope], Any]
    """Decoded body (or bodies) and envelope in, the handler's return value out."""

    Await = Callable[[Coroutine[Any, Any, Any], float], Any]
    """Runs a coroutine to its end, within so many seconds (TimeoutError), and returns its value."""


def call_of(plan: Plan, function: Callable[..., Any], cloud: Cloud, wait: Await) -> Call:
    """The call of a handler. Decided here, once, so that nothing is looked up per message."""
    makers = [_maker(kind, plan, cloud) for _, kind in plan.parameters]
    plain = _plain(plan, function, makers)
    return _awaited(plain, wait, plan.timeout_s) if plan.is_async else plain


def _plain(plan: Plan, function: Callable[..., Any], makers: list[Call]) -> Call:
    shape = tuple(kind for _, kind in plan.parameters)
    if shape in {(kinds.BODY,), (kinds.BODIES,)}:
        return lambda body, envelope: function(body)
    if shape == (kinds.MESSAGE,):
        return lambda body, envelope: function(Message(body, envelope))
    if kinds.VALUE in shape:
        return _named(plan, function, makers)
    return lambda body, envelope: function(*[make(body, envelope) for make in makers])


def _named(plan: Plan, function: Callable[..., Any], makers: list[Call]) -> Call:
    """A function's arguments travel by name; the body is their dict."""
    contexts = {name: make for (name, kind), make in zip(plan.parameters, makers, strict=True) if kind == kinds.CONTEXT}
    if not contexts:
        return lambda body, envelope: function(**body)
    return lambda body, envelope: function(**body, **{name: make(body, envelope) for name, make in contexts.items()})


def _awaited(plain: Call, wait: Await, timeout_s: float) -> Call:
    run = awaited(wait, timeout_s)
    return lambda body, envelope: run(plain(body, envelope))


def awaited(wait: Await, timeout_s: float) -> Callable[[Any], Any]:
    """What gives the value of a coroutine, and any other value as it is: a decorator may have awaited it."""
    return lambda value: wait(value, timeout_s) if hasattr(value, "__await__") else value


def _maker(kind: str, plan: Plan, cloud: Cloud) -> Call:
    if kind == kinds.CONTEXT:
        return lambda body, envelope: context_of(plan, envelope, cloud)
    if kind == kinds.MESSAGE:
        return Message
    if kind == kinds.DUE:
        return lambda body, envelope: due_time(body)
    if kind in (kinds.BODY, kinds.BODIES, kinds.MESSAGES, kinds.VALUE):
        return lambda body, envelope: body
    raise InternalError(f"plan of {plan.handler!r}: unknown parameter kind {kind!r}")


def context_of(plan: Plan | EndpointPlan, envelope: Envelope, cloud: Cloud) -> Context:
    """The Context of an invocation that begins now."""
    return Context(plan.handler, cloud.new_id(), envelope, cloud.now_s() + plan.timeout_s, cloud.now_s)


def due_time(body: dict[str, str]) -> datetime:
    """The due time of a schedule's message, aware, in the schedule's own zone."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    return datetime.fromisoformat(body["due"]).astimezone(ZoneInfo(body["timezone"]))
