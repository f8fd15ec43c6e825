"""A step of an orchestration, as the function that it calls sees it: a request in, a reply out. One attempt.

request: {"args": {name: value}, "ctx": {"execution": id, "step": statement, "key": idempotency key}}
reply:   {"v": value}  or  {"err": {"type", "mro", "message", "data"}}, see failure.py

Numbers arrive as JSON has them, where 1 and 1.0 are one value; a parameter annotated `float` or `int` gets such a one.
"""

from __future__ import annotations

from cloudless.codec import check_size, dump, load, numeric
from cloudless.driver.current import HERE
from cloudless.message import StepEnvelope
from cloudless.runtime.failure import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from cloudless.codec import Codec
    from cloudless.driver.provider import Cloud
    from cloudless.message import Envelope
    from cloudless.runtime.call import Call
    from cloudless.runtime.function import Answer
    from cloudless.runtime.plan import Plan

    Attempt = Callable[[str, Envelope], str]


def step(plan: Plan, call: Call, arguments: Codec, result: Codec, cloud: Cloud) -> Answer:
    """The reply to one request, the envelope's body. Exceptions become replies; BaseExceptions pass (a crash).

    The handler sees the request as a message whose id is the idempotency key: `Context.key`.
    """
    carry_out = attempt(plan, call, arguments, result, cloud)

    def answer(envelope: Envelope) -> str:
        request = load(envelope.body)
        return carry_out(dump(request["args"]), _cause(envelope, request["ctx"]))

    return answer


def attempt(plan: Plan, call: Call, arguments: Codec, result: Codec, cloud: Cloud) -> Attempt:
    """As `step`, of the arguments alone, and of what causes the call: a message whose id is the key."""
    decode = numeric(arguments)

    def carry_out(text: str, cause: Envelope) -> str:
        token = HERE.set((cloud, plan.handler, cause))
        try:
            value = result.encode(call(decode(text), cause))
            check_size(value, 0, f"what step {plan.handler} returns")
            return '{"v":' + value + "}"
        except Exception as problem:  # noqa: BLE001  (every exception is a reply)
            return dump({"err": failure(problem)})
        finally:
            HERE.reset(token)

    return carry_out


def _cause(envelope: Envelope, context: dict[str, Any]) -> Envelope:
    """What the step's own messages are caused by."""
    cause = StepEnvelope(
        context["key"], envelope.body, envelope.attributes, 0, "", envelope.sent_s,
        envelope.trace, envelope.correlation or context["execution"], envelope.attempt,
    )  # fmt: skip
    cause.execution = context["execution"]
    return cause
