"""Topics: each subscription is a queue behind rules."""

from __future__ import annotations

from collections.abc import Mapping

from providers.azure.tests.servicebus.content import Content
from providers.azure.tests.servicebus.filters import EVERYTHING, Rule, SqlRule
from providers.azure.tests.servicebus.queue import Queue


class Subscription:
    """A queue that takes what one of its rules matches. rules: by name; with none, everything."""

    def __init__(self, queue: Queue, rules: Mapping[str, Rule] | None = None) -> None:
        self.queue = queue
        self.rules: dict[str, Rule] = {"$Default": SqlRule(EVERYTHING)} if rules is None else dict(rules)

    def offer(self, content: Content) -> None:
        if any(rule.matches(content) for rule in self.rules.values()):
            self.queue.put(content)


class Topic:
    """subscriptions: by lower-case name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.subscriptions: dict[str, Subscription] = {}

    def publish(self, content: Content) -> None:
        for subscription in self.subscriptions.values():
            subscription.offer(content)
