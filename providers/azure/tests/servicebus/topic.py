"""Topics: each subscription is a queue behind rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from providers.azure.tests.servicebus.clock import Clock
from providers.azure.tests.servicebus.content import Content
from providers.azure.tests.servicebus.filters import EVERYTHING, Rule, SqlRule
from providers.azure.tests.servicebus.problems import Problem
from providers.azure.tests.servicebus.queue import Queue
from providers.azure.tests.servicebus.stored import Settings, Stored

DEFAULT_RULE = "$Default"
"""A subscription is made with it: a filter that is true.

https://learn.microsoft.com/en-us/azure/service-bus-messaging/topic-filters
"""


class Subscription:
    """A queue that takes what one of its rules matches, one copy of it. rules: by name; with none, nothing."""

    def __init__(self, queue: Queue, rules: Mapping[str, Rule] | None = None) -> None:
        self.queue = queue
        self.rules: dict[str, Rule] = {DEFAULT_RULE: SqlRule(EVERYTHING)} if rules is None else dict(rules)

    def offer(self, content: Content) -> None:
        """Take a message, if it matches; a subscription that is full or switched off loses it."""
        if any(rule.matches(content) for rule in self.rules.values()):
            try:
                self.queue.put(content)
            except Problem:
                return


class Topic(Queue):
    """Keeps what is scheduled, and hands the rest to its subscriptions, by lower-case name."""

    def __init__(self, name: str, settings: Settings, clock: Clock, forward: Callable[[str, Content], None]) -> None:
        super().__init__(name, settings, clock, forward, has_dead_letters=False)
        self.subscriptions: dict[str, Subscription] = {}

    def _arrive(self, stored: Stored) -> None:
        del self.messages[stored.number]
        content = stored.content.passed_on(ttl_s=self._ttl_s(stored.content), hops=stored.content.hops)
        for subscription in self.subscriptions.values():
            subscription.offer(content)
