"""The ledger: who may do a thing once. `once_by`, `overlap="skip"` and start ids stand on it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol
else:
    Protocol = object


class Claimed:
    """The caller owns the key now, until its lease ends."""

    __slots__ = ()


class Held:
    """Another owner has the key; its lease ends in at most `rest_s` seconds."""

    __slots__ = ("rest_s",)

    def __init__(self, rest_s: float) -> None:
        self.rest_s = rest_s


class Done:
    """The key was completed, with this result, and is still remembered."""

    __slots__ = ("result",)

    def __init__(self, result: str) -> None:
        self.result = result


CLAIMED = Claimed()


class Ledger(Protocol):
    """Three methods, each atomic for its key: of any number of concurrent claims exactly one wins.

    key: 1 to 512 characters of any kind (drivers hash what their store does not take).
    owner: unique per invocation. Times are the store's or the caller's clock, within a few seconds.
    """

    def claim(self, key: str, owner: str, ttl_s: float) -> Claimed | Held | Done:
        """Take the key for `ttl_s` seconds (1 to 86,400) if it is free, or its lease has ended.

        A second claim by the same owner renews its lease. A `Done` that is no longer remembered is free.
        """
        ...

    def complete(self, key: str, owner: str, remember_s: float, result: str = "") -> bool:
        """Make the key `Done` for `remember_s` seconds (1 to 90 days). result: at most 2 KiB.

        False, and nothing is changed, where `owner` does not hold the key (its lease ended and another claimed).
        """
        ...

    def release(self, key: str, owner: str) -> None:
        """Give the key up, so that another claim succeeds at once. Ignored where `owner` does not hold it."""
        ...
