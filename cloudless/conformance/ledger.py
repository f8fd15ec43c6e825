"""The ledger: one claim wins, leases end, results are remembered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

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
        assert 0 < held.rest_s <= 60

    @needs("queue.once")
    @covers("ledger")
    def test_keys_do_not_meet(self, target: Target) -> None:
        assert isinstance(target.ledger.claim("k/1", "a", 60), Claimed)
        assert isinstance(target.ledger.claim("k/2", "b", 60), Claimed)

    @needs("queue.once")
    @covers("ledger")
    def test_any_text_is_a_key(self, target: Target) -> None:
        for key in ("a/b#c?d\\e", "é 漢 🜁", " ", "x" * 512, "__x__", ".", "..", '"', "a\nb"):
            assert isinstance(target.ledger.claim(key, "a", 60), Claimed), key
            assert isinstance(target.ledger.claim(key, "b", 60), Held), key

    @needs("queue.once")
    @covers("ledger")
    def test_the_owner_renews_its_lease(self, target: Target) -> None:
        target.ledger.claim("k", "a", 60)
        target.advance(timedelta(seconds=50))
        assert isinstance(target.ledger.claim("k", "a", 60), Claimed)
        target.advance(timedelta(seconds=50))
        assert isinstance(target.ledger.claim("k", "b", 60), Held)

    @needs("queue.once")
    @covers("ledger", "crash")
    def test_a_lease_that_ended_is_free(self, target: Target) -> None:
        target.ledger.claim("k", "a", 60)
        target.advance(timedelta(seconds=63))
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
    def test_an_owner_whose_lease_another_took_over_does_not_complete(self, target: Target) -> None:
        target.ledger.claim("k", "a", 60)
        target.advance(timedelta(seconds=63))
        target.ledger.claim("k", "b", 60)
        assert not target.ledger.complete("k", "a", 3_600)
        assert isinstance(target.ledger.claim("k", "c", 60), Held)

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
        with ThreadPoolExecutor(8) as pool:
            claims = [pool.submit(target.ledger.claim, "k", f"owner-{n}", 60) for n in range(16)]
        answers = [claim.result() for claim in claims]
        assert sum(isinstance(answer, Claimed) for answer in answers) == 1
        assert sum(isinstance(answer, Held) for answer in answers) == 15
