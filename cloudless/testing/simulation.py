"""Simulation: the handle of a running simulation, and what it hands out."""

from __future__ import annotations

import sys
from datetime import timedelta
from math import inf
from typing import TYPE_CHECKING, Any, overload

from cloudless.auth import Jwt
from cloudless.errors import InvalidArgument, NeverQuiet, NotFound, hidden
from cloudless.execution import Execution
from cloudless.http import Endpoint
from cloudless.memory.world import US
from cloudless.message import DeadLetter, utc
from cloudless.options import nearest, strict
from cloudless.outgoing import readable
from cloudless.queue import DeadLetters, OrderedQueue, Queue
from cloudless.runtime.crash import Crash
from cloudless.schedule import Schedule
from cloudless.secret import Secret
from cloudless.testing.http import Client
from cloudless.testing.token import Issuer, signed_with_secret
from cloudless.topic import Topic
from cloudless.wording import count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from typing import ParamSpec, TypeVar

    from cloudless.function import Function
    from cloudless.handler import Handler
    from cloudless.memory.cloud import MemoryCloud
    from cloudless.memory.history import Event
    from cloudless.orchestration import Orchestration
    from cloudless.testing.played import Played
    from cloudless.testing.script import Recording
    from cloudless.topic import TopicHandler

    P = ParamSpec("P")
    R = TypeVar("R")
    _GivesUp = (
        Queue[Any] | OrderedQueue[Any] | TopicHandler[..., Any] | Schedule[..., Any] | Function[..., Any] | DeadLetters
    )

__tracebackhide__ = hidden
_HOUR = timedelta(hours=1)


class Call:
    """One call of a handler.

    body: what it was given, as JSON values (a dict by parameter name for a function). attempt: from 1.
    outcome: "done", "again", "dead", "crash" or "time-out"; of a step "done", "failed", "crash" or "time-out"; "" for a
    direct call, the status for a request. error: of a failed delivery, request or step.
    """

    __slots__ = ("at", "attempt", "attributes", "body", "error", "message", "outcome")

    def __init__(self, event: Event) -> None:
        self.body = event.body
        self.attempt = event.attempt
        self.attributes = event.attributes
        self.outcome = event.outcome
        self.error = event.error
        self.message = event.message
        self.at = event.at

    def __repr__(self) -> str:
        return (
            f"Call({self.body!r}, attempt={self.attempt}, {self.outcome}{', ' + str(self.error) if self.error else ''})"
        )


