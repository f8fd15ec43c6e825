"""AzureCloud: a stage on Azure behind the driver protocols, its drivers opened at first use."""

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
    from cloudless_azure.clients.ledger import TableLedger
    from cloudless_azure.clients.queue import ServiceBusQueues


class AzureCloud:
    """See `cloudless.driver.provider.Cloud`. One of these a process; safe from several threads.

    addresses: {"queues": {"orders": "orders"},
                "ledger": "ledger",
                "config": {"review-above": 500.0},
                "service_bus": "shop-prod-1a2b3c.servicebus.windows.net",
                "tables": "https://shopprod1a2b3c.table.core.windows.net"}, each part as far as it is used.
        The last two are for callers outside of a function: inside, settings name the services (clients/connection.py).
    clock: seconds since the epoch, for delays, leases and contexts.
    """

    provider = "azure"
    blocks = True

    __slots__ = ("_addresses", "_clock", "_ledger", "_queues")

    def __init__(self, addresses: Mapping[str, Any], clock: Callable[[], float] = time.time) -> None:
        self._addresses = addresses
        self._clock = clock
        self._queues: ServiceBusQueues | None = None
        self._ledger: TableLedger | None = None

    @property
    def queues(self) -> QueueDriver:
        if self._queues is None:
            from cloudless_azure.clients.queue import ServiceBusQueues
            from cloudless_azure.clients.servicebus import Clients

            clients = Clients(self._addresses.get("service_bus", ""))
            self._queues = ServiceBusQueues(self._addresses.get("queues", {}), self.now_s, clients)
        return self._queues

    @property
    def ledger(self) -> Ledger:
        if self._ledger is None:
            from cloudless_azure.clients.ledger import TableLedger
            from cloudless_azure.clients.table import Table

            table = Table(self._addresses["ledger"], self._addresses.get("tables", ""))
            self._ledger = TableLedger(table, self.now_s)
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
    from cloudless_azure.capabilities import GAPS

    gap = GAPS[capability]
    return UnsupportedError(f"azure: {gap.reason} ({gap.kind}). {gap.link}".rstrip())
