"""Purge: executions that ended 90 days ago are forgotten, since the extension itself keeps them for ever.

Who starts an execution has it done, beside the start: of all function apps of steps one, once a day, and on with the
next start where that was not enough.

    claim "purge"                                  somebody else has, or the day is not over: nothing to do
    list what began 90 days ago, and has ended     at most `MOST` whose end is that long ago, too
    claim its start, look once more, forget it     so that nobody starts an id anew while it is forgotten
    complete "purge" for a day                     release, where more is left

A timer would do as well, and would be a function more that wakes an app for nothing.
https://learn.microsoft.com/en-us/azure/azure-functions/durable/durable-functions-instance-management#purge-instance-history
"""

from __future__ import annotations

from threading import Thread

from cloudless.driver.ledger import Claimed
from cloudless_azure.names import instance_prefix_of
from cloudless_azure.runtime.durable_client import seconds_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cloudless.driver.provider import Cloud
    from cloudless_azure.runtime.durable_client import DurableClient, Instance

    Work = Callable[[], None]
    Beside = Callable[[Work], None]
    """Carries out what nobody waits for."""

KEPT_S = 90 * 86_400.0
"""How long an id is known after its execution began, and an execution after it ended."""
MOST = 100
"""Executions that are forgotten at a time: some tenths of a second each."""
AGAIN_S = 60.0
"""A process asks no more often whether it is time."""
_DAY_S = 86_400.0
_LEASE_S = 600.0
"""Of who purges."""
_START_S = 60.0
"""Of the claim of a start."""
_KEY = "purge"
_ENDED = ("Completed", "Failed", "Terminated", "Canceled")


def start_key(orchestration: str, execution: str) -> str:
    """What the ledger knows the start of an execution by."""
    return f"start/{orchestration}/{execution}"


def aside(work: Work) -> None:
    """Carry it out in a thread of its own. If the process ends meanwhile, another one goes on."""
    Thread(target=work, name="cloudless-purge", daemon=True).start()


class Purge:
    """orchestrations: names of those whose executions may be started."""

    __slots__ = ("_asked_s", "_cloud", "_durable", "_names")

    def __init__(self, orchestrations: Iterable[str], cloud: Cloud, durable: DurableClient) -> None:
        self._names = {instance_prefix_of(name): name for name in orchestrations}
        self._cloud = cloud
        self._durable = durable
        self._asked_s = float("-inf")

    def is_due(self) -> bool:
        """Whether `go` is worth a try; once a minute at most."""
        now_s = self._cloud.now_s()
        if now_s - self._asked_s < AGAIN_S:
            return False
        self._asked_s = now_s
        return True

    def go(self) -> None:
        """Forget some, unless that is done for today. What goes wrong is logged: the next one tries again."""
        ledger, owner = self._cloud.ledger, self._cloud.new_id()
        try:
            if not isinstance(ledger.claim(_KEY, owner, _LEASE_S), Claimed):
                return
            if self._some():
                ledger.complete(_KEY, owner, _DAY_S)
            else:
                ledger.release(_KEY, owner)
        except Exception:  # nobody waits for it, so that nobody would hear
            import logging

            logging.getLogger("cloudless.purge").warning("old executions are not purged (yet)", exc_info=True)

    def _some(self) -> bool:
        """Forget `MOST` at most; whether that was all."""
        for number, id in enumerate(self._old()):
            if number == MOST:
                return False
            self._forget(id)
        return True

    def _old(self) -> Iterator[str]:
        until_s = self._cloud.now_s() - KEPT_S
        found = self._durable.instances("", _ENDED, until_s=until_s)
        return (one["instanceId"] for one in found if self._is_old(one))

    def _is_old(self, one: Instance) -> bool:
        return self._cloud.now_s() - seconds_of(one.get("lastUpdatedTime")) >= KEPT_S

    def _forget(self, id: str) -> None:
        prefix, colon, execution = id.partition(":")
        name = self._names.get(prefix + colon)
        if name is None:  # a part of a fan-out, or of an orchestration that is gone: nobody starts such a one
            self._durable.purge(id)
            return
        key, owner = start_key(name, execution), self._cloud.new_id()
        if not isinstance(self._cloud.ledger.claim(key, owner, _START_S), Claimed):
            return
        one = self._durable.instance(id)
        if one is not None and one["runtimeStatus"] in _ENDED and self._is_old(one):
            self._durable.purge(id)
        self._cloud.ledger.release(key, owner)
