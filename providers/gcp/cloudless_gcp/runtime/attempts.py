"""Which delivery of a message is which attempt, where the ledger can say it.

Pub/Sub counts every push that was not answered well, those as well that Cloud Run turned away with 429, since all
instances were busy: no code of ours saw them. A function that has the ledger anyhow (`once_by`, an ordered queue,
`overlap="skip"`) keeps there which deliveries reached it, from the second on; the first is taken to have, so that what
always comes at once costs nothing. Where a message may be tried once only, the first is kept as well.
https://cloud.google.com/run/docs/about-instance-autoscaling#exceeding_maximum_instances

    pushes        1 busy   2 busy   3 called   4 busy   5 called
    Pub/Sub       1        2        3          4        5
    attempts      (1)               2                   3
"""

from __future__ import annotations

from contextlib import suppress

from cloudless.driver.ledger import Claimed
from cloudless.errors import CloudlessError, Unavailable
from cloudless_gcp.wire import envelope_of_push

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from cloudless.driver.provider import Cloud
    from cloudless.message import Envelope
    from cloudless.runtime.plan import Plan

HELD_S = 86_400.0
KEPT_S = 2 * HELD_S
"""Longer than a hundred deliveries whose handler takes 550 s each, and waits for 600 s after each."""


class Attempts:
    """Numbers of deliveries of one handler's messages."""

    __slots__ = ("_cloud", "_first", "_plan")

    def __init__(self, plan: Plan, cloud: Cloud) -> None:
        self._plan = plan
        self._cloud = cloud
        self._first = 1 if plan.attempts == 1 else 2

    def numbered(self, push: Mapping[str, Any], envelope: Envelope, deliveries: int) -> Envelope:
        """The message of a push with the number of its attempt. deliveries: as Pub/Sub counts.

        Raises Unavailable where nobody can say it now. Who may not ask the ledger keeps Pub/Sub's count: nor may the
        guard then, whose failure is told.
        """
        try:
            found = self.number(push["message"]["messageId"], deliveries)
        except Unavailable:
            raise
        except CloudlessError:
            found = deliveries
        return envelope if found == deliveries else envelope_of_push({**push, "deliveryAttempt": found})

    def number(self, message: str, deliveries: int) -> int:
        """The number, from 1, of a delivery among those that reached us.

        message: Pub/Sub's id, which no copy shares. deliveries: as Pub/Sub counts. Raises as the ledger.
        """
        if deliveries < self._first:
            return deliveries
        owner, ledger = self._cloud.new_id(), self._cloud.ledger
        for number in range(self._first, deliveries + 1):
            key = f"delivery/{self._plan.handler}/{message}/{number}"
            if isinstance(ledger.claim(key, owner, HELD_S), Claimed):
                with suppress(Unavailable):  # it holds for a day all the same
                    ledger.complete(key, owner, KEPT_S)
                return number
        return deliveries
