"""What a workflow calls: {"args" or more, "ctx"} in, {"v": value} out, or an error in the body. One attempt.

    200  {"v": value}
    500  {"cloudless_error": {"type", "mro", "message", "data"}}      see cloudless/runtime/failure.py
    500  {"crashed": text}                                            a handler that left

ctx: see `cloudless.runtime.step.cause_of`. Whatever has neither "v" nor "cloudless_error" is the platform's.
"""

from __future__ import annotations

from cloudless.codec import dump
from cloudless.runtime.failure import failure
from cloudless.runtime.step import cause_of
from cloudless_gcp.runtime.reply import answer, crashed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from cloudless.message import StepEnvelope
    from cloudless_gcp.runtime.reply import Answer

    CarryOut = Callable[[StepEnvelope], str]
    """The cause of the step's work to the text of a reply: {"v": value} or {"err": error}."""

_FAILED = '{"err":'


def answered(event: Mapping[str, Any], now_s: float, carry_out: CarryOut) -> Answer:
    """The answer to a step."""
    try:
        reply = carry_out(cause_of(event.get("ctx"), now_s))
    except Exception as problem:  # noqa: BLE001  (a step that cannot be read; what users raise is a reply)
        reply = dump({"err": failure(problem)})
    except BaseException as problem:  # noqa: BLE001  (an exit, which the caller hears of as one)
        return crashed(problem)
    if reply.startswith(_FAILED):
        return answer(f'{{"cloudless_error":{reply.removeprefix(_FAILED)}', 500)
    return answer(reply)
