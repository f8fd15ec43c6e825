"""What answers the requests of a workflow: the functions of a program, its worker and its broker, behind HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from cloudless.conformance.orchestrations.module import Answers, Module
from cloudless.conformance.orchestrations.observed import WAITING, Observed
from cloudless.conformance.orchestrations.world import Reply, World
from providers.gcp.tests.gcwsim import ConnectionFailed, Request, Response
from providers.gcp.tests.workflows.oracles.emitted import BASE, BROKER, DIGEST, EXECUTION, PREFIX, WORKER

Plain = dict[str, Any]
Post = Callable[[str, Any], int]
"""Sends JSON to a callback URL, and gives the status."""

PURE, SEND, PUBLISH = "pure", "send", "publish"
NOUNS = {SEND: "queue", PUBLISH: "topic"}
TAKEN = 200


class Functions:
    """The functions of a program in a world. now_s: since the start. post: to callback URLs."""

    def __init__(self, module: Module, world: World, now_s: Callable[[], float], post: Post) -> None:
        self.broker = Mailboxes(post)
        self._answers = Answers(module, world)
        self._world = world
        self._now_s = now_s

    @property
    def attempts(self) -> Mapping[str, int]:
        """Attempts of each step so far, by its key."""
        return self._answers._attempts

    def answer(self, request: Request) -> Response:
        """Carry out a request; raises ConnectionFailed."""
        assert request.method == "POST" and request.auth == {"type": "OIDC", "audience": request.url}, request
        assert request.url.startswith(BASE), request.url
        name, body = request.url.removeprefix(BASE), request.body
        return self._brokered(body) if name == BROKER else self._stepped(name, body)

    def _brokered(self, body: Plain) -> Response:
        assert (body["orchestration"], body["execution"]) == ("main", EXECUTION), body
        if body["op"] == "begin":
            assert body["definition"] == DIGEST and body["native"].rpartition("/")[2], body
            return Response(200, {"v": {"args": dict(self._world.input), "from": {"correlation": "c"}}})
        return Response(200, {"v": getattr(self.broker, body["op"])(body["event"], body["url"])})

    def _stepped(self, name: str, body: Plain) -> Response:
        context = body["ctx"]
        assert context["from"] == {"correlation": "c"} and context["execution"] == EXECUTION, context
        reply = self._answers.reply(*_asked(name, body), context["key"], self._now_s())
        if reply.error is None:
            return Response(200, {"v": reply.value}, after_s=reply.takes_s)
        return self._failed(reply, reply.error)

    def _failed(self, reply: Reply, error: Mapping[str, Any]) -> Response:
        """As the platform fails, where it does; else as our runtime answers."""
        ways = PLATFORM.get(error["type"])
        number = len(self._answers.calls)
        if ways and number % 4:
            return ways[number % len(ways)](reply.takes_s)
        return Response(500, {"cloudless_error": dict(error)}, after_s=reply.takes_s)

    def observed(self, outcome: Mapping[str, Any], end_s: float) -> Observed:
        """What an execution came to."""
        calls = tuple(self._answers.calls)
        return Observed(outcome, calls) if outcome == WAITING else Observed(outcome, calls, end_s)


def _asked(name: str, body: Plain) -> tuple[str, Plain]:
    """What a world knows a step by, and its arguments."""
    if name != WORKER:
        return name.removeprefix(PREFIX), body["args"]
    if body["op"] == PURE:
        return body["name"], body["args"]
    assert body["ctx"]["orchestration"], body
    return f"{NOUNS[body['op']]}:{body['resource']}", {"body": body["body"]}


def _status(code: int) -> Callable[[float], Response]:
    return lambda takes_s: Response(code, {"error": "not ours"}, after_s=takes_s)


def _text(code: int) -> Callable[[float], Response]:
    return lambda takes_s: Response(code, "not ours", headers={"Content-Type": "text/plain"}, after_s=takes_s)


def _lost(tag: str) -> Callable[[float], Response]:
    def lost(takes_s: float) -> NoReturn:
        raise ConnectionFailed(tag, after_s=takes_s)

    return lost


PLATFORM: Mapping[str, tuple[Callable[[float], Response], ...]] = {
    "Crashed": (_status(500), _text(500), _text(503), _text(404)),
    "ThrottledError": (_status(429), _text(429)),
    "UnavailableError": (
        _status(502),
        _text(504),
        _lost("ConnectionError"),
        _lost("ConnectionFailedError"),
    ),
}
"""How the platform fails, by what we call it."""


class Mailboxes:
    """The broker: events of one execution by name, and the callback URLs that wait for them."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._letters: dict[str, list[Any]] = {}
        self._waiters: dict[str, list[str]] = {}
        self._told: set[str] = set()
        self._ids: set[tuple[str, str]] = set()

    def send(self, name: str, payload: Any, id: str) -> None:
        """Put an event in; one whose id came before is dropped."""
        if id and (name, id) in self._ids:
            return
        self._ids.add((name, id))
        self._letters.setdefault(name, []).append(payload)
        self._meet(name)

    def wait(self, event: str, url: str) -> Plain:
        if url not in self._told:
            self._told.add(url)
            self._waiters.setdefault(event, []).append(url)
        self._meet(event)
        return {}

    def leave(self, event: str, url: str) -> Plain:
        is_waiting = url in self._waiters[event]
        if is_waiting:
            self._waiters[event].remove(url)
        return {"taken": not is_waiting}

    def _meet(self, name: str) -> None:
        letters, waiters = self._letters.get(name, []), self._waiters.get(name, [])
        if letters and waiters:
            assert self._post(waiters.pop(0), {"v": letters.pop(0)}) == TAKEN
