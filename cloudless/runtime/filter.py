"""Filters of subscriptions: which messages of a topic are wanted, by their attributes.

In memory, and where a cloud cannot hold a filter: there what does not match is acknowledged, and nobody is called.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Matches = Callable[[Mapping[str, str]], bool]
    """Whether the attributes of a message match."""


def filter_of(where: Sequence[tuple[str, str, Sequence[str]]]) -> Matches | None:
    """Whether attributes match: every condition must, and each needs its attribute to be present. None: any do.

    where: (attribute, operator, values) of each; see `cloudless.ir.topic.Condition`.
    """
    if not where:
        return None
    checks = [(attribute, _check_of(operator, values)) for attribute, operator, values in where]

    def matches(attributes: Mapping[str, str]) -> bool:
        return all(name in attributes and check(attributes[name]) for name, check in checks)

    return matches


def _check_of(operator: str, wanted: Sequence[str]) -> Callable[[str], bool]:
    values = frozenset(wanted)
    if operator == "any_of":
        return lambda value: value in values
    if operator == "none_of":
        return lambda value: value not in values
    if operator == "prefix":
        return lambda value: value.startswith(tuple(values))
    return lambda value: True
