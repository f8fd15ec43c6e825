"""GoogleCloud: a stage on Google Cloud behind the driver protocols, its drivers opened at first use."""

from __future__ import annotations

import os
import time

from cloudless.errors import UnsupportedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from cloudless.driver.function import FunctionDriver
    from cloudless.driver.ledger import Ledger
    from cloudless.driver.queue import QueueDriver
    from cloudless.driver.secret import SecretDriver
    from cloudless.driver.topic import TopicDriver
    from cloudless_gcp.clients.ledger import FirestoreLedger
    from cloudless_gcp.clients.queue import PubsubQueues


class GoogleCloud:
    """See `cloudless.driver.provider.Cloud`. One of these a process; safe from several threads.

    addresses: {"queues": {"orders": "projects/P/topics/shop-prod-orders"},
                "ledger": "projects/P/databases/shop-prod",
                "region": "europe-west1",
                "config": {"review-above": 500.0}}, each part as far as it is used.
        A queue is a topic with a subscription of the same name.
    clock: seconds since the epoch, for leases and contexts.

    Emulators are found as the SDK finds them, by PUBSUB_EMULATOR_HOST and FIRESTORE_EMULATOR_HOST.
    """

    provider = "gcp"
    blocks = True

    __slots__ = ("_addresses", "_clock", "_ledger", "_queues")

    def __init__(self, addresses: Mapping[str, Any], clock: Callable[[], float] = time.time) -> None:
        self._addresses = addresses
        self._queues: PubsubQueues | None = None
        self._ledger: FirestoreLedger | None = None
        self._clock = clock

    @property
    def queues(self) -> QueueDriver:
        if self._queues is None:
            from cloudless_gcp.clients.pubsub import Clients
            from cloudless_gcp.clients.queue import PubsubQueues

            self._queues = PubsubQueues(self._addresses.get("queues", {}), Clients(self._addresses.get("region", "")))
        return self._queues

    @property
    def ledger(self) -> Ledger:
        if self._ledger is None:
            from cloudless_gcp.clients.firestore import Firestore
            from cloudless_gcp.clients.ledger import FirestoreLedger

            self._ledger = FirestoreLedger(Firestore(self._addresses["ledger"]), self.now_s)
        return self._ledger

    @property
    def topics(self) -> TopicDriver:
        raise missing("topic")

    @property
    def functions(self) -> FunctionDriver:
        raise missing("function")

    @property
    def secrets(self) -> SecretDriver:
        raise missing("secret")

    def close(self) -> None:
        """Close what was opened; a deployed function never does, a connection of a caller's ends."""
        if self._queues is not None:
            self._queues.close()
        if self._ledger is not None:
            self._ledger.close()

    def new_id(self) -> str:
        return os.urandom(16).hex()

    def now_s(self) -> float:
        return self._clock()

    def config(self, name: str) -> Any | None:
        return self._addresses.get("config", {}).get(name)


def missing(capability: str) -> UnsupportedError:
    """The error that cites a gap of ours."""
    from cloudless_gcp.capabilities import GAPS

    gap = GAPS[capability]
    return UnsupportedError(f"gcp: {gap.reason} ({gap.kind}). {gap.link}".rstrip())
