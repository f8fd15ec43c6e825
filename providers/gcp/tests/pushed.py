"""A build whose messages Google's emulator itself pushes, in real time, where otherwise a model of ours does.

It knows no filters, no back-off and no count of deliveries, and shows nobody a token: our front adds that. So this is
for what is handled when it comes first. As on the model nothing happens between calls of `run` and `advance`: pushes
wait at the front, and both return once everything that was published was pushed and acknowledged.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from threading import Condition, Event, Lock
from typing import Any

from providers.gcp.tests.bridge import Subscription
from providers.gcp.tests.pubsubmodel import Subscription as Modelled
from providers.gcp.tests.running import Running
from tests.hosting.http import Request, Response
from tests.hosting.loopback import Loopback

PATIENCE_S = 30.0
"""Real seconds until an acknowledgement that does not come is missed."""
_REFUSED, _DISCARDED = 500, 204

Delivery = tuple[str, str]
"""A subscription, and the id of a message."""


class PushedRunning(Running):
    """See the module, and `Running`."""

    def _make(self) -> None:
        super()._make()
        self._acknowledged = Acknowledged()
        self._turns = {one.name: Lock() for one in self._pushing()}
        self._is_open = Event()
        self._is_discarding = False
        front = self._ends.enter_context(Loopback())
        front.serve(self._taken)
        for one in self._pushing():
            told = {"pushConfig": {"pushEndpoint": f"{front.url}/{one.name}"}}
            self.emulator.ask("POST", f"{one.name}:modifyPushConfig", told)
        for topic in sorted({one.topic for one in self._pushing()}):
            self.emulator.make_subscription(_witness(topic), topic)

    def _pushing(self) -> list[Subscription]:
        return [one for one in self.google.subscriptions.values() if one.push is not None]

    def _taken(self, request: Request) -> Response:
        """A push of the emulator's; one at a time of a subscription, so that a function needs one instance."""
        made = self.google.subscriptions[request.path[1:]]
        self._is_open.wait()
        with self._turns[made.name]:
            status = _DISCARDED if self._is_discarding else self._pushed(made, request.body) or _REFUSED
        self._acknowledged.add((made.name, json.loads(request.body)["message"]["messageId"]), status)
        return Response(status=status)

    def _pump(self, now_us: int) -> None:
        """Wait until what was published is acknowledged, and what was published by that."""
        self._is_open.set()
        while self._touched:
            touched, self._touched = self._touched, set()
            self._acknowledged.wait(set(self._due(touched, now_us)))
        self._is_open.clear()

    def _due(self, topics: Iterable[str], now_us: int) -> Iterable[Delivery]:
        """What the witnesses of topics saw since they were asked last, for each subscription."""
        for topic in topics:
            fed = [one.name for one in self._pushing() if one.topic == topic]
            seen = self.emulator.take(_witness(topic), now_us=now_us) if fed else []
            yield from ((name, message.id) for name in fed for message in seen)

    def clear(self, seed: int) -> None:
        self._is_discarding = True
        self._look_everywhere()
        self._touched.update(self._used)
        self._pump(self.world.now_us)
        self._is_discarding = False
        super().clear(seed)

    def _pulled(self) -> Iterator[tuple[str, str]]:
        yield from ((one.name, one.topic) for one in self.google.subscriptions.values() if one.push is None)
        yield from ((_witness(one.topic), one.topic) for one in self._pushing())

    def _modelled(self, seed: int) -> dict[str, Modelled]:
        return {}


class Acknowledged:
    """What was acknowledged, and what a push was answered otherwise. Safe from several threads."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._done: set[Delivery] = set()
        self._refused: list[tuple[Delivery, int]] = []

    def add(self, delivery: Delivery, status: int) -> None:
        """Note an answer: a success acknowledges."""
        with self._changed:
            if status < 300:
                self._done.add(delivery)
            else:
                self._refused.append((delivery, status))
            self._changed.notify_all()

    def wait(self, deliveries: set[Delivery]) -> None:
        """Return once all of these are acknowledged."""
        with self._changed:
            arrived = self._changed.wait_for(lambda: deliveries <= self._done, PATIENCE_S)
        assert arrived, f"never acknowledged: {deliveries - self._done}; {self._told()}"

    def _told(self) -> Sequence[Any]:
        return self._refused[-5:]


def _witness(topic: str) -> str:
    """The subscription of ours that sees all that a topic is given."""
    return f"{topic.replace('/topics/', '/subscriptions/')}-witness"
