"""The rules of a subscription: a message enters if one of them matches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from providers.azure.tests.servicebus.content import Content
from providers.azure.tests.servicebus.sql import condition_of

EVERYTHING = "1 = 1"
_NAMES = {"label": "subject"}


class Rule(Protocol):
    """One filter."""

    def matches(self, content: Content) -> bool: ...


class SqlRule:
    """expression: a condition; raises BadFilter for what is none."""

    def __init__(self, expression: str) -> None:
        self.expression = expression
        self._condition = condition_of(expression)

    def matches(self, content: Content) -> bool:
        """Whether the condition is true; unknown is not."""
        return self._condition(content) is True


class CorrelationRule:
    """All that is named must be equal. properties: the user's; system: by name, e.g. {"label": "order"}."""

    def __init__(self, properties: Mapping[str, Any] | None = None, **system: str) -> None:
        self.properties = dict(properties or {})
        self.system = {name.replace("_", "-"): value for name, value in system.items()}

    def matches(self, content: Content) -> bool:
        known = {name: content.part(_NAMES.get(name, name)) for name in self.system}
        return known == self.system and all(
            content.application.get(name) == value for name, value in self.properties.items()
        )
