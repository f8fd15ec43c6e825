"""A direct call: arguments in, a reply out. One attempt; the caller decides what an error means.

reply: {"result": <JSON>}  or  {"error": [type name, text]}
"""

from __future__ import annotations

from cloudless.codec import dump
from cloudless.driver.current import HERE
from cloudless.errors import InvalidBody
from cloudless.runtime.consumer import text_of
from cloudless.runtime.outcome import Overran

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from cloudless.codec import Codec
    from cloudless.driver.provider import Cloud
    from cloudless.message import Envelope
    from cloudless.runtime.call import Call
    from cloudless.runtime.consumer import Decode
    from cloudless.runtime.plan import Plan

    Answer = Callable[[Envelope], str]


def function(plan: Plan, call: Call, decode: Decode, result: Codec, cloud: Cloud) -> Answer:
    """The reply to one call. Exceptions of the handler become replies; BaseExceptions pass (a crash)."""

    def answer(envelope: Envelope) -> str:
        token = HERE.set((cloud, plan.handler, envelope))
        try:
            value = call(decode(envelope.body), envelope)
            return '{"result":' + _written(result, value, plan.handler) + "}"
        except Overran as problem:
            return dump({"error": ["TimeoutError", text_of(problem)]})
        except Exception as problem:  # noqa: BLE001  (every exception is a reply)
            return dump({"error": [type(problem).__name__, text_of(problem)]})
        finally:
            HERE.reset(token)

    return answer


def _written(result: Codec, value: object, handler: str) -> str:
    """The JSON text of what a handler returned; InvalidBody says whose it is."""
    try:
        return result.encode(value)
    except InvalidBody as problem:
        problem.args = (f"what {handler!r} returned: {problem}",)
        raise
