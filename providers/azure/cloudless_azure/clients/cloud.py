"""AzureCloud: a stage on Azure behind the driver protocols, its drivers opened at first use."""

from __future__ import annotations

from cloudless.driver.deployed import Deployed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from cloudless.driver.gap import Gap
    from cloudless_azure.clients.call import Steps
    from cloudless_azure.clients.function import StepsFunctions
    from cloudless_azure.clients.ledger import TableLedger
    from cloudless_azure.clients.orchestration import DurableOrchestrations
    from cloudless_azure.clients.queue import ServiceBusQueues
    from cloudless_azure.clients.secret import VaultSecrets
    from cloudless_azure.clients.servicebus import Clients
    from cloudless_azure.clients.topic import ServiceBusTopics
    from cloudless_azure.clients.vault import Vault


class AzureCloud(Deployed):
    """See `cloudless.driver.deployed.Deployed`.

    addresses: {"queues": {"orders": "orders"},
                "topics": {"order-placed": "order-placed"},
                "ledger": "ledger",
                "secrets": {"stripe-key": "stripe-key"},          # names in the vault, or URLs in others
                "config": {"review-above": 500.0},
                "service_bus": "shop-prod-1a2b3c.servicebus.windows.net",
                "tables": "https://shopprodledger1a2b3c.table.core.windows.net",
                "vault": "https://shop-prod-1a2b3c.vault.azure.net",
                "steps": "https://shop-prod-steps-4d5e6f.azurewebsites.net"}, each part as far as it is used.
        The last four are for callers outside of a function: inside, settings name the services (clients/connection.py).
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
    def topics(self) -> ServiceBusTopics:
        return self._kept("topics", self._open_topics)

    @property
    def functions(self) -> StepsFunctions:
        return self._kept("functions", self._open_functions)

    @property
    def orchestrations(self) -> DurableOrchestrations:
        return self._kept("orchestrations", self._open_orchestrations)

    @property
    def secrets(self) -> VaultSecrets:
        return self._kept("secrets", self._open_secrets)

    @property
    def ledger(self) -> TableLedger:
        return self._kept("ledger", self._open_ledger)

    @property
    def vault(self) -> Vault:
        """The stage's Key Vault: its secrets, and the keys of calls."""
        return self._kept("vault", self._open_vault)

    @property
    def _service_bus(self) -> Clients:
        return self._kept("service_bus", self._open_service_bus)

    @property
    def _steps(self) -> Steps:
        return self._kept("steps", self._open_steps)

    def _open_queues(self) -> ServiceBusQueues:
        from cloudless_azure.clients.queue import ServiceBusQueues

        return ServiceBusQueues(self._addresses.get("queues", {}), self.now_s, self._service_bus)

    def _open_topics(self) -> ServiceBusTopics:
        from cloudless_azure.clients.topic import ServiceBusTopics

        return ServiceBusTopics(self._addresses.get("topics", {}), self.now_s, self._service_bus)

    def _open_functions(self) -> StepsFunctions:
        from cloudless_azure.clients.function import StepsFunctions

        return StepsFunctions(self._steps)

    def _open_orchestrations(self) -> DurableOrchestrations:
        from cloudless_azure.clients.orchestration import DurableOrchestrations

        return DurableOrchestrations(self._steps)

    def _open_secrets(self) -> VaultSecrets:
        from cloudless_azure.clients.secret import VaultSecrets

        return VaultSecrets(self._addresses.get("secrets", {}), lambda: self.vault)

    def _open_ledger(self) -> TableLedger:
        from cloudless_azure.clients.ledger import TableLedger
        from cloudless_azure.clients.table import Table

        return TableLedger(Table(self._addresses["ledger"], self._addresses.get("tables", "")), self.now_s)

    def _open_vault(self) -> Vault:
        from cloudless_azure.clients.connection import VAULT, url_of
        from cloudless_azure.clients.vault import Vault

        return Vault(url_of(VAULT, self._addresses.get("vault", "")))

    def _open_service_bus(self) -> Clients:
        from cloudless_azure.clients.servicebus import Clients

        return Clients(self._addresses.get("service_bus", ""))

    def _open_steps(self) -> Steps:
        from cloudless_azure.clients.call import Steps
        from cloudless_azure.clients.connection import STEPS, url_of
        from cloudless_azure.clients.key import Keys

        keys = Keys(lambda: self.vault, self.now_s)
        return Steps(url_of(STEPS, self._addresses.get("steps", "")), keys, self.now_s)
