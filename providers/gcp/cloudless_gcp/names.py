"""Physical names: what a stage's resources are called, for the compiler that makes them and the callers that use them.

    queue orders of app shop, stage prod     projects/P/topics/shop-prod-orders, and a subscription of that name
    its ledger                               projects/P/databases/shop-prod

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
        def project(self) -> str | None: ...
        @property
        def region(self) -> str | None: ...
        @property
        def config(self) -> Mapping[str, Any]: ...


def addresses_of(application: Application, stage: Stage) -> dict[str, Any]:
    """What `GoogleCloud` is given to find a whole stage."""
    prefix = f"{application.name}-{stage.name}"
    topics = f"projects/{stage.project}/topics/{prefix}"
    return {
        "queues": {queue.name: topic_of(queue, topics) for queue in application.queues},
        "ledger": f"projects/{stage.project}/databases/{prefix}",
        "region": stage.region or "",
        "config": dict(stage.config),
    }


def topic_of(queue: Queue, prefix: str) -> str:
    """Full name of a queue's topic; `existing={"gcp": …}` names one made elsewhere."""
    return queue.existing.get("gcp") or f"{prefix}-{queue.name}"
