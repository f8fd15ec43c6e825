"""AwsCloud: a stage on AWS behind the driver protocols, its drivers opened at first use."""

from __future__ import annotations

from cloudless.driver.deployed import Deployed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from cloudless.driver.gap import Gap
    from cloudless_aws.clients.ledger import DynamoLedger
    from cloudless_aws.clients.queue import SqsQueues


class AwsCloud(Deployed):
    """See `cloudless.driver.deployed.Deployed`.

    addresses: {"queues": {"orders": "https://sqs.eu-central-1.amazonaws.com/123456789012/shop-prod-orders"},
                "ledger": "shop-prod-ledger",
                "region": "eu-central-1",
                "config": {"review-above": 500.0}}, each part as far as it is used.
        A queue may be its name or ARN, whose URL is looked up once.

    Emulators are found as the SDK finds them, by AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SQS and AWS_ENDPOINT_URL_DYNAMODB.
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
    def ledger(self) -> DynamoLedger:
        return self._kept("ledger", self._open_ledger)

    def _open_queues(self) -> SqsQueues:
        from cloudless_aws.clients.queue import SqsQueues
        from cloudless_aws.clients.sdk import Client

        return SqsQueues(self._addresses.get("queues", {}), Client("sqs", self._addresses.get("region", "")))

    def _open_ledger(self) -> DynamoLedger:
        from cloudless_aws.clients.ledger import DynamoLedger
        from cloudless_aws.clients.sdk import Client

        client = Client("dynamodb", self._addresses.get("region", ""))
        return DynamoLedger(self._addresses["ledger"], client, self.now_s)
