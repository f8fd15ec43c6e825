"""What a state machine calls: {"args" or more, "ctx"} in, {"v": value} out, or an exception (failure.py). One attempt.

    ctx  {"execution": id, "step": statement, "key": idempotency key, "from": {"trace", "correlation"}, "attempt": 1,
          "retry": names of classes that the step looks for}

"execution" and "key" must be there. A value is always in an object: of a plain text, or null, some make other JSON.
"""

from __future__ import annotations

from cloudless.codec import is_list, is_object, load
from cloudless.runtime.failure import failure
from cloudless.runtime.step import cause_of
from cloudless_aws.runtime import invocation
from cloudless_aws.runtime.failure import exited, raised

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from cloudless.message import StepEnvelope
    from cloudless_aws.runtime.invocation import Context

    Reply = dict[str, Any]
    CarryOut = Callable[[StepEnvelope], str]
    """The cause of the step's work to the text of a reply: {"v": value} or {"err": error}."""


def answered(event: Mapping[str, Any], context: Context, now_s: float, carry_out: CarryOut) -> Reply:
    """The answer to a step; raises what its failure is."""
    invocation.begin(context)
    try:
        reply = _reply(event, now_s, carry_out)
    except Exception as problem:  # noqa: BLE001  (a step that cannot be read; what users raise is a reply)
        reply = {"err": failure(problem)}
    except BaseException as problem:  # noqa: BLE001  (an exit, which the caller hears of as one)
        raise exited(problem) from None
    if "err" in reply:
        raise raised(reply["err"], _names(event))
    return reply


def _reply(event: Mapping[str, Any], now_s: float, carry_out: CarryOut) -> Reply:
    reply: Reply = load(carry_out(cause_of(event.get("ctx"), now_s)))
    return reply


def _names(event: Mapping[str, Any]) -> list[str]:
    context = event.get("ctx")
    found = context.get("retry") if is_object(context) else None
    return found if is_list(found) else []
