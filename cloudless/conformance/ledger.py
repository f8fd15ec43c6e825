"""The ledger: one claim wins, leases end, results are remembered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

from cloudless.conformance.harness import Target
from cloudless.conformance.suite import Suite, covers, needs
from cloudless.driver import Claimed, Done, Held


class LedgerSuite(Suite):
    """What every ledger does on every cloud."""

    entry = "cloudless.conformance.apps.queues:app"

    @needs("queue.once")
    @covers("ledger")
    def test_a_free_key_is_claimed_and_then_held(self, target: Target) -> None:
        assert isinstance(target.ledger.claim("k", "a", 60), Claimed)
        held = target.ledger.claim("k", "b", 60)
        assert isinstance(held, Held)
        assert 50 < held.rest_s <= 60  # the store's clock may be off by a few seconds
        target.advance(timedelta(seconds=30))
        held = target.ledger.claim("k", "b", 60)
        assert isinstance(held, Held)
        assert 20 < held.rest_s <= 30

    @needs("queue.once")
    @covers("ledger")
    def test_keys_do_not_meet(self, target: Target) -> None:
        assert isinstance(target.ledger.claim("k/1", "a", 60), Claimed)
        assert isinstance(target.ledger.claim("k/2", "b", 60), Claimed)
        target.ledger.complete("k/1", "a", 3_600, "one")
        target.ledger.release("k/2", "b")
        assert isinstance(target.ledger.claim("k/1", "c", 60), Done)
        assert isinstance(target.ledger.claim("k/2", "c", 60), Claimed)

    @needs("queue.once")
    @covers("ledger", "nasty strings")
    def test_any_text_is_a_key_of_its_own(self, target: Target) -> None:
        keys = (
            "a/b#c?d\\e",
            "é 漢 🜁",
            "É 漢 🜁",
            " ",
            "  ",
            "x" * 512,
            "x" * 511,
            "__x__",
            ".",
            "..",
            '"',
            "a\nb",
            "a\0b",
        )
        for key in keys:
            assert isinstance(target.ledger.claim(key, "a", 60), Claimed), key
        for key in keys:
            assert isinstance(target.ledger.claim(key, "b", 60), Held), key

    @needs("queue.once")
    @covers("ledger", "size")
    def test_any_result_of_two_kibibytes_is_kept(self, target: Target) -> None:
        for key, result in (("a", "x" * 2_048), ("b", "é" * 1_024), ("c", "\x00\n\u2028🜁"), ("d", "")):
            target.ledger.claim(key, "a", 60)
            assert target.ledger.complete(key, "a", 3_600, result)
            done = target.ledger.claim(key, "b", 60)
            assert isinstance(done, Done)
            assert done.result == result

    @needs("queue.once")
    @covers("ledger")
    def test_the_owner_renews_its_lease(self, target: Target) -> None:
        target.ledger.claim("k", "a", 60)
        target.advance(timedelta(seconds=50))
        assert isinstance(target.ledger.claim("k", "a", 60), Claimed)
        target.advance(timedelta(seconds=50))
        assert isinstance(target.ledger.claim("k", "b", 60), Held)
        target.advance(timedelta(seconds=13))
        assert isinstance(target.ledger.claim("k", "b", 60), Claimed)

    @needs("queue.once")
    @covers("ledger", "crash")
    def test_a_lease_that_ended_is_free(self, target: Target) -> None:
        target.ledger.claim("k", "a", 60)
        target.advance(timedelta(seconds=57))
        assert isinstance(target.ledger.claim("k", "b", 60), Held)
        target.advance(timedelta(seconds=6))
        assert isinstance(target.ledger.claim("k", "b", 60), Claimed)

    @needs("queue.once")
    @covers("ledger")
    def test_a_completed_key_is_done_with_its_result(self, target: Target) -> None:
        target.ledger.claim("k", "a", 60)
        assert target.ledger.complete("k", "a", 3_600, "the result é")
        done = target.ledger.claim("k", "b", 60)
        assert isinstance(done, Done)
        assert done.result == "the result é"
        assert isinstance(target.ledger.claim("k", "a", 60), Done)

    @needs("queue.once")
    @covers("ledger")
    def test_a_completed_key_is_free_when_it_is_no_longer_remembered(self, target: Target) -> None:
        target.ledger.claim("k", "a", 60)
        target.ledger.complete("k", "a", 3_600)
        target.advance(timedelta(seconds=3_590))
        assert isinstance(target.ledger.claim("k", "b", 60), Done)
        target.advance(timedelta(seconds=20))
        assert isinstance(target.ledger.claim("k", "b", 60), Claimed)

    @needs("queue.once")
    @covers("ledger", "wrong owner")
    def test_only_the_owner_completes(self, target: Target) -> None:
        target.ledger.claim("k", "a", 60)
        assert not target.ledger.complete("k", "b", 3_600)
        assert isinstance(target.ledger.claim("k", "b", 60), Held)
        assert not target.ledger.complete("nobody's", "a", 3_600)

    @needs("queue.once")
    @covers("ledger", "wrong owner")
    def test_an_owner_whose_lease_another_took_over_neither_completes_nor_releases(self, target: Target) -> None:
        target.ledger.claim("k", "a", 60)
        target.advance(timedelta(seconds=63))
        target.ledger.claim("k", "b", 60)
        assert not target.ledger.complete("k", "a", 3_600)
        target.ledger.release("k", "a")
        assert isinstance(target.ledger.claim("k", "c", 60), Held)
        assert target.ledger.complete("k", "b", 3_600)

    @needs("queue.once")
    @covers("ledger")
    def test_a_released_key_is_free_at_once(self, target: Target) -> None:
        target.ledger.claim("k", "a", 60)
        target.ledger.release("k", "a")
        assert isinstance(target.ledger.claim("k", "b", 60), Claimed)

    @needs("queue.once")
    @covers("ledger", "wrong owner")
    def test_only_the_owner_releases(self, target: Target) -> None:
        target.ledger.claim("k", "a", 60)
        target.ledger.release("k", "b")
        target.ledger.release("nobody's", "a")
        assert isinstance(target.ledger.claim("k", "b", 60), Held)

    @needs("queue.once")
    @covers("ledger")
    def test_a_done_key_is_not_released(self, target: Target) -> None:
        target.ledger.claim("k", "a", 60)
        target.ledger.complete("k", "a", 3_600)
        target.ledger.release("k", "a")
        assert isinstance(target.ledger.claim("k", "b", 60), Done)

    @needs("queue.once")
    @covers("ledger", "race")
    def test_of_many_claims_at_once_one_wins(self, target: Target) -> None:
        assert _race(target) == (1, 15)

    @needs("queue.once")
    @covers("ledger", "race")
    def test_of_many_claims_on_a_lease_that_ended_one_wins(self, target: Target) -> None:
        target.ledger.claim("k", "crashed", 60)
        target.advance(timedelta(seconds=63))
        assert _race(target) == (1, 15)

    @needs("queue.once")
    @covers("ledger", "race")
    def test_of_many_claims_on_a_released_key_one_wins(self, target: Target) -> None:
        target.ledger.claim("k", "failed", 60)
        target.ledger.release("k", "failed")
        assert _race(target) == (1, 15)

    @needs("queue.once")
    @covers("ledger", "race")
    def test_the_winner_of_a_race_is_the_one_that_completes(self, target: Target) -> None:
        owners = [f"owner-{n}" for n in range(8)]
        with ThreadPoolExecutor(8) as pool:
            claims = list(pool.map(partial(_claim, target), owners))
            completed = list(pool.map(partial(_complete, target), owners))
        assert completed == [isinstance(claim, Claimed) for claim in claims]
        done = target.ledger.claim("k", "late", 60)
        assert isinstance(done, Done)
        assert done.result == owners[completed.index(True)]


def _claim(target: Target, owner: str) -> Claimed | Held | Done:
    return target.ledger.claim("k", owner, 60)


def _complete(target: Target, owner: str) -> bool:
    return target.ledger.complete("k", owner, 3_600, owner)


def _race(target: Target) -> tuple[int, int]:
    """Of 16 claims at once, how many won, and how many found the key held."""
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(partial(_claim, target), [f"owner-{n}" for n in range(16)]))
    return sum(isinstance(answer, Claimed) for answer in answers), sum(isinstance(answer, Held) for answer in answers)
