"""Steps: what the one activity of a function app carries out.

    request  {"verb", "target", "args", "ctx": {"execution", "orchestration", "step", "key", "attempt"}}
    reply    {"v": value}  or  {"err": error}

verb, target: as in `cloudless.engine.effect.Step`. A reply may get lost, and the step comes again with the same key.
"""

from __future__ import annotations

from cloudless.codec import check_size, dump
from cloudless.driver.current import HERE
from cloudless.engine.effect import SEND
from cloudless.engine.error import error_of
from cloudless.errors import CloudlessError, PayloadTooLarge, Unavailable
from cloudless.message import Envelope
from cloudless.runtime.failure import failure
from cloudless.sending import id_of
from cloudless_azure.runtime.durable_wire import object_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from cloudless.driver.provider import Cloud
    from cloudless.runtime.function import Answer
    from cloudless.sending import Sending

    Request = dict[str, Any]
    CarryOut = Callable[[Request], str]
    """A step's request to the text of its reply."""


def activity(carry_out: CarryOut) -> Callable[[str], str]:
    """The function of the activity. Its errors are replies: of an exception, the SDK would keep no more than the text.

    Exceptions of users' functions are replies already; what is left is ours, or the platform's.
    """

    def run(order: str) -> str:
        try:
            return carry_out(object_in(order) or {})
        except PayloadTooLarge as problem:
            return dump({"err": failure(problem)})
        except Exception as problem:  # noqa: BLE001  (whatever it is, it is no reason to lose the execution)
            return dump({"err": error_of("Crashed", f"{type(problem).__name__}: {problem}")})

    return run


def carried_out(steps: Mapping[str, Answer], cloud: Cloud, sending: Sending) -> CarryOut:
    """What the activity does. steps: `cloudless.runtime.entry.step` of each function and pure function, by name."""

    def carry_out(request: Request) -> str:
        check_size(dump(request["args"]))
        context = request["ctx"]
        call = Envelope(
            id_of(context["key"]), dump(request), sent_s=cloud.now_s(), correlation=context["execution"],
            attempt=context["attempt"], deduplication=context["key"],
        )  # fmt: skip
        if request["verb"] == SEND:
            return _sent(request, call, cloud, sending)
        return steps[request["target"]](call)

    return carry_out


def _sent(request: Request, call: Envelope, cloud: Cloud, sending: Sending) -> str:
    """Send or publish on behalf of the orchestration; a repetition is the same message, by its id."""
    noun, _, name = request["target"].partition(":")
    token = HERE.set((cloud, request["ctx"]["orchestration"], call))
    try:
        message = sending.message(request["target"], request["args"], request["ctx"]["key"], call)
        unsent = (cloud.topics.publish if noun == "topic" else cloud.queues.send)(name, [message])
        if unsent:
            raise unsent[0].error
        return dump({"v": message.id})
    except Unavailable as problem:
        return dump({"err": error_of("UnavailableError", str(problem))})
    except CloudlessError as problem:
        return dump({"err": failure(problem)})
    finally:
        HERE.reset(token)
