"""Physical names: what a stage's resources are called, for the compiler that makes them and the callers that use them.

    queue orders of app shop, stage prod     shop-prod-orders, or shop-prod-orders.fifo where it is ordered
    dead letters of an ordered queue         shop-prod-orders-dead-letters.fifo: SQS moves from FIFO to FIFO only
    its ledger                               the table shop-prod-ledger

May import: the standard library.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Protocol

    from cloudless.ir import Application, Queue

    class Stage(Protocol):
        """What this needs of a table in cloudless.toml."""

        @property
        def name(self) -> str: ...
        @property
        def region(self) -> str | None: ...
        @property
        def config(self) -> Mapping[str, Any]: ...


FIFO = ".fifo"
"""How the name of every ordered queue ends, and that of no other.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
"""


def addresses_of(application: Application, stage: Stage) -> dict[str, Any]:
    """What `AwsCloud` is given to find a whole stage."""
    prefix = f"{application.name}-{stage.name}"
    return {
        "queues": queues_of(application, prefix),
        "ledger": f"{prefix}-ledger",
        "region": stage.region or "",
        "config": dict(stage.config),
    }


def queues_of(application: Application, prefix: str) -> dict[str, str]:
    """Every queue's name by its logical one; `existing={"aws": …}` gives ARN, name or URL of another."""
    behind_ordered = {queue.dead_letters for queue in application.queues if queue.ordered}

    def name_of(queue: Queue) -> str:
        is_fifo = queue.ordered or queue.name in behind_ordered
        return queue.existing.get("aws") or f"{prefix}-{queue.name}{FIFO if is_fifo else ''}"

    return {queue.name: name_of(queue) for queue in application.queues}
