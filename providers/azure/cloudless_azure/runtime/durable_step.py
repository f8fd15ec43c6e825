"""Steps: what the one activity of a function app carries out.

    request  {"verb", "target", "args", "ctx": {"execution", "orchestration", "step", "key", "attempt"}}
    reply    {"v": value, "of": [target, key, attempt]}  or  {"err": error, "of": …}

verb, target: as in `cloudless.engine.effect.Step`. ctx: also "trace" and "correlation", where the start had some. A
reply may get lost, and the step comes again with the same key. of: what the reply is to; the extension's history keeps
no inputs, so this is how `history` knows.
"""

from __future__ import annotations

from cloudless.codec import check_size, dump, is_object, write
from cloudless.driver.error import error_of
from cloudless.engine.effect import SEND
from cloudless.errors import CloudlessError, PayloadTooLarge, Unavailable
from cloudless.message import Envelope
from cloudless.runtime import boot
from cloudless.runtime.failure import failure
from cloudless.sending import Sending, id_of
from cloudless_azure.runtime.durable_wire import object_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from cloudless.driver.provider import Cloud
    from cloudless.runtime.function import Answer

    Request = dict[str, Any]
    CarryOut = Callable[[Request], str]
    """A step's request to the text of its reply."""


def activity(carry_out: CarryOut) -> Callable[[str], str]:
    """The function of the activity. Its errors are replies: of an exception, the SDK would keep no more than the text.

    Exceptions of users' functions are replies already; what is left is ours, or the platform's.
    """

    def run(order: str) -> str:
        request = object_in(order) or {}
        try:
            reply = carry_out(request)
        except PayloadTooLarge as problem:
            reply = dump({"err": failure(problem)})
        except Exception as problem:  # noqa: BLE001  (whatever it is, it is no reason to lose the execution)
            reply = dump({"err": error_of("Crashed", f"{type(problem).__name__}: {problem}")})
        return f'{reply[:-1]},"of":{_address(request)}}}'

    return run


def _address(request: Request) -> str:
    """What tells a step's attempt, as JSON."""
    context = request.get("ctx")
    known: dict[str, Any] = context if is_object(context) else {}
    return write([request.get("target", ""), known.get("key", ""), known.get("attempt", 1)])


def step_functions(facts: Mapping[str, Any], cloud: Cloud) -> CarryOut:
    """What the activity of a deployed app does; the user's modules are imported by the first step.

    facts: {"app": "shop.app:app", "include": [], "plans": {"charge": {…}}}, of every function and pure function.
    """
    kept: list[CarryOut] = []

    def carry_out(request: Request) -> str:
        if not kept:
            kept.append(carried_out(Steps(facts, cloud), cloud, Sending(boot.application(facts).declared)))
        return kept[0](request)

    return carry_out


class Steps(dict[str, "Answer"]):
    """Functions by name, each bound when it is first called."""

    def __init__(self, facts: Mapping[str, Any], cloud: Cloud) -> None:
        super().__init__()
        self._facts = facts
        self._cloud = cloud

    def __missing__(self, name: str) -> Answer:
        made = self[name] = boot.step({**self._facts, "plan": self._facts["plans"][name]}, self._cloud)
        return made


def carried_out(steps: Mapping[str, Answer], cloud: Cloud, sending: Sending) -> CarryOut:
    """What the activity does. steps: `cloudless.runtime.entry.step` of each function and pure function, by name."""

    def carry_out(request: Request) -> str:
        check_size(dump(request["args"]))
        context = request["ctx"]
        call = Envelope(
            id_of(context["key"]), dump(request), sent_s=cloud.now_s(), trace=context.get("trace", ""),
            correlation=context.get("correlation") or context["execution"], attempt=context["attempt"],
            deduplication=context["key"],
        )  # fmt: skip
        if request["verb"] == SEND:
            return _sent(request, call, cloud, sending)
        return steps[request["target"]](call)

    return carry_out


def _sent(request: Request, call: Envelope, cloud: Cloud, sending: Sending) -> str:
    """Send or publish on behalf of the orchestration; a repetition is the same message, by its id."""
    context = request["ctx"]
    try:
        id = sending.send(
            request["target"],
            request["args"],
            context["key"],
            call,
            cloud=cloud,
            orchestration=context["orchestration"],
        )
        return dump({"v": id})
    except Unavailable as problem:
        return dump({"err": error_of("UnavailableError", str(problem))})
    except CloudlessError as problem:
        return dump({"err": failure(problem)})