class Simulation:
    """The handle of a running simulation.

    Verbs:   run, advance, run_until, fire, play; http is a client of the app's endpoints, token makes its callers
    Lists:   calls, executions, sent, published, dead_letters, trace
    Doubles: replace, fail, crash, takes, rotate
    """

    def __init__(self, cloud: MemoryCloud) -> None:
        self.cloud = cloud
        self.http = Client(cloud.http.request)
        self._world = cloud.world
        self._issuers: dict[tuple[str, str], Issuer] = {}

    def __repr__(self) -> str:
        return f"<cloud of {self.cloud.app.name}, {self.now:%Y-%m-%d %H:%M:%S} UTC: {self._waits()}>"

    def _waits(self) -> str:
        """What a test that expects more may have forgotten."""
        waiting = self._world.waiting()
        if waiting:
            return f"{count(waiting, 'message')} {'waits' if waiting == 1 else 'wait'} for cloud.run()"
        next_us = self._world.next_us()
        if next_us is None:
            return "quiet"
        when = utc(next_us / US)
        shown = f"{when:%H:%M:%S}" if when.date() == self.now.date() else f"{when:%Y-%m-%d %H:%M:%S}"
        return f"quiet, until cloud.advance(…) comes to {shown}"

    # --- verbs ---

    @property
    def now(self) -> datetime:
        """The virtual time, aware, in UTC."""
        return utc(self._world.now_us / US)

    def run(self) -> None:
        """Carry out what is in flight and its back-off, and stop.

        Time goes on as far as back-off needs; schedules and delayed messages that are passed on the way happen.
        It does not wait for sleeps and events of orchestrations: `advance`, or ask for `result()`, which lets time pass
        until that execution has ended. Raises NeverQuiet where that has no end.
        """
        self._world.run()

    @strict
    def advance(self, by: timedelta) -> None:
        """Let time go on, and do everything that is due within, in order."""
        if by < timedelta(0):
            raise InvalidArgument(f"advance({by}): time goes forward only")
        self._world.advance(microseconds(by))

    @strict
    def run_until(self, condition: Callable[[], bool], limit: timedelta = _HOUR) -> None:
        """Go on event by event until the condition holds; NeverQuiet where `limit` of virtual time passes first."""
        if not self._world.run_until(condition, microseconds(limit)):
            raise NeverQuiet(f"the condition did not become true within {limit} of virtual time")

    def fire(self, schedule: Schedule[..., Any]) -> None:
        """Run a schedule now, as if it were due."""
        if not isinstance(schedule, Schedule) or schedule.name not in self.cloud.timers:
            raise NotFound(f"{schedule!r} is no schedule of app {self.cloud.app.name!r}")
        self.cloud.timers[schedule.name].fire(self._world.now_us // US)

    @strict
    def play(self, recording: Recording, *, run: bool = True, resend: int = 0) -> Played:
        """Play a recording, as `cloudless run --events FILE` does: what came of it.

        recording: a file with an event in each line, e.g. Path(__file__).with_name("events.jsonl"), or the events,
        [{"send": "orders", "body": {"id": "1"}}]; the reference of `cloudless run` has all that they may say. run:
        whether what is in flight at its end is carried out. resend: how often a request is sent again that is answered
        with a 5xx, as senders of webhooks do.

        Raises InvalidArgument where an event says nothing that can be done, with its line or number.
        """
        from cloudless.testing.played import Played
        from cloudless.testing.script import Script, play

        script, began = Script(self, resend=resend), len(self._world.history)
        play(script, recording)
        if run:
            self.run()
        return Played(self, began, script.answers)

    @strict
    def rotate(self, secret: Secret, value: str) -> None:
        """Give a secret another value; who has read it keeps the old one for up to five minutes, as in the clouds."""
        if secret not in self.cloud.app.declared:
            raise NotFound(f"{secret!r} is no secret of app {self.cloud.app.name!r}")
        self.cloud.secrets.put(secret.name, value)

    def token(self, auth: Jwt, lifetime: timedelta = _HOUR, **claims: Any) -> str:
        """A token that `auth` accepts, of an issuer that is simulated. claims: e.g. sub="ada", scope="orders:write".

        Those of ours may be given too: iss, aud, iat, exp. A negative lifetime gives one that has expired.
        """
        now_s = self._world.now_us // US
        usual = {"iss": auth.issuer, "aud": auth.audience[0], "iat": now_s, "exp": now_s + microseconds(lifetime) // US}
        if auth.secret is not None:
            return signed_with_secret(auth, {**usual, **claims})
        return self._issuer(auth).token(auth, {**usual, **claims})

    def _issuer(self, auth: Jwt) -> Issuer:
        """The issuer of all tokens from one place, with keys for everybody who reads them."""
        place = (auth.issuer, auth.keys_url)
        if place not in self._issuers:
            known = [one.auth for one in self.cloud.app.registered if isinstance(one, Endpoint)]
            readers = [one for one in known if isinstance(one, Jwt) and (one.issuer, one.keys_url) == place]
            issuer = self._issuers[place] = Issuer([auth, *(one for one in readers if one.secret is None)])
            self.cloud.http.add_issuer(*place, issuer.keys())
        return self._issuers[place]

    # --- lists of plain data ---

    @property
    def trace(self) -> list[Event]:
        """Everything that happened, in order."""
        return self._world.history.events()

    def calls(self, handler: Handler[..., Any]) -> list[Call]:
        """Every call of a handler by the cloud, failed ones included."""
        name = self._known(handler).name
        return [Call(event) for event in self.trace if _is_call(event, name)]

    def sent(self, queue: Queue[Any] | OrderedQueue[Any]) -> list[Any]:
        """Every body sent to a queue, as JSON values."""
        name = self._declared(queue, (Queue, OrderedQueue), "queue")
        return [event.body for event in self.trace if event.kind == "send" and event.resource == name]

    def published(self, topic: Topic[Any]) -> list[Any]:
        """Every body published on a topic, as JSON values."""
        name = self._declared(topic, (Topic,), "topic")
        return [event.body for event in self.trace if event.kind == "publish" and event.resource == name]

    def executions(self, orchestration: Orchestration[P, R]) -> list[Execution[R]]:
        """Every execution of an orchestration, in order of their starts."""
        if orchestration not in self.cloud.app.orchestrations:
            raise NotFound(f"{orchestration!r} is no orchestration of app {self.cloud.app.name!r}")
        found = self.cloud.orchestrations.executions(orchestration.name, None, sys.maxsize)
        return [Execution(orchestration, id) for id in reversed(found)]

    def dead_letters(self, source: _GivesUp) -> list[DeadLetter]:
        """The dead letters of a queue, subscriber, schedule or function, oldest first; they stay."""
        letters = source if isinstance(source, DeadLetters) else getattr(source, "dead_letters", None)
        channel = self.cloud.channels.get(letters.name) if isinstance(letters, DeadLetters) else None
        if channel is None:
            what = "give a queue, subscriber, schedule or function that keeps them"
            raise NotFound(f"{source!r} has no dead letters in app {self.cloud.app.name!r}: {what}")
        return [DeadLetter(readable(envelope), envelope) for envelope in channel.visible()]

    # --- test doubles ---

    @overload
    def replace(self, handler: Handler[P, Any], fake: Callable[P, Any]) -> None: ...
    @overload
    def replace(self, handler: Handler[..., Any], fake: Callable[..., Any]) -> None: ...
    @strict
    def replace(self, handler: Handler[P, Any], fake: Callable[P, Any] | Callable[..., Any]) -> None:
        """Call `fake` instead of a handler's function."""
        self.cloud.double(self._known(handler)).replace(fake)

    @strict
    def fail(self, handler: Handler[..., Any], error: Exception, *, times: int | None = None) -> None:
        """Let a handler raise instead of run, the next `times` times (always, where not given)."""
        self.cloud.double(self._known(handler)).fail(error, inf if times is None else times)

    @strict
    def crash(self, handler: Handler[..., Any], *, times: int = 1) -> None:
        """Let a handler's instance die, before or after its effects, the next `times` times."""
        self.cloud.double(self._known(handler)).fail(Crash(), times)

    @strict
    def takes(self, handler: Handler[..., Any], duration: timedelta) -> None:
        """Let every call of a handler take virtual time from now on; beyond its time-out it is given up."""
        self.cloud.double(self._known(handler)).takes_us = microseconds(duration)

    def _known(self, handler: Handler[..., Any]) -> Handler[..., Any]:
        name = getattr(handler, "name", None)
        if isinstance(handler, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise _is_a_name(handler, "handler", self.cloud.app.handlers)
        if name is None or self.cloud.app.handlers.get(name) is not handler:
            hint = ": its executions are those of cloud.executions(…)" if name in self._orchestrations() else ""
            raise NotFound(f"{handler!r} is no handler of app {self.cloud.app.name!r}{hint}")
        return handler

    def _orchestrations(self) -> list[str]:
        return [one.name for one in self.cloud.app.orchestrations]

    def _declared(self, one: Any, kinds: tuple[type, ...], what: str) -> str:
        """The name of a queue or topic of this app."""
        known = [other.name for other in self.cloud.app.declared if isinstance(other, kinds)]
        if not isinstance(one, kinds) or getattr(one, "name", "") not in known:
            if isinstance(one, str):
                raise _is_a_name(one, what, known)
            raise NotFound(f"{one!r} is no {what} of app {self.cloud.app.name!r}")
        return str(getattr(one, "name", ""))


def _is_call(event: Event, handler: str) -> bool:
    if event.kind in ("deliver", "request"):
        return event.handler == handler and event.called
    return event.kind in ("invoke", "step") and event.resource == handler


def _is_a_name(given: str, what: str, known: Iterable[str]) -> NotFound:
    """What a name is told where the thing itself is wanted: which one that probably is."""
    guess = nearest(given, known)
    return NotFound(f"{given!r} is a name: give the {what} itself{f', {guess}' if guess else ''}")


def microseconds(duration: timedelta) -> int:
    """A duration as the world counts."""
    return duration // timedelta(microseconds=1)
