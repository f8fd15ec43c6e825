"""Actions: what a person does on the page, as the application's own code would: send, fire, answer, redrive, travel."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cloudless.codec import codec_of
from cloudless.dev.page.given import Given
from cloudless.errors import NotFound
from cloudless.event import Event
from cloudless.function import Function
from cloudless.ir import DEAD_LETTERS
from cloudless.memory.world import US
from cloudless.orchestration import Orchestration
from cloudless.outgoing import DELAY_LONGEST
from cloudless.queue import OrderedQueue, Queue
from cloudless.schedule import Schedule
from cloudless.topic import Topic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cloudless.app import App
    from cloudless.dev.clock import Clock
    from cloudless.testing import Simulation

    Plain = dict[str, Any]

FASTEST = 100_000
"""Virtual seconds in a real one, at most."""

FARTHEST = timedelta(days=366)
"""How far one can travel at a time: a schedule of every minute has half a million runs until then."""


class Actions:
    """Each takes what the page sent, and returns what it answers, both JSON objects.

    Raises a CloudlessError that says what is wrong with it.
    """

    def __init__(self, simulation: Simulation, clock: Clock) -> None:
        self._simulation = simulation
        self._app: App = simulation.cloud.app
        self._clock = clock

    def do(self, name: str, given: Plain) -> Plain:
        """Carry out the action of that name; NotFound where there is none."""
        known: dict[str, Callable[[Given], Plain]] = {
            "answer": self._answer,
            "cancel": self._cancel,
            "discard": self._discard,
            "fire": self._fire,
            "invoke": self._invoke,
            "publish": self._publish,
            "redrive": self._redrive,
            "send": self._send,
            "speed": self._speed,
            "start": self._start,
            "travel": self._travel,
        }
        if name not in known:
            raise NotFound(f"there is no action {name!r}; there are {', '.join(known)}")
        return known[name](Given(given))

    # --- messages

    def _send(self, given: Given) -> Plain:
        """Takes {"queue", "body", "delay_s"?, "group"?, "attributes"?}."""
        queue: Queue[Any] | OrderedQueue[Any] = _named(
            self._app.declared, (Queue, OrderedQueue), given.text("queue"), "queue"
        )
        body = queue.codec.decode(given.text("body"))
        attributes = given.words("attributes")
        if isinstance(queue, OrderedQueue):
            return {"message": queue.send(body, group=given.text("group"), attributes=attributes)}
        delay = timedelta(seconds=given.number("delay_s", DELAY_LONGEST.total_seconds(), default=0))
        return {"message": queue.send(body, delay=delay or None, attributes=attributes)}

    def _publish(self, given: Given) -> Plain:
        """Takes {"topic", "body", "attributes"?}."""
        topic = _named(self._app.declared, (Topic,), given.text("topic"), "topic")
        body = topic.codec.decode(given.text("body"))
        return {"message": topic.publish(body, attributes=given.words("attributes"))}

    def _invoke(self, given: Given) -> Plain:
        """Takes {"function", "body"}: its arguments by name. The result is the answer; what it raises is told."""
        function: Function[..., Any] = _named(self._app.registered, (Function,), given.text("function"), "function")
        arguments = function.codec.decode(given.text("body"))
        try:
            result = function.invoke(**arguments)
        except Exception as error:  # noqa: BLE001  (the function's own, for whoever asked)
            return {"error": {"type": type(error).__name__, "text": str(error)}}
        return {"result": codec_of(function.hints().get("return")).encode(result)}

    def _fire(self, given: Given) -> Plain:
        """Takes {"schedule"}."""
        schedule = _named(self._app.registered, (Schedule,), given.text("schedule"), "schedule")
        self._simulation.fire(schedule)
        return {}

    # --- dead letters

    def _redrive(self, given: Given) -> Plain:
        """Takes {"queue", "messages"?}: of a dead-letter queue; all of it without messages."""
        return self._settled(given, is_kept=True)

    def _discard(self, given: Given) -> Plain:
        """Takes {"queue", "messages"?}."""
        return self._settled(given, is_kept=False)

    def _settled(self, given: Given, *, is_kept: bool) -> Plain:
        """Take letters off their queue, and send them back to where they came from, or not."""
        name, wanted = given.text("queue"), given.texts("messages")
        queues, count = self._simulation.cloud.queues, 0
        taken = queues.receive(name, self._simulation.cloud.channels[self._letters(name)].waiting())
        for one in reversed(taken):
            if wanted and one.envelope.id not in wanted:
                queues.release(name, [one.receipt])
        for one in taken:
            if wanted and one.envelope.id not in wanted:
                continue
            if is_kept:
                queues.send(name.removesuffix("-dead-letters"), [one.envelope.anew()])
            queues.acknowledge(name, [one.receipt])
            count += 1
        return {"count": count}

    def _letters(self, name: str) -> str:
        """The name, if it is that of a queue of dead letters."""
        known = [one.name for one in self._simulation.cloud.application.queues if one.role == DEAD_LETTERS]
        if name not in known:
            raise NotFound(f"there is no dead-letter queue {name!r}; there are {', '.join(known)}")
        return name

    # --- orchestrations

    def _start(self, given: Given) -> Plain:
        """Takes {"orchestration", "body", "id"?}: its arguments by name."""
        one = self._orchestration(given)
        arguments = one.codec.decode(given.text("body"))
        return {"execution": one.options(id=given.text("id", "") or None).start(**arguments).id}

    def _answer(self, given: Given) -> Plain:
        """Takes {"orchestration", "execution", "event", "body"}."""
        event = _named(self._app.declared, (Event,), given.text("event"), "event")
        payload = event.codec.decode(given.text("body"))
        execution = self._orchestration(given).execution(given.text("execution"))
        return {"event": event.send(execution, payload)}

    def _cancel(self, given: Given) -> Plain:
        """Takes {"orchestration", "execution"}."""
        self._orchestration(given).execution(given.text("execution")).cancel()
        return {}

    def _orchestration(self, given: Given) -> Orchestration[..., Any]:
        name = given.text("orchestration")
        return _named(self._app.orchestrations, (Orchestration,), name, "orchestration")  # type: ignore[no-any-return]

    # --- time

    def _speed(self, given: Given) -> Plain:
        """Takes {"speed"}: 0 to let time stand still."""
        self._clock.speed = given.number("speed", FASTEST)
        return {}

    def _travel(self, given: Given) -> Plain:
        """Takes {"by_s"}: ahead."""
        self._clock.travel(round(given.number("by_s", FARTHEST.total_seconds()) * US))
        return {}


def _named(known: Iterable[Any], kinds: tuple[type[Any], ...], name: str, noun: str) -> Any:
    """The one of that name; NotFound with the others."""
    found = {one.name: one for one in known if isinstance(one, kinds)}
    if name not in found:
        raise NotFound(f"there is no {noun} {name!r}; there are {', '.join(found) or 'none'}")
    return found[name]
