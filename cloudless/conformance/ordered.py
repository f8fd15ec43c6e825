"""Ordered queues: groups, their heads, and what blocks them."""

from __future__ import annotations

import pytest

from cloudless.conformance.apps import ordered
from cloudless.conformance.harness import Harness, Target
from cloudless.conformance.suite import Suite, covers, needs, notes
from cloudless.errors import InvalidArgument


class OrderedSuite(Suite):
    """What every ordered queue does on every cloud."""

    entry = "cloudless.conformance.apps.ordered:app"

    @needs("queue.ordered")
    @covers("order")
    def test_messages_of_a_group_arrive_in_order(self, harness: Harness) -> None:
        for seed in range(3):
            with self.deploy(harness, seed) as target:
                for n in range(4):
                    ordered.parcels.send({"n": n}, group="a")
                    ordered.parcels.send({"n": n}, group="b")
                target.run()
                assert numbers(target, "a") == numbers(target, "b") == [0, 1, 2, 3]

    @needs("queue.ordered")
    @covers("order")
    def test_a_list_of_messages_keeps_its_order(self, target: Target) -> None:
        ordered.parcels.send_all([{"n": n} for n in range(25)], group="a")
        target.run()
        assert numbers(target, "a") == list(range(25))

    @needs("queue.ordered")
    @covers("order", "exception")
    def test_a_failing_head_blocks_its_group_and_no_other(self, target: Target) -> None:
        ordered.parcels.send({"n": 0, "do": ["raise", "raise", "return"]}, group="a")
        ordered.parcels.send({"n": 1}, group="a")
        ordered.parcels.send({"n": 0}, group="b")
        target.run()
        assert numbers(target, "a") == [0, 0, 0, 1]
        assert notes(target, "ship")[-1]["group"] == "a"
        assert numbers(target, "b") == [0]

    @needs("queue.ordered", "queue.dead_letters")
    @covers("order", "poison message")
    def test_a_group_goes_on_when_its_head_is_a_dead_letter(self, target: Target) -> None:
        ordered.parcels.send({"n": 0, "do": ["raise"]}, group="a")
        ordered.parcels.send({"n": 1}, group="a")
        target.run()
        assert numbers(target, "a") == [0, 0, 0, 1]
        (letter,) = ordered.parcels.dead_letters.peek()
        assert (letter.body["n"], letter.group, letter.error.attempt) == (0, "a", 3)

    @needs("queue.ordered", "queue.dead_letters")
    @covers("order", "reject")
    def test_a_rejected_head_does_not_block_its_group(self, target: Target) -> None:
        ordered.parcels.send({"n": 0, "do": ["reject"]}, group="a")
        ordered.parcels.send({"n": 1}, group="a")
        target.run()
        assert numbers(target, "a") == [0, 1]
        (letter,) = ordered.parcels.dead_letters.peek()
        assert (letter.body["n"], letter.group, letter.error.type) == (0, "a", "Reject")

    @needs("queue.ordered")
    @covers("order", "crash")
    def test_a_head_that_crashed_comes_again_before_its_followers(self, target: Target) -> None:
        ordered.parcels.send({"n": 0, "do": ["crash", "return"]}, group="a")
        ordered.parcels.send({"n": 1}, group="a")
        target.run()
        assert numbers(target, "a") == [0, 0, 1]
        assert [note["attempt"] for note in notes(target, "ship")] == [1, 2, 1]

    @needs("queue.ordered", "queue.dead_letters")
    @covers("order", "crash")
    def test_a_group_goes_on_when_its_head_crashed_every_time(self, target: Target) -> None:
        ordered.parcels.send({"n": 0, "do": ["crash"]}, group="a")
        ordered.parcels.send({"n": 1}, group="a")
        target.run()
        assert numbers(target, "a") == [0, 0, 0, 1]
        (letter,) = ordered.parcels.dead_letters.peek()
        assert (letter.body["n"], letter.group, letter.error.type, letter.error.attempt) == (0, "a", "Crashed", 3)

    @needs("queue.ordered", "queue.dead_letters")
    @covers("order")
    def test_a_redriven_letter_comes_back_to_its_group(self, target: Target) -> None:
        ordered.parcels.send({"n": 0, "do": ["reject", "reject"]}, group="a")
        target.run()
        assert ordered.parcels.dead_letters.redrive() == 1
        target.run()
        assert [(note["n"], note["group"], note["attempt"]) for note in notes(target, "ship")] == [(0, "a", 1)] * 2

    @needs("queue.ordered")
    @covers("order")
    def test_a_batch_handler_gets_lists_of_one(self, target: Target) -> None:
        ordered.crates.send_all([{"n": n} for n in range(4)], group="a")
        target.run()
        assert notes(target, "load") == [{"numbers": [n], "groups": ["a"]} for n in range(4)]

    @needs("queue.ordered")
    @covers("order", "exception")
    def test_a_batch_handler_that_fails_keeps_the_order(self, target: Target) -> None:
        ordered.crates.send_all([{"n": 0, "do": ["raise", "return"]}, {"n": 1}], group="a")
        target.run()
        assert [note["numbers"] for note in notes(target, "load")] == [[0], [0], [1]]

    @needs("queue.ordered", "queue.once")
    @covers("once", "duplicate")
    def test_a_deduplication_id_is_handled_once(self, target: Target) -> None:
        for n in range(2):
            ordered.parcels.send({"n": n}, group="a", deduplication_id="same")
        ordered.parcels.send({"n": 2}, group="a", deduplication_id="other")
        target.run()
        assert numbers(target, "a") == [0, 2]

    @needs("queue.ordered", "queue.once")
    @covers("once", "crash")
    def test_a_message_with_a_deduplication_id_that_crashed_comes_again(self, target: Target) -> None:
        ordered.parcels.send({"n": 0, "do": ["crash", "return"]}, group="a", deduplication_id="x")
        target.run()
        assert numbers(target, "a") == [0, 0]
        assert ordered.parcels.dead_letters.peek() == []
        ordered.parcels.send({"n": 1}, group="a", deduplication_id="x")
        target.run()
        assert numbers(target, "a") == [0, 0]

    @needs("queue.ordered")
    @covers("order", "out of range")
    @pytest.mark.parametrize("group", ["", "x" * 129, "line\nbreak"])
    def test_a_group_that_some_cloud_would_refuse_is_refused(self, target: Target, group: str) -> None:
        with pytest.raises(InvalidArgument, match="group="):
            ordered.parcels.send({"n": 0}, group=group)
        with pytest.raises(InvalidArgument, match="group="):
            ordered.parcels.send_all([{"n": 0}], group=group)
        target.run()
        assert notes(target, "ship") == []

    @needs("queue.ordered")
    @covers("order", "nasty strings")
    def test_groups_of_any_printable_text_are_told_apart(self, target: Target) -> None:
        groups = ["a/b", "a", "A", "é", "漢", "🜁", "a b", '"', "..", "x" * 128]
        for group in groups:
            ordered.parcels.send_all([{"n": 0}, {"n": 1}], group=group)
        target.run()
        assert {group: numbers(target, group) for group in groups} == {group: [0, 1] for group in groups}
        assert len(notes(target, "ship")) == 2 * len(groups)

    @needs("queue.ordered")
    @covers("once", "out of range")
    def test_a_deduplication_id_that_some_cloud_would_refuse_is_refused(self, target: Target) -> None:
        for bad in ("x" * 129, "line\nbreak"):
            with pytest.raises(InvalidArgument, match="deduplication_id="):
                ordered.parcels.send({"n": 0}, group="a", deduplication_id=bad)
        target.run()
        assert notes(target, "ship") == []


def numbers(target: Target, group: str) -> list[int]:
    """What was handled of one group, in order."""
    return [note["n"] for note in notes(target, "ship") if note["group"] == group]
