"""Deployed: what every provider's cloud has of its own accord. A provider adds its drivers.

    class ShopCloud(Deployed):
        provider = "shop"

        @property
        def queues(self) -> ShopQueues:
            return self._kept("queues", self._open_queues)

Part of a bundle: standard library only.
"""

from __future__ import annotations

import os
import time
from threading import RLock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Protocol, TypeVar

    from cloudless.driver.function import FunctionDriver
    from cloudless.driver.gap import Gap
    from cloudless.driver.orchestration import OrchestrationDriver
    from cloudless.driver.secret import SecretDriver
    from cloudless.driver.topic import TopicDriver
    from cloudless.errors import UnsupportedError

    class Closing(Protocol):
        """A driver that holds connections."""

        def close(self) -> None: ...

    D = TypeVar("D", bound=Closing)


class Deployed:
    """See `cloudless.driver.provider.Cloud`: one of these a process, safe from several threads.

    addresses: where things are, as JSON: {"config": {"review-above": 500.0}, …}; each provider documents its own.
    clock: seconds since the epoch, for delays, leases and contexts.
    """

    provider: str
    blocks = True

    __slots__ = ("_addresses", "_clock", "_drivers", "_lock")

    def __init__(self, addresses: Mapping[str, Any], clock: Callable[[], float] = time.time) -> None:
        self._addresses = addresses
        self._clock = clock
        self._drivers: dict[str, Any] = {}
        self._lock = RLock()  # a driver may open what it shares with another

    @property
    def gaps(self) -> Mapping[str, Gap]:
        """The provider's table; imported when something is missing."""
        raise NotImplementedError

    @property
    def topics(self) -> TopicDriver:
        raise self.missing("topic")

    @property
    def functions(self) -> FunctionDriver:
        raise self.missing("function")

    @property
    def orchestrations(self) -> OrchestrationDriver:
        raise self.missing("orchestration")

    @property
    def secrets(self) -> SecretDriver:
        raise self.missing("secret")

    def new_id(self) -> str:
        return os.urandom(16).hex()

    def now_s(self) -> float:
        return self._clock()

    def config(self, name: str) -> Any | None:
        return self._addresses.get("config", {}).get(name)

    def missing(self, capability: str) -> UnsupportedError:
        """The error that cites a gap of the provider's."""
        return self.gaps[capability].error(self.provider)

    def close(self) -> None:
        """Close what was opened; a deployed function never does, a connection of a caller's ends."""
        for driver in self._drivers.values():
            driver.close()

    def _kept(self, noun: str, open_: Callable[[], D]) -> D:
        """The driver of a noun, opened at first use."""
        found: D | None = self._drivers.get(noun)
        if found is not None:
            return found
        with self._lock:
            if noun not in self._drivers:
                self._drivers[noun] = open_()
            kept: D = self._drivers[noun]
            return kept
