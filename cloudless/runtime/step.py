"""A step of an orchestration, as the function that it calls sees it: a request in, a reply out. One attempt.

request: {"args": {name: value}, "ctx": {"execution": id, "step": statement, "key": idempotency key}}
reply:   {"v": value}  or  {"err": {"type", "mro", "message", "data"}}, see failure.py

Numbers arrive as JSON has them, where 1 and 1.0 are one value; a parameter annotated `float` or `int` gets such a one.
"""

from __future__ import annotations

from cloudless.codec import check_size, dump, is_object, load
from cloudless.driver.current import HERE
from cloudless.errors import InvalidArgument
from cloudless.message import NO_ATTRIBUTES, StepEnvelope
from cloudless.number import numeric
from cloudless.runtime.failure import failure
from cloudless.system import trace_of_parent, word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
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
    decode, handler, what = numeric(arguments), plan.handler, f"what step {plan.handler} returns"

    def carry_out(text: str, cause: Envelope) -> str:
        token = HERE.set((cloud, handler, cause))
        try:
            value = result.encode(call(decode(text), cause))
            check_size(value, 0, what)
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


def cause_of(context: object, now_s: float) -> StepEnvelope:
    """What a step's own messages are caused by, of the "ctx" that a platform's own orchestrator sends.

    {"execution": id, "key": idempotency key, "from": {"trace", "correlation"}, "attempt": 1}; without "execution" or
    "key": InvalidArgument. The handler sees it as a message whose id is the key.
    """
    if not is_object(context):
        raise InvalidArgument('a step has "ctx": {"execution": id, "key": text, …}')
    execution, key = word(context.get("execution")), context.get("key")
    if not execution or not isinstance(key, str):
        raise InvalidArgument('the "ctx" of a step names its "execution" and its "key"')
    origin, attempt = context.get("from"), context.get("attempt")
    came: dict[str, Any] = origin if is_object(origin) else {}
    cause = StepEnvelope(
        key, "", NO_ATTRIBUTES, 0, "", now_s, trace_of_parent(f"00-{came.get('trace')}-"),
        word(came.get("correlation")) or execution, attempt if isinstance(attempt, int) else 1,
    )  # fmt: skip
    cause.execution = execution
    return cause


def arguments_of(event: Mapping[str, Any]) -> str:
    """The arguments of such a step as `Attempt` wants them; InvalidArgument where they are no object."""
    if not is_object(event.get("args")):
        raise InvalidArgument('the "args" of a step are an object, by name of parameter')
    return dump(event["args"])
