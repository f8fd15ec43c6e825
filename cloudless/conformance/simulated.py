"""What only virtual time can show: handlers that take time, time-outs, overlaps. For the in-memory cloud."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cloudless import Message
from cloudless.conformance.apps import functions, ordered, overlaps, queues, topics
from cloudless.conformance.memory import MemoryHarness, MemoryTarget
from cloudless.conformance.suite import Suite, covers, notes
from cloudless.testing import Simulation

SEEDS = range(8)


class SimulatedSuite(Suite):
    """Time-outs, locks and overlaps, under several seeds."""

    entry = "cloudless.conformance.apps.queues:app"

    @covers("time-outs", "time-out")
    @pytest.mark.parametrize("seed", SEEDS)
    def test_a_message_whose_handler_ran_out_of_time_comes_again(self, harness: MemoryHarness, seed: int) -> None:
        with harness.deploy(self.entry, seed=seed) as target:
            cloud = simulation(target)
            cloud.takes(queues.work, timedelta(seconds=61))
            queues.jobs.send({"n": 1})
            target.run()
            assert [call.outcome for call in cloud.calls(queues.work)] == ["time-out"] * 3
            (letter,) = cloud.dead_letters(queues.jobs)
            assert (letter.error.type, letter.error.attempt) == ("Crashed", 3)

    @covers("time-outs", "time-out")
    def test_what_ran_out_of_time_may_have_had_its_effects_or_not(self, harness: MemoryHarness) -> None:
        effects: set[int] = set()
        for seed in SEEDS:
            with harness.deploy(self.entry, seed=seed) as target:
                simulation(target).takes(queues.work, timedelta(seconds=61))
                queues.jobs.send({"then": {}})
                target.run()
                effects.add(len(notes(target, "follow")))
        assert len(effects) > 1

    @covers("delivery", "slow handler")
    def test_a_message_is_invisible_while_its_handler_runs(self, harness: MemoryHarness) -> None:
        with harness.deploy(self.entry) as target:
            cloud = simulation(target)
            cloud.takes(queues.work, timedelta(seconds=59))
            queues.jobs.send({"n": 1})
            target.advance(timedelta(seconds=58))
            assert len(cloud.calls(queues.work)) == 1
            target.run()
            assert len(cloud.calls(queues.work)) == 1

    @covers("lock", "crash")
    def test_a_message_whose_handler_crashed_stays_locked_for_a_while(self, harness: MemoryHarness) -> None:
        with harness.deploy(self.entry) as target:
            cloud = simulation(target)
            cloud.crash(queues.work)
            queues.jobs.send({"n": 1})
            target.advance(timedelta(seconds=60))
            assert len(cloud.calls(queues.work)) == 1
            target.run()
            assert [call.attempt for call in cloud.calls(queues.work)] == [1, 2]

    @covers("back-off", "slow handler")
    def test_the_wait_after_a_failure_begins_at_its_end(self, harness: MemoryHarness) -> None:
        with harness.deploy(self.entry) as target:
            cloud = simulation(target)
            cloud.takes(queues.work, timedelta(seconds=20))
            queues.jobs.send({"do": ["raise", "return"]})
            target.run()
            first, second = cloud.calls(queues.work)
            assert second.at - first.at == timedelta(seconds=22)

    @covers("once", "slow handler")
    def test_a_duplicate_waits_for_the_delivery_that_holds_its_key(self, harness: MemoryHarness) -> None:
        with harness.deploy(self.entry) as target:
            cloud = simulation(target)
            cloud.takes(queues.handle_once, timedelta(seconds=30))
            queues.keyed.send_all([{"order": {"id": "1"}, "do": ["raise"]}, {"order": {"id": "1"}}])
            target.run()
            assert cloud.dead_letters(queues.keyed) is not None
            calls = cloud.calls(queues.handle_once)
            assert any(call.error is not None and call.error.type == "Postponed" for call in calls)

    @covers("once", "slow handler")
    def test_a_postponed_delivery_is_no_attempt(self, harness: MemoryHarness) -> None:
        with harness.deploy(self.entry) as target:
            cloud = simulation(target)
            cloud.takes(queues.handle_once, timedelta(seconds=30))
            queues.keyed.send({"order": {"id": "1"}, "do": ["reject"]})
            cloud.run_until(lambda: bool(notes(target, "handle_once")))
            queues.keyed.send({"order": {"id": "1"}})
            target.run()
            assert [note["attempt"] for note in notes(target, "handle_once")] == [1, 1]

    @covers("topics", "slow handler")
    def test_a_slow_subscriber_does_not_hold_up_the_others(self, harness: MemoryHarness) -> None:
        with harness.deploy("cloudless.conformance.apps.topics:app") as target:
            simulation(target).takes(topics.faulty, timedelta(seconds=50))
            topics.events.publish({"n": 1})
            target.advance(timedelta(seconds=1))
            assert len(notes(target, "everything")) == 1

    @covers("order", "slow handler")
    def test_a_slow_head_blocks_its_group_and_no_other(self, harness: MemoryHarness) -> None:
        with harness.deploy("cloudless.conformance.apps.ordered:app") as target:
            simulation(target).takes(ordered.ship, timedelta(seconds=30))
            ordered.parcels.send_all([{"n": 0}, {"n": 1}], group="a")
            ordered.parcels.send({"n": 0}, group="b")
            target.advance(timedelta(seconds=29))
            assert sorted((note["group"], note["n"]) for note in notes(target, "ship")) == [("a", 0), ("b", 0)]
            target.run()
            assert [note["n"] for note in notes(target, "ship") if note["group"] == "a"] == [0, 1]

    @covers("order", "slow handler")
    def test_the_end_of_one_group_does_not_release_another(self, harness: MemoryHarness) -> None:
        with harness.deploy("cloudless.conformance.apps.ordered:app") as target:
            simulation(target).takes(ordered.ship, timedelta(seconds=30))
            ordered.parcels.send({"n": 0}, group="b")
            target.advance(timedelta(seconds=10))
            ordered.parcels.send_all([{"n": 0}, {"n": 1}], group="a")
            target.advance(timedelta(seconds=25))
            assert [note["n"] for note in notes(target, "ship") if note["group"] == "a"] == [0]

    @covers("delivery", "disorder")
    def test_nobody_may_rely_on_order(self, harness: MemoryHarness) -> None:
        orders: set[tuple[int, ...]] = set()
        for seed in SEEDS:
            with harness.deploy(self.entry, seed=seed) as target:
                queues.jobs.send_all([{"n": n} for n in range(6)])
                target.run()
                orders.add(tuple(note["body"]["n"] for note in notes(target, "work")))
        assert len(orders) > 3

    @covers("schedules", "slow handler")
    def test_overlap_skip_skips_runs_while_one_goes_on(self, harness: MemoryHarness) -> None:
        with harness.deploy("cloudless.conformance.apps.overlaps:app") as target:
            cloud = simulation(target)
            cloud.takes(overlaps.exclusive, timedelta(minutes=2, seconds=30))
            cloud.takes(overlaps.overlapping, timedelta(minutes=2, seconds=30))
            target.advance(timedelta(minutes=9, seconds=30))
            assert len(notes(target, "overlapping")) == 9
            assert len(notes(target, "exclusive")) == 3

    @covers("functions", "time-out")
    @pytest.mark.parametrize("seed", SEEDS)
    def test_an_invocation_ends_with_its_time_out(self, harness: MemoryHarness, seed: int) -> None:
        with harness.deploy("cloudless.conformance.apps.functions:app", seed=seed) as target:
            simulation(target).takes(functions.double, timedelta(seconds=61))
            with pytest.raises(TimeoutError, match="within 60 s"):
                functions.double.invoke(1)

    @covers("delivery", "isolation")
    def test_no_object_is_shared_between_handlers(self, harness: MemoryHarness) -> None:
        seen: list[int] = []
        for seed in SEEDS:
            with harness.deploy("cloudless.conformance.apps.topics:app", seed=seed) as target:
                self._publish_and_look(simulation(target), seen)
        assert set(seen) == {1}

    @staticmethod
    def _publish_and_look(cloud: Simulation, seen: list[int]) -> None:
        body = {"n": 1, "list": [1]}

        def change(message: Message[Any]) -> None:
            message.body["list"].append(2)

        def look(message: Message[Any]) -> None:
            seen.append(len(message.body["list"]))

        cloud.replace(topics.everything, change)
        cloud.replace(topics.faulty, look)
        topics.events.publish_all([body, body, body])
        body["list"] = []
        cloud.run()


def simulation(target: object) -> Simulation:
    """The simulation behind a target of the in-memory cloud."""
    assert isinstance(target, MemoryTarget)
    return target.simulation
