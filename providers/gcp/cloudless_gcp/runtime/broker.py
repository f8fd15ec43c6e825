"""The broker: begins executions, brings events to them, and starts and controls them for those who may.

    handler = broker(FACTS, cloud)        # POST, with an identity token for the function's URL

    from workflows  {"op": "begin", "orchestration": "fulfil", "execution": "7", "native": id of Workflows, "input": …}
                    →  {"v": {"args": …, "from": …}}, or {"v": {"taken": true}}: another one has that id, or it was
                    cancelled before
                    {"op": "wait", "orchestration": "fulfil", "execution": "7", "event": "approval", "url": callback}
                    →  {"v": {}}: the event is sent to the callback, now or when one comes
                    {"op": "leave", …the same}  →  {"v": {"taken": false}}: nothing will be sent there any more, or
                    {"v": {"taken": true}}: something was. What cannot be done: 500 {"cloudless_error": error}
    from senders    {"op": "send", "event": "approval", "orchestration": "fulfil" or "", "execution": "7", "message": …}
    from handlers   {"op": "start", "orchestration": "fulfil", "execution": "7", "message": …}
                    {"op": "describe", "history", "cancel" or "executions", "orchestration": "fulfil", …}
                    →  {"v": value}, or {"refused": ["NotFound", "…"]}

Who may call it is Cloud Run's to say (roles/run.invoker), and who may do what is in the facts: caller.py. The
mailboxes: cloudless/runtime/broker.py.
"""

from __future__ import annotations

import time

from cloudless.codec import dump, load
from cloudless.driver.error import error_of
from cloudless.driver.orchestration import STATUSES, plain_of
from cloudless.driver.refusal import refusal_of
from cloudless.errors import (
    CloudlessError,
    ExecutionExists,
    InvalidArgument,
    NotFound,
    PermissionDenied,
    Unavailable,
)
from cloudless.execution import checked_id
from cloudless.runtime.addressee import addressed
from cloudless.runtime.broker import Broker, Mailbox, text_of
from cloudless.runtime.failure import failure, shortened
from cloudless.system import opened, word
from cloudless_gcp.clients.mailbox import is_callback
from cloudless_gcp.runtime.caller import Rights, caller_of
from cloudless_gcp.runtime.reply import answer, event_of
from cloudless_gcp.runtime.stage import starting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from cloudless_gcp.clients.cloud import GoogleCloud
    from cloudless_gcp.runtime.reply import Answer, Request

    Ask = Mapping[str, Any]
    """What somebody asks."""

_REFUSALS = (ExecutionExists, InvalidArgument, NotFound, Unavailable)
"""What a caller is told; anything else is a failure of the broker."""
LISTED_MOST = 1_000


@starting
def broker(facts: Mapping[str, Any], cloud: GoogleCloud) -> Callable[[Request], Answer]:
    """The handler of the broker's function.

    facts: {"events": {"approval": ["fulfil"]},                        who waits for what
            "workflows": {"fulfil": "shop-prod-fulfil@P.iam…"},        as whom its executions call
            "senders": {"approval": ["shop-prod-take@P.iam…"]},        who may send it
            "starters": {"fulfil": […]}, "controllers": {"fulfil": […]}}, each part as far as there is something.
    """
    post = _Post(facts, cloud)

    def handler(request: Request) -> Answer:
        try:
            asked = event_of(request)
            who = caller_of(request)
            op = text_of(asked, "op")
        except InvalidArgument as problem:
            return _refused(problem, 400)
        if op in _OF_WORKFLOWS:
            return _for_workflow(lambda: _OF_WORKFLOWS[op](post, who, asked))
        if op in _OF_OTHERS:
            return _for_caller(lambda: _OF_OTHERS[op](post, who, asked))
        known = ", ".join(sorted(_OF_WORKFLOWS | _OF_OTHERS))
        return _refused(InvalidArgument(f"the broker does not {op!r}; it does: {known}"), 400)

    return handler


def _for_workflow(carry_out: Callable[[], Any]) -> Answer:
    """Errors as steps have them, so that a workflow tries again what may be."""
    try:
        return answer(dump({"v": carry_out()}))
    except Unavailable as problem:
        error = error_of("UnavailableError", shortened(f"the broker: {problem}"))
    except CloudlessError as problem:
        error = failure(problem)
    return answer(dump({"cloudless_error": error}), 500)


def _for_caller(carry_out: Callable[[], Any]) -> Answer:
    try:
        return answer(dump({"v": carry_out()}))
    except PermissionDenied as problem:
        return _refused(problem, 403)
    except _REFUSALS as problem:
        return _refused(problem, 200)


def _refused(problem: CloudlessError, status: int) -> Answer:
    return answer(dump({"refused": refusal_of(problem)}), status)


