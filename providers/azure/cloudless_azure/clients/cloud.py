"""AzureCloud: a stage on Azure behind the driver protocols, its drivers opened at first use."""

from __future__ import annotations

from cloudless.driver.deployed import Deployed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from cloudless.driver.gap import Gap
    from cloudless_azure.clients.ledger import TableLedger
    from cloudless_azure.clients.queue import ServiceBusQueues


class AzureCloud(Deployed):
    """See `cloudless.driver.deployed.Deployed`.

    addresses: {"queues": {"orders": "orders"},
                "ledger": "ledger",
                "config": {"review-above": 500.0},
                "service_bus": "shop-prod-1a2b3c.servicebus.windows.net",
                "tables": "https://shopprod1a2b3c.table.core.windows.net"}, each part as far as it is used.
        The last two are for callers outside of a function: inside, settings name the services (clients/connection.py).
    """

    provider = "azure"

    __slots__ = ()

    @property
    def gaps(self) -> Mapping[str, Gap]:
        from cloudless_azure.capabilities import GAPS

        return GAPS

    @property
    def queues(self) -> ServiceBusQueues:
        return self._kept("queues", self._open_queues)

    @property
    def ledger(self) -> TableLedger:
        return self._kept("ledger", self._open_ledger)

    def _open_queues(self) -> ServiceBusQueues:
        from cloudless_azure.clients.queue import ServiceBusQueues
        from cloudless_azure.clients.servicebus import Clients

        clients = Clients(self._addresses.get("service_bus", ""))
        return ServiceBusQueues(self._addresses.get("queues", {}), self.now_s, clients)

    def _open_ledger(self) -> TableLedger:
        from cloudless_azure.clients.ledger import TableLedger
        from cloudless_azure.clients.table import Table

        return TableLedger(Table(self._addresses["ledger"], self._addresses.get("tables", "")), self.now_s)
