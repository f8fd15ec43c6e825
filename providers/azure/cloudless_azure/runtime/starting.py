"""Start executions, each id once: the extension would start an id anew that has ended, so the ledger keeps them unique.

    claim "start/fulfil/order-7", for a minute      Done(digest): the same arguments: nothing to do; others: refused
    is there an instance of that id, that runs or is not 90 days old?     whoever claimed it before us died: as Done
    start the instance                              only while the claim surely holds
    complete, for 90 days, with the digest

Whoever dies in between is followed by the next start of the id, which finds out what has become of it.
"""

from __future__ import annotations

import os

from cloudless.codec import dump, load
from cloudless.driver.ledger import Done, Held
from cloudless.driver.orchestration import RUNNING, digest, taken
from cloudless.errors import Unavailable
from cloudless_azure.names import instance_of
from cloudless_azure.runtime import durable_wire as wire
from cloudless_azure.runtime.durable_client import Refused, seconds_of
from cloudless_azure.runtime.instance import status_of
from cloudless_azure.runtime.purge import KEPT_S, start_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from cloudless.driver.provider import Cloud
    from cloudless.message import Envelope
    from cloudless_azure.runtime.durable_client import DurableClient, Instance

LEASE_S = 60.0
"""Of the claim of a start."""
STARTING_S = 30.0
"""Within which of that the start is sent, so that it arrives before somebody else may claim."""
PAUSES_S = (0.1, 0.2, 0.4, 0.8, 1.6)
"""Between looks at a claim of somebody else's."""


class Starting:
    """pause: waits between two looks at a claim."""

    __slots__ = ("_cloud", "_durable", "_pause")

    def __init__(self, cloud: Cloud, durable: DurableClient, pause: Callable[[float], None]) -> None:
        self._cloud = cloud
        self._durable = durable
        self._pause = pause

    def start(self, orchestration: str, definition: str, execution: str, call: Envelope) -> bool:
        """Start an execution, unless there is one with these arguments; whether the ledger let us look.

        call: its body is the arguments. Raises ExecutionExists where the id was used with others, Refused where nothing
        was started, Unavailable where that cannot be told: all but the first are safe to repeat.
        """
        order = wire.Order(
            definition, execution, load(call.body), entropy=os.urandom(16).hex(),
            began_s=self._cloud.now_s(), trace=call.trace, correlation=call.correlation or call.id,
        )  # fmt: skip
        key, owner = start_key(orchestration, execution), self._cloud.new_id()
        known = self._claimed(key, owner, execution)
        is_ours = known is None
        if known is None:
            known = self._begun(instance_of(orchestration, execution), order, key, owner)
        if known != digest(call.body):
            raise taken(orchestration, execution)
        return is_ours

    def _claimed(self, key: str, owner: str, execution: str) -> str | None:
        """None where the start is ours; else the digest of the arguments that the id was used with."""
        ledger = self._cloud.ledger
        for pause_s in (*PAUSES_S, 0):
            found = ledger.claim(key, owner, LEASE_S)
            if isinstance(found, Done):
                return found.result
            if not isinstance(found, Held):
                return None
            self._pause(pause_s)
        raise Unavailable(f"somebody else is starting execution {execution!r}, or died doing so: try again in a minute")

    def _begun(self, id: str, order: wire.Order, key: str, owner: str) -> str:
        """Start the instance, unless whoever claimed the id before us did; the digest of its arguments."""
        ledger = self._cloud.ledger
        try:
            before = self._durable.instance(id, input=True)
            if before is not None and (status_of(before) == RUNNING or self._age_s(before) < KEPT_S):
                told = digest(dump(wire.Order.read(before.get("input")).arguments))
                rest_s = KEPT_S - self._age_s(before)
            else:
                self._start(id, order)
                told, rest_s = digest(dump(order.arguments)), KEPT_S
        except Refused:
            ledger.release(key, owner)
            raise
        if rest_s >= 1:
            ledger.complete(key, owner, min(rest_s, KEPT_S), told)
        else:
            ledger.release(key, owner)
        return told

    def _start(self, id: str, order: wire.Order) -> None:
        if self._cloud.now_s() - order.began_s > STARTING_S:
            raise Refused(f"starting execution {order.execution!r} took too long: nothing was started")
        if not self._durable.start(id, order.text()):
            raise Refused(f"somebody else has started execution {order.execution!r} at the same moment")

    def _age_s(self, instance: Instance) -> float:
        return self._cloud.now_s() - seconds_of(instance.get("createdTime"))