class _Post:
    """Requests to a broker, by what they are called there. who: see `caller_of`."""

    __slots__ = ("_broker", "_cloud", "_facts", "_rights")

    def __init__(self, facts: Mapping[str, Any], cloud: GoogleCloud) -> None:
        self._facts = facts
        self._rights = Rights(facts)
        self._cloud = cloud
        self._broker = Broker(cloud.store, cloud.callbacks, cloud.now_s, _pause)

    # --- workflows

    def begin(self, who: str, asked: Ask) -> dict[str, Any]:
        orchestration, execution = self._executing(who, asked)
        native = text_of(asked, "native").rpartition("/")[2]
        found = self._cloud.starts.begin(orchestration, execution, native)
        if found is None:
            raise NotFound(
                f"nobody started execution {execution!r} of {orchestration!r} by cloudless: it has no document"
            )
        if found.cancelled_s:
            self._cloud.workflows.stop(orchestration, native)
        if found.native != native:
            return {"taken": True}
        given: dict[str, Any] = load(found.input)
        return given

    def wait(self, who: str, asked: Ask) -> dict[str, Any]:
        mailbox, url = self._mailbox(who, asked), text_of(asked, "url")
        if not is_callback(url):
            raise InvalidArgument(f"{url!r} is no callback of an execution of Workflows")
        self._broker.wait(mailbox, url)
        return {}

    def leave(self, who: str, asked: Ask) -> dict[str, Any]:
        return {"taken": not self._broker.leave(self._mailbox(who, asked), text_of(asked, "url"))}

    def _mailbox(self, who: str, asked: Ask) -> Mailbox:
        orchestration, execution = self._executing(who, asked)
        event = text_of(asked, "event")
        if orchestration not in self._facts["events"].get(event, ()):
            raise InvalidArgument(f"orchestration {orchestration!r} does not wait for an event {event!r}")
        return self._box(orchestration, execution, event)

    def _box(self, orchestration: str, execution: str, event: str) -> Mailbox:
        found = self._cloud.starts.find(orchestration, execution)
        return Mailbox(orchestration, execution, event, found.started_s if found else 0.0)

    def _executing(self, who: str, asked: Ask) -> tuple[str, str]:
        """Orchestration and execution of a workflow that asks, which is what it says it is."""
        orchestration = text_of(asked, "orchestration")
        self._rights.execute(who, orchestration)
        return orchestration, checked_id(text_of(asked, "execution"))

    # --- senders

    def send(self, who: str, asked: Ask) -> None:
        event = text_of(asked, "event")
        self._rights.send(who, event)
        execution, message = checked_id(text_of(asked, "execution")), opened(asked.get("message"))
        said, waiters = word(asked.get("orchestration")), self._facts["events"].get(event, ())
        name, _ = addressed(event, said, execution, waiters, self._cloud.workflows.describe, pause=_pause)
        self._broker.send(self._box(name, execution, event), message.deduplication, load(message.body))

    # --- handlers

    def start(self, who: str, asked: Ask) -> None:
        orchestration = text_of(asked, "orchestration")
        self._rights.start(who, orchestration)
        execution, call = checked_id(text_of(asked, "execution")), opened(asked.get("message"))
        self._cloud.workflows.start(orchestration, execution, call)

    def describe(self, who: str, asked: Ask) -> dict[str, Any]:
        return plain_of(self._cloud.workflows.describe(*self._controlled(who, asked)))

    def history(self, who: str, asked: Ask) -> list[dict[str, Any]]:
        return [plain_of(one) for one in self._cloud.workflows.history(*self._controlled(who, asked))]

    def cancel(self, who: str, asked: Ask) -> None:
        self._cloud.workflows.cancel(*self._controlled(who, asked))

    def executions(self, who: str, asked: Ask) -> list[str]:
        orchestration = self._controller(who, asked)
        status, limit = asked.get("status"), asked.get("limit")
        if status is not None and status not in STATUSES:
            raise InvalidArgument(f"status={status!r}: it is one of {', '.join(STATUSES)}")
        if not isinstance(limit, int) or not 1 <= limit <= LISTED_MOST:
            raise InvalidArgument(f"limit={limit!r}: it is a number of executions, 1 to {LISTED_MOST:,}")
        return list(self._cloud.workflows.executions(orchestration, status, limit))

    def _controlled(self, who: str, asked: Ask) -> tuple[str, str]:
        return self._controller(who, asked), checked_id(text_of(asked, "execution"))

    def _controller(self, who: str, asked: Ask) -> str:
        orchestration = text_of(asked, "orchestration")
        self._rights.control(who, orchestration)
        return orchestration


_OF_WORKFLOWS: dict[str, Callable[[_Post, str, Ask], dict[str, Any]]] = {
    "begin": _Post.begin,
    "leave": _Post.leave,
    "wait": _Post.wait,
}
_OF_OTHERS: dict[str, Callable[[_Post, str, Ask], Any]] = {
    "cancel": _Post.cancel,
    "describe": _Post.describe,
    "executions": _Post.executions,
    "history": _Post.history,
    "send": _Post.send,
    "start": _Post.start,
}


def _pause(seconds: float) -> None:
    time.sleep(seconds)
