"""The ledger against Google's Firestore emulator: what the conformance suite does not ask of every cloud."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from cloudless.driver.ledger import Claimed, Done, Held
from cloudless.errors import Unavailable
from cloudless_gcp.clients.firestore import Firestore
from cloudless_gcp.clients.ledger import FirestoreLedger
from cloudless_gcp.clients.rest import Google
from tests import tools

START_S = 1_767_355_200.0
NASTY_KEYS = ["\x00", "\ud800", "🜁" * 512]


class Clock:
    def __init__(self) -> None:
        self.now_s = START_S

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(firestore: str, project: str) -> Iterator[Firestore]:
    google = Google()
    yield Firestore(f"projects/{project}/databases/shop-prod", google)
    google.close()


@pytest.fixture
def ledger(store: Firestore, clock: Clock) -> FirestoreLedger:
    return FirestoreLedger(store, clock)


@pytest.fixture
def other(store: Firestore, clock: Clock) -> FirestoreLedger:
    """Another process: it shares the store, and remembers nothing."""
    return FirestoreLedger(store, clock)


def test_a_completed_key_is_done_as_long_as_it_is_remembered(
    ledger: FirestoreLedger, other: FirestoreLedger, clock: Clock
) -> None:
    ledger.claim("k", "me", 60)
    assert ledger.complete("k", "me", 1_000, "é" * 1_024)
    clock.now_s += 999
    done = other.claim("k", "you", 60)
    assert isinstance(done, Done)
    assert done.result == "é" * 1_024
    assert isinstance(ledger.claim("k", "me", 60), Done)
    clock.now_s += 1
    assert isinstance(other.claim("k", "you", 60), Claimed)


def test_of_many_take_overs_at_once_exactly_one_wins(store: Firestore, clock: Clock) -> None:
    FirestoreLedger(store, clock).claim("k", "dead", 1)
    clock.now_s += 1

    def claim(number: int) -> object:
        return FirestoreLedger(store, clock).claim("k", f"owner-{number}", 60)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(claim, range(8)))
    assert sum(isinstance(one, Claimed) for one in answers) == 1


@pytest.mark.parametrize("key", NASTY_KEYS, ids=ascii)
def test_any_text_is_a_key(ledger: FirestoreLedger, other: FirestoreLedger, key: str) -> None:
    assert isinstance(ledger.claim(key, "me", 60), Claimed)
    assert isinstance(other.claim(key, "you", 60), Held)
    assert ledger.complete(key, "me", 60)


def test_a_store_that_does_not_answer_is_unavailable(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", f"127.0.0.1:{tools.free_port()}")
    ledger = FirestoreLedger(Firestore("projects/p/databases/d", Google()), clock)
    with pytest.raises(Unavailable, match=r"firestore\.googleapis\.com, here http:.*, did not answer"):
        ledger.claim("k", "me", 60)
