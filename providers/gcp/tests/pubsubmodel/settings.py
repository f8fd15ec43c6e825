"""What a subscription can be set to.

Ranges: https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions#Subscription
"""

from __future__ import annotations

from dataclasses import dataclass

from providers.gcp.tests.pubsubmodel.message import Refused

ACK_DEADLINE_S = (10, 600)
BACKOFF_S = (0, 600)
DELIVERY_ATTEMPTS = (5, 100)
RETENTION_S = (600, 31 * 86_400)


@dataclass(frozen=True, slots=True)
class Settings:
    """name: full name of the subscription, `projects/P/subscriptions/S`.

    ack_deadline_s: how long a push request may stay unanswered; whole seconds, 10 to 600.
    minimum_backoff_s, maximum_backoff_s: the retry policy, 0 to 600 each. Without one (both None) a
        message comes back at once.
    dead_letter_topic: full name; "" for no dead-letter policy, and then a push carries no `deliveryAttempt`.
    max_delivery_attempts: 5 to 100; the message is forwarded when that many deliveries have failed.
    is_ordered: whether messages of one ordering key are delivered in order.
    retention_s: unacknowledged messages older than this are dropped; 10 minutes to 31 days.
    """

    name: str
    ack_deadline_s: int = 10
    minimum_backoff_s: float | None = None
    maximum_backoff_s: float | None = None
    dead_letter_topic: str = ""
    max_delivery_attempts: int = 5
    is_ordered: bool = False
    retention_s: int = 7 * 86_400

    def __post_init__(self) -> None:
        _in_range("ack_deadline_s", self.ack_deadline_s, ACK_DEADLINE_S)
        _in_range("max_delivery_attempts", self.max_delivery_attempts, DELIVERY_ATTEMPTS)
        _in_range("retention_s", self.retention_s, RETENTION_S)
        if (self.minimum_backoff_s is None) != (self.maximum_backoff_s is None):
            raise Refused("a retry policy has both bounds here: the service would fill in its defaults, 10 s and 600 s")
        for value in (self.minimum_backoff_s, self.maximum_backoff_s):
            _in_range("backoff", value or 0, BACKOFF_S)
        if (self.minimum_backoff_s or 0) > (self.maximum_backoff_s or 0):
            raise Refused("minimum_backoff is above maximum_backoff")
        if self.minimum_backoff_s == 0 and self.maximum_backoff_s:
            raise Refused("no page says how a wait grows from 0 s")

    def backoff_s(self, failures: int) -> float:
        """Seconds until the next delivery after so many failed ones (from 1).

        The documentation says exponential between the bounds, and approximate; that each wait is
        twice the one before is the model's choice.
        https://cloud.google.com/pubsub/docs/subscription-retry-policy
        """
        if not self.minimum_backoff_s or self.maximum_backoff_s is None:
            return 0.0
        return float(min(self.maximum_backoff_s, self.minimum_backoff_s * 2.0 ** min(failures - 1, 20)))


def _in_range(name: str, value: float, bounds: tuple[int, int]) -> None:
    if not bounds[0] <= value <= bounds[1]:
        raise Refused(f"{name}={value}: allowed are {bounds[0]} to {bounds[1]}")
