"""GoogleCloud: a stage on Google Cloud behind the driver protocols, its drivers opened at first use."""

from __future__ import annotations

from cloudless.driver.deployed import Deployed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from cloudless.driver.gap import Gap
    from cloudless_gcp.clients.ledger import FirestoreLedger
    from cloudless_gcp.clients.queue import PubsubQueues


class GoogleCloud(Deployed):
    """See `cloudless.driver.deployed.Deployed`.

    addresses: {"queues": {"orders": "projects/P/topics/shop-prod-orders"},
                "ledger": "projects/P/databases/shop-prod",
                "region": "europe-west1",
                "config": {"review-above": 500.0}}, each part as far as it is used.
        A queue is a topic with a subscription of the same name.

    Emulators are found as the SDK finds them, by PUBSUB_EMULATOR_HOST and FIRESTORE_EMULATOR_HOST.
    """

    provider = "gcp"

    __slots__ = ()

    @property
    def gaps(self) -> Mapping[str, Gap]:
        from cloudless_gcp.capabilities import GAPS

        return GAPS

    @property
    def queues(self) -> PubsubQueues:
        return self._kept("queues", self._open_queues)

    @property
    def ledger(self) -> FirestoreLedger:
        return self._kept("ledger", self._open_ledger)

    def _open_queues(self) -> PubsubQueues:
        from cloudless_gcp.clients.pubsub import Clients
        from cloudless_gcp.clients.queue import PubsubQueues

        return PubsubQueues(self._addresses.get("queues", {}), Clients(self._addresses.get("region", "")))

    def _open_ledger(self) -> FirestoreLedger:
        from cloudless_gcp.clients.firestore import Firestore
        from cloudless_gcp.clients.ledger import FirestoreLedger

        return FirestoreLedger(Firestore(self._addresses["ledger"]), self.now_s)
