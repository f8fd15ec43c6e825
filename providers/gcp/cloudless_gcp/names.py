"""Physical names: what a stage's resources are called, for the compiler that makes them and the callers that use them.

    queue orders of app shop, stage prod     projects/P/topics/shop-prod-orders, and a subscription of that name
    its ledger                               projects/P/databases/shop-prod

May import: the standard library.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from cloudless.ir import Application, Queue


def addresses_of(application: Application, project: str, stage: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """What `GoogleCloud` is given to find a whole stage. config: the stage's values of `app.config`."""
    prefix = f"{application.name}-{stage}"
    return {
        "queues": {queue.name: topic_of(queue, project, prefix) for queue in application.queues},
        "ledger": f"projects/{project}/databases/{prefix}",
        "config": dict(config),
    }


def topic_of(queue: Queue, project: str, prefix: str) -> str:
    """Full name of a queue's topic; `existing={"gcp": …}` names one made elsewhere."""
    return queue.existing.get("gcp") or f"projects/{project}/topics/{prefix}-{queue.name}"
