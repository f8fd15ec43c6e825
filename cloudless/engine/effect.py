"""What an orchestration asks its scheduler for: a program yields one of these, and is resumed with the value."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any

    from cloudless.engine.retry import Policy

    Running = Generator["Effect", Any, Any]
    """A program, or a branch of one, that is under way: yields effects, returns its value, raises Raised."""

CALL = "call"
SEND = "send"
PORTION = "portion"


class Effect:
    """Base of all."""

    __slots__ = ()


class Step(Effect):
    """Work outside of the engine, at least once: a call of a function or pure function, a send, a publish.

    verb: CALL; SEND, with `target` = "queue:orders" or "topic:placed"; or PORTION, of a fan-out that is too large for
    one scheduler (`Host.portion_size`). target: name of the function. payload: the arguments by name, {"body",
    "attributes", "delay_s", "group"}, or what `Definition.portion` takes. key: the same for every attempt, and for
    nothing else. policy: what is tried again. timeout_s: of an attempt, 0 for the function's own.
    """

    __slots__ = ("id", "key", "payload", "policy", "target", "timeout_s", "verb")

    def __init__(  # noqa: PLR0917  (made once a step)
        self, verb: str, target: str, payload: dict[str, Any], id: str, key: str, policy: Policy, timeout_s: float
    ) -> None:
        self.verb = verb
        self.target = target
        self.payload = payload
        self.id = id
        self.key = key
        self.policy = policy
        self.timeout_s = timeout_s


class Sleep(Effect):
    """So many whole seconds."""

    __slots__ = ("id", "seconds")

    def __init__(self, seconds: int, id: str) -> None:
        self.seconds = seconds
        self.id = id


class Wait(Effect):
    """The next event of a name; TimeoutError after `timeout_s`, None for never."""

    __slots__ = ("event", "id", "timeout_s")

    def __init__(self, event: str, timeout_s: int | None, id: str) -> None:
        self.event = event
        self.timeout_s = timeout_s
        self.id = id


class Parallel(Effect):
    """Branches 0 to count - 1, at most `limit` at a time (0 for all), settled all.

    The value: for each, ("v", its value) or ("err", its error). branch: makes one.
    """

    __slots__ = ("branch", "count", "id", "limit")

    def __init__(self, count: int, limit: int, branch: Callable[[int], Running], id: str) -> None:
        self.count = count
        self.limit = limit
        self.branch = branch
        self.id = id
