"""What is known at one point of a program: which variables have a value, and which of them are not None there."""

from __future__ import annotations

from collections.abc import Iterable

from cloudless.frontend.orchestration.value import Facts


class Flow:
    """alive: whether the point can be reached. assigned: a bit for each variable that has a value for certain."""

    __slots__ = ("alive", "assigned", "facts")

    def __init__(self, assigned: int = 0, facts: Facts | None = None, alive: bool = True) -> None:
        self.alive = alive
        self.assigned = assigned
        self.facts = facts or {}

    def copy(self) -> Flow:
        return Flow(self.assigned, dict(self.facts), self.alive)

    def knowing(self, facts: Facts) -> Flow:
        """A copy that knows more."""
        return Flow(self.assigned, {**self.facts, **facts}, self.alive)

    def forget(self, variable: str) -> None:
        """A variable has another value: what was known of it and of its fields is no longer."""
        inside = f"{variable}."
        for path in [path for path in self.facts if path == variable or path.startswith(inside)]:
            del self.facts[path]


def merged(flows: Iterable[Flow]) -> Flow:
    """What is known where several ways meet; ways that do not get there do not count."""
    alive = [flow for flow in flows if flow.alive]
    if not alive:
        return Flow(-1, alive=False)  # after what is never reached, everything may be read: there is nothing to report
    first, *rest = alive
    assigned, facts = first.assigned, first.facts
    for other in rest:
        assigned &= other.assigned
        facts = {path: kind for path, kind in facts.items() if other.facts.get(path) == kind}
    return Flow(assigned, dict(facts))
