"""The ledger over any store that keeps versions: of many who claim a key, one has it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import pytest

from cloudless.driver.lease import TRIES, Lease, LeaseLedger
from cloudless.driver.ledger import Claimed, Done, Held
from cloudless.errors import Unavailable


class Store:
    """Entries in memory, each with its version. asked: what was done, in order."""

    def __init__(self) -> None:
        self.entries: dict[str, Lease] = {}
        self.asked: list[str] = []
        self.now_s = 1_000.0
        self._lock = Lock()
        self._versions = 0

    def read(self, key: str) -> Lease | None:
        self.asked.append("read")
        return self.entries.get(key)

    def write(self, key: str, lease: Lease, over: str | None) -> str | None:
        self.asked.append("write")
        with self._lock:
            found = self.entries.get(key)
            if (found.version if found else None) != over:
                return None
            self._versions += 1
            version = f"{self._versions}"
            self.entries[key] = Lease(lease.owner, lease.state, lease.ends_s, lease.result, version=version)
            return version

    def delete(self, key: str, over: str) -> bool:
        self.asked.append("delete")
        with self._lock:
            found = self.entries.get(key)
            if found is None or found.version != over:
                return False
            del self.entries[key]
            return True


class Ledger(LeaseLedger):
    def __init__(self, store: Store, now_s: Callable[[], float] | None = None) -> None:
        super().__init__(now_s or (lambda: store.now_s))
        self._store = store

    def _read(self, key: str) -> Lease | None:
        return self._store.read(key)

    def _write(self, key: str, lease: Lease, over: str | None) -> str | None:
        return self._store.write(key, lease, over)

    def _delete(self, key: str, over: str) -> bool:
        return self._store.delete(key, over)


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def ledger(store: Store) -> Ledger:
    return Ledger(store)


@pytest.fixture
def other(store: Store) -> Ledger:
    """Another process: it shares the store, and remembers nothing."""
    return Ledger(store)


def test_a_claim_and_its_completion_read_nothing(ledger: Ledger, store: Store) -> None:
    assert isinstance(ledger.claim("k", "me", 60), Claimed)
    assert ledger.complete("k", "me", 60)
    assert store.asked == ["write", "write"]


def test_a_claim_and_its_release_read_nothing(ledger: Ledger, other: Ledger, store: Store) -> None:
    ledger.claim("k", "me", 60)
    ledger.release("k", "me")
    assert store.asked == ["write", "delete"]
    assert isinstance(other.claim("k", "you", 60), Claimed)


def test_whoever_has_no_lease_releases_nothing(ledger: Ledger, other: Ledger) -> None:
    ledger.claim("k", "me", 60)
    other.release("k", "you")
    assert isinstance(other.claim("k", "you", 60), Held)


def test_a_lease_tells_how_long_it_lasts(ledger: Ledger, other: Ledger, store: Store) -> None:
    ledger.claim("k", "me", 60)
    store.now_s += 45
    held = other.claim("k", "you", 60)
    assert isinstance(held, Held)
    assert held.rest_s == 15


def test_the_owner_renews_its_lease(ledger: Ledger, other: Ledger, store: Store) -> None:
    ledger.claim("k", "me", 60)
    store.now_s += 50
    assert isinstance(other.claim("k", "me", 60), Claimed)
    store.now_s += 50
    assert isinstance(other.claim("k", "you", 60), Held)
    assert ledger.complete("k", "me", 100), "the first process still holds it, by what the store says"


def test_a_lease_that_ended_is_nobodys(ledger: Ledger, other: Ledger, store: Store) -> None:
    ledger.claim("k", "me", 60)
    store.now_s += 60
    assert not ledger.complete("k", "me", 100)
    assert isinstance(other.claim("k", "you", 60), Claimed)
    assert not ledger.complete("k", "me", 100)


def test_a_completed_key_is_done_as_long_as_it_is_remembered(ledger: Ledger, other: Ledger, store: Store) -> None:
    ledger.claim("k", "me", 60)
    assert ledger.complete("k", "me", 1_000, "result")
    store.now_s += 999
    done = other.claim("k", "you", 60)
    assert isinstance(done, Done)
    assert done.result == "result"
    assert isinstance(ledger.claim("k", "me", 60), Done)
    store.now_s += 1
    assert isinstance(other.claim("k", "you", 60), Claimed)


def test_a_completion_whose_answer_was_lost_is_known_again(ledger: Ledger, other: Ledger) -> None:
    ledger.claim("k", "me", 60)
    assert ledger.complete("k", "me", 60)
    assert ledger.complete("k", "me", 60)
    assert not other.complete("k", "you", 60)


def test_of_many_take_overs_at_once_exactly_one_wins(store: Store) -> None:
    Ledger(store).claim("k", "dead", 1)
    store.now_s += 1

    def claim(number: int) -> object:
        return Ledger(store).claim("k", f"owner-{number}", 60)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(claim, range(8)))
    assert sum(isinstance(one, Claimed) for one in answers) == 1


def test_a_key_that_keeps_changing_is_unavailable() -> None:
    class Restless(Store):
        def write(self, key: str, lease: Lease, over: str | None) -> str | None:
            return None

    with pytest.raises(Unavailable, match=f"'k' kept changing, {TRIES} times"):
        Ledger(Restless()).claim("k", "me", 60)
