# mypy: ignore-errors
# pyright: basic, reportPrivateUsage=false, reportAttributeAccessIssue=false
"""Mutants about which the runner must say the right thing: see test_runner.py."""

from __future__ import annotations

import os
from threading import Event

from cloudless.conformance import ledger as cases
from cloudless.driver.ledger import CLAIMED
from cloudless.memory import ledger
from cloudless.runtime import call
from tests.mutants.fault import DIES, HANGS, Fault, collector, patch, wrap

FAULTS: dict[str, Fault] = {}
fault = collector(FAULTS)


@fault
def killed() -> None:
    patch(ledger.MemoryLedger, "claim", lambda self, key, owner, ttl_s: CLAIMED)


@fault
def survivor() -> None:
    patch(ledger.MemoryLedger, "release", lambda self, key, owner: None)


@fault
def raises() -> None:
    raise RuntimeError("the patch itself")


@fault
def changes_what_is_not_there() -> None:
    patch(ledger.MemoryLedger, "clam", lambda self, key, owner, ttl_s: CLAIMED)


@fault
def calls_with_stale_arguments() -> None:
    wrap(ledger.MemoryLedger, "claim", lambda old, self, key: old(self, key))


@fault
def reads_what_is_not_there() -> None:
    patch(ledger.MemoryLedger, "claim", lambda self, key, owner, ttl_s: self._rows[key])


@fault
def makes_the_cloud_call_what_is_not_there() -> None:
    patch(ledger, "Lease", None)


@fault
def raises_where_the_runtime_catches_it() -> None:
    wrap(call, "context_of", lambda old, plan, envelope, cloud: old(plan, envelope, cloud).there_is_no_such_thing)


@fault
def takes_away_a_suite() -> None:
    del cases.LedgerSuite


@fault
def takes_away_the_deployment() -> None:
    from cloudless.conformance import memory

    patch(memory, "Setup", None)


@fault
def ends_the_process() -> None:
    patch(ledger.MemoryLedger, "claim", lambda self, *rest: os._exit(9))


@fault(ends=DIES)
def ends_the_process_and_says_so() -> None:
    ends_the_process()


@fault
def hangs() -> None:
    patch(ledger.MemoryLedger, "claim", lambda self, *rest: Event().wait())


@fault(ends=HANGS)
def hangs_and_says_so() -> None:
    hangs()


@fault(ends=HANGS)
def says_that_it_hangs_and_does_not() -> None:
    killed()
