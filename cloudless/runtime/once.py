"""`once_by` and `deduplication_id`: the ledger around a handler. Each key is handled once; a failed one is tried again.

    claim ── Done ──► nothing to do (a duplicate): the delivery is done
          ├─ Held ──► postponed until the other delivery's lease has ended; not an attempt
          └─ Claimed ──► call ── returns ──► complete
                              └─ raises ──► release, and raise on

A dead letter leaves its key free, so that it can be redriven.
"""

from __future__ import annotations

from cloudless.driver.ledger import Done, Held
from cloudless.errors import Reject, Unavailable
from cloudless.message import member
from cloudless.runtime.outcome import Postponed, Skipped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cloudless.driver.provider import Cloud
    from cloudless.message import Envelope
    from cloudless.runtime.call import Call
    from cloudless.runtime.plan import Plan

LEASE_MARGIN_S = 10.0
"""The lease outlives the time-out by this, and ends before the platform's lock does."""
_RUNNING = Skipped('another run goes on, overlap="skip"')


class Once:
    """The guard of one consumer with `once_by`."""

    __slots__ = ("_call", "_cloud", "_handled", "_lease_s", "_path", "_plan")

    def __init__(self, plan: Plan, call: Call, cloud: Cloud) -> None:
        self._plan = plan
        self._call = call
        self._cloud = cloud
        self._path = plan.once.split(".") if plan.once else []
        self._lease_s = plan.timeout_s + LEASE_MARGIN_S
        self._handled = Skipped(f"handled already, {f'once_by={plan.once!r}' if plan.once else 'its deduplication_id'}")

    def call(self, body: Any, envelope: Envelope) -> Any:
        """Call the handler if this key was not handled before; a `Call`."""
        key, owner = self._key(body, envelope), self._owner(envelope)
        if not key:
            return self._call(body, envelope)
        if not self._claim(key, owner):
            return self._handled
        try:
            result = self._call(body, envelope)
        except Exception:
            self._release(key, owner)
            raise
        self._complete(key, owner)
        return result

    def settled(self, body: Any, envelope: Envelope) -> bool:
        """Whether the key was handled, although a delivery of it never ended."""
        key, owner = self._key(body, envelope), self._owner(envelope)
        if not key:
            return False
        if not self._claim(key, owner):
            return True
        self._release(key, owner)
        return False

    def _owner(self, envelope: Envelope) -> str:
        """On an ordered queue the message itself, so that a redelivery takes over its own lease (decision 0003)."""
        return envelope.id if self._plan.ordered else self._cloud.new_id()

    def _claim(self, key: str, owner: str) -> bool:
        try:
            answer = self._cloud.ledger.claim(key, owner, self._lease_s)
        except Unavailable as problem:
            raise Postponed(self._plan.delay_s, f"the ledger is unavailable: {problem}") from problem
        if isinstance(answer, Held):
            raise Postponed(answer.rest_s, f"{key} is being handled by another delivery")
        return not isinstance(answer, Done)

    def _complete(self, key: str, owner: str) -> None:
        try:
            self._cloud.ledger.complete(key, owner, self._plan.remember_s)
        except Unavailable:
            # The handler is done. To fail now would run it again for certain; to go on, only if a duplicate comes.
            return

    def _release(self, key: str, owner: str) -> None:
        try:
            self._cloud.ledger.release(key, owner)
        except Unavailable:
            return  # the lease ends by itself; the handler's own error is the one to report

    def _key(self, body: Any, envelope: Envelope) -> str:
        """The key of a message: of the body's field, or the sender's deduplication id, or "" for none."""
        if not self._path:
            return f"{self._plan.source}/{envelope.deduplication}" if envelope.deduplication else ""
        value = body
        for name in self._path:
            value = member(value, name)
        if value is None:
            raise Reject(f"once_by={self._plan.once!r}: the body has no such value")
        return f"{self._plan.handler}/{value}"


class Exclusive:
    """`overlap="skip"`: the guard of a schedule whose runs must not overlap."""

    __slots__ = ("_call", "_cloud", "_delay_s", "_key", "_lease_s")

    def __init__(self, plan: Plan, call: Call, cloud: Cloud) -> None:
        self._call = call
        self._cloud = cloud
        self._delay_s = plan.delay_s
        self._key = f"running/{plan.handler}"
        self._lease_s = plan.timeout_s + LEASE_MARGIN_S

    def call(self, body: Any, envelope: Envelope) -> Any:
        """Run, unless another run is going on; a `Call`."""
        owner = self._cloud.new_id()
        if not self._claim(owner, envelope):
            return _RUNNING
        try:
            result = self._call(body, envelope)
        except Exception:
            self._release(owner)
            raise
        self._release(owner)
        return result

    def _claim(self, owner: str, envelope: Envelope) -> bool:
        """Whether the run may begin. A redelivery is never left out: the lease may be that of its own crash."""
        try:
            answer = self._cloud.ledger.claim(self._key, owner, self._lease_s)
        except Unavailable as problem:
            raise Postponed(self._delay_s, f"the ledger is unavailable: {problem}") from problem
        if isinstance(answer, Held) and envelope.attempt > 1:
            raise Postponed(answer.rest_s, f"{self._key} is held by a run that is going on, or has crashed")
        return not isinstance(answer, Held)

    def _release(self, owner: str) -> None:
        try:
            self._cloud.ledger.release(self._key, owner)
        except Unavailable:
            return  # the lease ends by itself; what the handler did, or raised, stands
