"""Plan: what a handler needs to be run. Computed when building, carried in the bundle as JSON."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

BODY = "body"  # the validated body
MESSAGE = "message"  # Message[body]
BODIES = "bodies"  # list of bodies
MESSAGES = "messages"  # list of Message[body]
CONTEXT = "context"  # Context
DUE = "due"  # the local due time of a schedule, an aware datetime
VALUE = "value"  # one argument of a function


class Plan:
    """handler: its name. source: queue, subscription, schedule or function that feeds it.

    parameters: (name, kind) in order; kinds are the constants of this module. is_async: a coroutine function.
    timeout_s: after it the delivery is given up. attempts … max_delay_s: the Retry, in seconds.
    dead_letters: logical name of the queue that takes what is given up; "" where messages may be lost.
    endless: a consumer of dead letters; its failures are retried for ever, since nothing stands behind.
    exclusive: a schedule with overlap="skip"; a run that finds another one going on does nothing.
    batch_size: most messages of one call. once: field of the body (dotted), or "".
    """

    __slots__ = (
        "attempts", "batch_size", "dead_letters", "delay_s", "endless", "exclusive", "factor", "handler", "is_async",
        "max_delay_s", "once", "ordered", "parameters", "remember_s", "source", "timeout_s",
    )  # fmt: skip

    def __init__(  # noqa: PLR0913  (one argument a fact)
        self,
        handler: str,
        source: str,
        parameters: tuple[tuple[str, str], ...] = (),
        *,
        is_async: bool = False,
        timeout_s: float = 60,
        attempts: int = 5,
        delay_s: float = 1,
        factor: float = 2,
        max_delay_s: float = 600,
        dead_letters: str = "",
        endless: bool = False,
        batch_size: int = 1,
        ordered: bool = False,
        exclusive: bool = False,
        once: str = "",
        remember_s: float = 86_400,
    ) -> None:
        self.handler = handler
        self.source = source
        self.parameters = parameters
        self.is_async = is_async
        self.timeout_s = timeout_s
        self.attempts = attempts
        self.delay_s = delay_s
        self.factor = factor
        self.max_delay_s = max_delay_s
        self.dead_letters = dead_letters
        self.endless = endless
        self.batch_size = batch_size
        self.ordered = ordered
        self.exclusive = exclusive
        self.once = once
        self.remember_s = remember_s

    @property
    def is_guarded(self) -> bool:
        """Whether the ledger is asked before the handler is called: for a key, a group or a run."""
        return bool(self.once or self.ordered or self.exclusive)

    def wait_s(self, attempt: int) -> float:
        """Seconds to wait after failed attempt number `attempt`, from 1."""
        if self.delay_s == 0 or self.factor <= 1:  # the number of an attempt may be anything: strangers write it, too
            return min(self.delay_s, self.max_delay_s)
        wait = self.delay_s
        for _ in range(attempt - 1):
            wait *= self.factor
            if wait >= self.max_delay_s:
                break
        return min(wait, self.max_delay_s)

    def to_json(self) -> dict[str, Any]:
        """The plan as JSON values; `Plan.from_json` reads them."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Plan:
        """The plan of JSON values that `to_json` gave."""
        parameters = tuple((name, kind) for name, kind in facts["parameters"])
        rest = {key: value for key, value in facts.items() if key not in ("handler", "source", "parameters")}
        return cls(facts["handler"], facts["source"], parameters, **rest)
