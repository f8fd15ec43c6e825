"""AwsCloud: a stage on AWS behind the driver protocols, its drivers opened at first use."""

from __future__ import annotations

from cloudless.driver.deployed import Deployed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from cloudless.driver.gap import Gap
    from cloudless_aws.clients.function import LambdaFunctions
    from cloudless_aws.clients.ledger import DynamoLedger
    from cloudless_aws.clients.mailbox import DynamoStore, TaskTokens
    from cloudless_aws.clients.orchestration import StepFunctionsOrchestrations
    from cloudless_aws.clients.queue import SqsQueues
    from cloudless_aws.clients.sdk import Sdk
    from cloudless_aws.clients.secret import SecretsManagerSecrets
    from cloudless_aws.clients.topic import SnsTopics


class AwsCloud(Deployed):
    """See `cloudless.driver.deployed.Deployed`.

    addresses: {"region": "eu-central-1",                               # else as the environment or the profile says
                "account": "123456789012",                              # else CLOUDLESS_ACCOUNT, else AWS is asked
                "queues": {"orders": "shop-prod-orders"},               # names, ARNs or URLs
                "delays": {"orders": {"group": "shop-prod-orders", "role": "shop-prod--delay-orders-eu-central-1"}},
                "topics": {"order-placed": "shop-prod-order-placed"},   # names or ARNs
                "functions": {"charge": "shop-prod-charge"},
                "orchestrations": {"fulfil": "shop-prod-fulfil"},
                "broker": "shop-prod--broker",
                "secrets": {"stripe-key": "shop/prod/stripe-key"},      # names or ARNs
                "ledger": "shop-prod-ledger",
                "config": {"review-above": 500.0}}, each part as far as it is used.

    Emulators are found as the SDK finds them, by AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_<SERVICE>.
    """

    provider = "aws"

    __slots__ = ()

    @property
    def gaps(self) -> Mapping[str, Gap]:
        from cloudless_aws.capabilities import GAPS

        return GAPS

    @property
    def queues(self) -> SqsQueues:
        return self._kept("queues", self._open_queues)

    @property
    def topics(self) -> SnsTopics:
        return self._kept("topics", self._open_topics)

    @property
    def functions(self) -> LambdaFunctions:
        return self._kept("functions", self._open_functions)

    @property
    def orchestrations(self) -> StepFunctionsOrchestrations:
        return self._kept("orchestrations", self._open_orchestrations)

    @property
    def secrets(self) -> SecretsManagerSecrets:
        return self._kept("secrets", self._open_secrets)

    @property
    def ledger(self) -> DynamoLedger:
        return self._kept("ledger", self._open_ledger)

    @property
    def store(self) -> DynamoStore:
        """What the broker keeps: in the ledger's table."""
        return self._kept("store", self._open_store)

    @property
    def tokens(self) -> TaskTokens:
        """Whom the broker lets go on."""
        return self._kept("tokens", self._open_tokens)

    @property
    def sdk(self) -> Sdk:
        """boto3's session, region and account, which all drivers share."""
        return self._kept("sdk", self._open_sdk)

    def _open_queues(self) -> SqsQueues:
        from cloudless_aws.clients.queue import SqsQueues

        given = self._addresses
        return SqsQueues(given.get("queues", {}), given.get("delays", {}), self.sdk, self.now_s)

    def _open_topics(self) -> SnsTopics:
        from cloudless_aws.clients.topic import SnsTopics

        return SnsTopics(self._addresses.get("topics", {}), self.sdk)

    def _open_functions(self) -> LambdaFunctions:
        from cloudless_aws.clients.function import LambdaFunctions

        return LambdaFunctions(self._addresses.get("functions", {}), self.sdk)

    def _open_orchestrations(self) -> StepFunctionsOrchestrations:
        from cloudless_aws.clients.broker import BrokerClient
        from cloudless_aws.clients.orchestration import StepFunctionsOrchestrations

        given = self._addresses
        broker = BrokerClient(given.get("broker", ""), self.sdk)
        machines, functions = given.get("orchestrations", {}), given.get("functions", {})
        return StepFunctionsOrchestrations(machines, functions, broker, self.sdk)

    def _open_secrets(self) -> SecretsManagerSecrets:
        from cloudless_aws.clients.secret import SecretsManagerSecrets

        return SecretsManagerSecrets(self._addresses.get("secrets", {}), self.sdk)

    def _open_ledger(self) -> DynamoLedger:
        from cloudless_aws.clients.ledger import DynamoLedger

        return DynamoLedger(self._addresses["ledger"], self.sdk, self.now_s)

    def _open_store(self) -> DynamoStore:
        from cloudless_aws.clients.mailbox import DynamoStore

        return DynamoStore(self._addresses["ledger"], self.sdk, self.now_s)

    def _open_tokens(self) -> TaskTokens:
        from cloudless_aws.clients.mailbox import TaskTokens

        return TaskTokens(self._addresses.get("orchestrations", {}), self.sdk)

    def _open_sdk(self) -> Sdk:
        from cloudless_aws.clients.sdk import Sdk

        return Sdk(self._addresses.get("region", ""), self._addresses.get("account", ""))
