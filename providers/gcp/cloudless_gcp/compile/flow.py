"""Flow: through which subscriptions goes on what a function sends, and so what has to be there before it.

    take ──► topic placed ──► subscription placed-mail ──► mail ──► queue letters ──► subscription letters ──► print

What is published to a topic without a subscription is gone, and what is pushed to a function that is not there counts
as an attempt. So Terraform goes against the stream: a function is made, or gets its next code, once the subscriptions
are there of all that it may send; a subscription, once the function is there that it pushes to, and may be called.
https://cloud.google.com/pubsub/docs/subscription-overview

Where the stream goes round in a circle (`recursive=True`, or letters that find a way back), the subscriptions on it do
not wait for their functions, so that none comes too late; whoever sends into the circle from outside waits for all of
it. Not every way back is a circle: all that a consumer ever gets has come through the subscription of its queue, so
that is there when it sends to its queue again. The same holds for who consumes dead letters, and what they are of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from cloudless.compiler.unit import ON, Unit
from cloudless.compiler.wait import TYPE as WAIT
from cloudless_gcp.compile import need, scope
from cloudless_gcp.compile.circle import circles

if TYPE_CHECKING:
    from cloudless.ir import Queue
    from cloudless_gcp.compile.ground import Ground


class Flow:
    """What comes first, as addresses in order, for `depends_on`.

    A function is there for others when the wait after its permissions is over (wait.py), which has its label.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._subscribed: dict[str, list[str]] = {}
        self._letters: dict[str, str] = {}
        self._look()
        self._after: Mapping[str, tuple[str, ...]] = dict(self._steps())
        self._circles = circles(self._after)

    def before_function(self, unit: Unit) -> list[str]:
        """What has to be there before the function of a unit, and before its next code."""
        one = self._function(unit.name)
        return self._first(self._after[one], one)

    def before_subscription(self, label: str) -> list[str]:
        """What has to be there before the subscription of that label."""
        one = self._subscription(label)
        return self._first(self._after[one], one)

    def before_queue(self, name: str) -> list[str]:
        """What has to be there before somebody else sends to a queue."""
        return self._first(self._main(name))

    def before_all(self) -> list[str]:
        """What has to be there before somebody else sends to anything."""
        return self._first(one for one in self._after if not _is_function(one))

    def _first(self, following: Iterable[str], one: str = "") -> list[str]:
        """On one circle with it, subscriptions alone; of another circle, all."""
        own = self._circles.get(one)
        found: set[str] = set()
        for other in following:
            circle = self._circles.get(other)
            if circle is None:
                found.add(other)
            elif circle is not own:
                found.update((other, *filter(_is_function, circle)))
            elif not _is_function(other):
                found.add(other)
        return sorted(found)

    # --- the stream -----------------------------------------------------------------------------------

    def _look(self) -> None:
        """Subscriptions by topic, and of what letters are by their queue."""
        application = self._ground.application
        for one in application.subscriptions:
            self._subscribed.setdefault(one.topic, []).append(one.name)
        self._letters |= {one.dead_letters: one.name for one in application.queues}
        self._letters |= {one.dead_letters: one.name for one in application.subscriptions}

    def _steps(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each function and each subscription, with what comes right after it."""
        ground = self._ground
        for unit in ground.units:
            yield self._function(unit.name), tuple(self._sent(unit))
        for queue in ground.application.queues:
            yield from self._of_queue(queue)
        for one in ground.application.subscriptions:
            source = one.forward or one.name
            copies = self._main(source) if source in ground.consumers else ()
            yield self._subscription(scope.of_subscriber(one.name)), tuple(copies)
            if one.handler:
                yield self._subscription(scope.of_retries(one.name)), tuple(self._delivered(one.name))

    def _of_queue(self, queue: Queue) -> Iterator[tuple[str, tuple[str, ...]]]:
        """What nothing consumes waits there; letters that are consumed go round between two subscriptions."""
        unit = self._ground.consumers.get(queue.name)
        if unit is None:
            yield from ((one, ()) for one in self._main(queue.name))
        elif not self._ground.plans[queue.name].endless:
            yield self._subscription(queue.name), tuple(self._delivered(queue.name))
        else:
            again = self._subscription(scope.of_retries(queue.name))
            yield self._subscription(queue.name), (again,)
            yield again, (self._function(unit.name),)

    def _delivered(self, source: str) -> Iterator[str]:
        """After a delivery of a queue, or of what comes again for one subscriber: its letters, and its function."""
        if letters := self._ground.plans[source].dead_letters:
            yield from self._main(letters)
        yield self._function(self._ground.consumers[source].name)

    def _sent(self, unit: Unit) -> Iterator[str]:
        """Subscriptions of all that the code of a unit may send."""
        through = self._through(unit)
        for on, name in self._ground.needed.published(unit):
            if on == need.TOPIC:
                others = (one for one in self._subscribed.get(name, ()) if one not in through)
                yield from (self._subscription(scope.of_subscriber(one)) for one in others)
            elif name not in through:
                yield from self._main(name)

    def _through(self, unit: Unit) -> tuple[str, ...]:
        """Queue or subscription through which all has come that a unit ever gets: none where it is called as well."""
        if unit.kind != ON or unit.source is None:
            return ()
        source = unit.source.queue
        return source, self._letters.get(source, source)

    def _main(self, name: str) -> Iterator[str]:
        """The subscription of a queue's topic, or of a subscription's retries; none of a queue that others consume."""
        queue = self._ground.queues.get(name)
        if queue is None:
            yield self._subscription(scope.of_retries(name))
        elif name in self._ground.consumers or not queue.existing.get("gcp"):
            yield self._subscription(name)

    def _subscription(self, label: str) -> str:
        return str(self._ground.document.address(scope.SUBSCRIPTION, label))

    def _function(self, unit: str) -> str:
        return str(self._ground.document.address(WAIT, unit))


def _is_function(address: str) -> bool:
    return address.startswith(f"{WAIT}.")
