"""GoogleCloud: a stage on Google Cloud behind the driver protocols, its drivers opened at first use."""

from __future__ import annotations

from cloudless.driver.deployed import Deployed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from cloudless.driver.gap import Gap
    from cloudless.driver.orchestration import OrchestrationDriver
    from cloudless_gcp.clients.broker import BrokerClient
    from cloudless_gcp.clients.brokered import BrokeredOrchestrations
    from cloudless_gcp.clients.firestore import Firestore
    from cloudless_gcp.clients.function import RunFunctions
    from cloudless_gcp.clients.ledger import FirestoreLedger
    from cloudless_gcp.clients.mailbox import Callbacks, FirestoreStore
    from cloudless_gcp.clients.orchestration import WorkflowsOrchestrations
    from cloudless_gcp.clients.queue import Pubsub, PubsubQueues
    from cloudless_gcp.clients.rest import Google
    from cloudless_gcp.clients.secret import SecretManagerSecrets
    from cloudless_gcp.clients.start import Starts
    from cloudless_gcp.clients.topic import PubsubTopics

BROKER = "broker"
"""What the address "executions" says where a function has the broker start and control executions."""


class GoogleCloud(Deployed):
    """See `cloudless.driver.deployed.Deployed`.

    addresses: {"project": "P", "region": "europe-west1",
                "queues": {"orders": "projects/P/topics/shop-prod-orders"},     # a subscriber's: where it is sent again
                "subscriptions": {"orders-dead-letters": "projects/P/subscriptions/shop-prod-orders-dead-letters"},
                "delays": {"orders": {"queue": "projects/P/locations/R/queues/shop-prod-orders",
                                      "topic": "projects/P/topics/shop-prod-orders",
                                      "account": "shop-prod--delays-orders@P.iam.gserviceaccount.com"}},
                "account": "shop-prod--callers@P.iam.gserviceaccount.com",      # as whom to call, of who is outside
                "topics": {"order-placed": "projects/P/topics/shop-prod-order-placed"},
                "functions": {"charge": "https://europe-west1-P.cloudfunctions.net/shop-prod-charge"},
                "orchestrations": {"fulfil": "projects/P/locations/R/workflows/shop-prod-fulfil"},
                "executions": "broker",                                         # who starts them; else Workflows
                "broker": "https://europe-west1-P.cloudfunctions.net/shop-prod--broker",
                "secrets": {"stripe-key": "projects/P/secrets/shop-prod-stripe-key"},
                "ledger": "projects/P/databases/shop-prod-ledger",
                "records": "projects/P/databases/shop-prod-executions",         # what the broker keeps
                "config": {"review-above": 500.0}}, each part as far as it is used.

    Where requests go elsewhere than to Google: see rest.py; the SDK finds emulators by PUBSUB_EMULATOR_HOST.
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
    def topics(self) -> PubsubTopics:
        return self._kept("topics", self._open_topics)

    @property
    def functions(self) -> RunFunctions:
        return self._kept("functions", self._open_functions)

    @property
    def orchestrations(self) -> OrchestrationDriver:
        if self._addresses.get("executions") == BROKER:
            return self._kept("brokered", self._open_brokered)
        return self.workflows

    @property
    def workflows(self) -> WorkflowsOrchestrations:
        """Executions as Workflows itself starts and controls them."""
        return self._kept("workflows", self._open_workflows)

    @property
    def secrets(self) -> SecretManagerSecrets:
        return self._kept("secrets", self._open_secrets)

    @property
    def ledger(self) -> FirestoreLedger:
        return self._kept("ledger", self._open_ledger)

    @property
    def store(self) -> FirestoreStore:
        """Where the broker keeps events."""
        return self._kept("store", self._open_store)

    @property
    def callbacks(self) -> Callbacks:
        """Whom the broker lets go on."""
        return self._kept("callbacks", self._open_callbacks)

    @property
    def starts(self) -> Starts:
        """Which execution has which id."""
        from cloudless_gcp.clients.start import Starts

        return Starts(self._firestore("records"), self.now_s)

    @property
    def google(self) -> Google:
        """Google's REST APIs, which all drivers share."""
        return self._kept("google", self._open_google)

    @property
    def pubsub(self) -> Pubsub:
        """The service behind queues and topics."""
        return self._kept("pubsub", self._open_pubsub)

    def _open_queues(self) -> PubsubQueues:
        from cloudless_gcp.clients.delay import Delays
        from cloudless_gcp.clients.queue import PubsubQueues

        given, region = self._addresses, self._addresses.get("region", "")
        delays = Delays(given.get("delays", {}), region, self.google, self.now_s)
        return PubsubQueues(
            given.get("queues", {}), given.get("subscriptions", {}), self.pubsub, delays, self._waiting
        )  # fmt: skip

    def _open_topics(self) -> PubsubTopics:
        from cloudless_gcp.clients.topic import PubsubTopics

        return PubsubTopics(self._addresses.get("topics", {}), self.pubsub)

    def _open_functions(self) -> RunFunctions:
        from cloudless_gcp.clients.function import RunFunctions

        return RunFunctions(self._addresses.get("functions", {}), self.google)

    def _open_workflows(self) -> WorkflowsOrchestrations:
        from cloudless_gcp.clients.orchestration import WorkflowsOrchestrations
        from cloudless_gcp.clients.workflows import Workflows

        workflows = Workflows(self._addresses.get("orchestrations", {}), self.google)
        return WorkflowsOrchestrations(workflows, self.starts, self._broker())

    def _open_brokered(self) -> BrokeredOrchestrations:
        from cloudless_gcp.clients.brokered import BrokeredOrchestrations

        return BrokeredOrchestrations(self._addresses.get("orchestrations", {}), self._broker())

    def _open_secrets(self) -> SecretManagerSecrets:
        from cloudless_gcp.clients.secret import SecretManagerSecrets

        return SecretManagerSecrets(self._addresses.get("secrets", {}), self.google)

    def _open_ledger(self) -> FirestoreLedger:
        from cloudless_gcp.clients.ledger import FirestoreLedger

        return FirestoreLedger(self._firestore("ledger"), self.now_s)

    def _open_store(self) -> FirestoreStore:
        from cloudless_gcp.clients.mailbox import FirestoreStore

        return FirestoreStore(self._firestore("records"), self.now_s)

    def _open_callbacks(self) -> Callbacks:
        from cloudless_gcp.clients.mailbox import Callbacks

        return Callbacks(self.google)

    def _open_google(self) -> Google:
        from cloudless_gcp.clients.rest import Google
        from cloudless_gcp.clients.token import is_inside

        return Google("" if is_inside() else self._addresses.get("account", ""))

    def _open_pubsub(self) -> Pubsub:
        from cloudless_gcp.clients.token import is_inside

        region = self._addresses.get("region", "")
        if is_inside():
            from cloudless_gcp.clients.pubsub import RestPubsub

            return RestPubsub(self.google, region)
        from cloudless_gcp.clients.sdk import SdkPubsub

        return SdkPubsub(region, self.google.tokens)

    def _waiting(self, subscription: str, queue: str) -> int:
        from cloudless_gcp.clients.backlog import waiting

        return waiting(self.google, subscription, queue, self.now_s)

    def _broker(self) -> BrokerClient:
        from cloudless_gcp.clients.broker import BrokerClient

        return BrokerClient(self._addresses.get("broker", ""), self.google)

    def _firestore(self, database: str) -> Firestore:
        from cloudless_gcp.clients.firestore import Firestore

        return Firestore(self._addresses.get(database, ""), self.google)
