"""Retries of steps, as data: what is tried again, how often, and after how long."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cloudless.driver.error import Error


class Policy:
    """attempts: in all. names: of the errors that are worth another. delay_s × factor each time, up to max_delay_s."""

    __slots__ = ("attempts", "delay_s", "factor", "max_delay_s", "names")

    def __init__(self, attempts: int, delay_s: float, factor: float, max_delay_s: float, names: frozenset[str]) -> None:
        self.attempts = attempts
        self.delay_s = delay_s
        self.factor = factor
        self.max_delay_s = max_delay_s
        self.names = names

    def takes(self, error: Error) -> bool:
        """Whether an error is of this policy's kinds, whatever is left of its attempts."""
        return not self.names.isdisjoint(error["mro"])

    def wait_s(self, failed: int) -> float:
        """Seconds after failed attempt number `failed`, from 1."""
        return min(self.delay_s * self.factor ** (failed - 1), self.max_delay_s)


ONCE = Policy(1, 0, 1, 0, frozenset())
PLATFORM = Policy(3, 1, 2, 600, frozenset({"PlatformError"}))
"""What failed outside of the user's code: comes before the user's policy, and is counted by itself."""


def policy_of(plain: dict[str, Any] | None) -> Policy:
    """The policy of a `Retry` of the IR."""
    if plain is None:
        return ONCE
    names = frozenset(name.rpartition(":")[2].rpartition(".")[2] for name in plain["on"])
    return Policy(plain["attempts"], plain["delay_s"], plain["factor"], plain["max_delay_s"], names)
