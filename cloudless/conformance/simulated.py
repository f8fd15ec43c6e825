"""What only virtual time can show: handlers that take time, time-outs, overlaps. For the in-memory cloud."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cloudless import Message
from cloudless.conformance.apps import endpoints, functions, ordered, overlaps, queues, topics
from cloudless.conformance.memory import MemoryHarness, MemoryTarget
from cloudless.conformance.ordered import numbers as ordered_numbers
from cloudless.conformance.suite import Suite, covers, notes
from cloudless.testing import Event, Simulation

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

    @covers("delivery", "two consumers")
    @pytest.mark.parametrize("seed", SEEDS)
    def test_instances_that_run_at_once_never_share_a_message(self, harness: MemoryHarness, seed: int) -> None:
        with harness.deploy(self.entry, seed=seed) as target:
            cloud = simulation(target)
            cloud.takes(queues.work, timedelta(seconds=50))
            sent = queues.jobs.send_all([{"n": n} for n in range(20)])
            target.run()
            calls = cloud.calls(queues.work)
            assert sorted(call.message for call in calls) == sorted(sent)
            assert max(call.at for call in calls) - min(call.at for call in calls) < timedelta(seconds=50)

    @covers("batches", "disorder")
    def test_batches_are_of_any_size_up_to_the_maximum(self, harness: MemoryHarness) -> None:
        sizes: set[int] = set()
        for seed in SEEDS:
            with harness.deploy(self.entry, seed=seed) as target:
                queues.batches.send_all([{"n": n} for n in range(25)])
                target.run()
                sizes.update(len(note["numbers"]) for note in notes(target, "take_batch"))
        assert sizes == set(range(1, 11))

    @covers("batches", "time-out")
    @pytest.mark.parametrize("seed", SEEDS)
    def test_a_batch_that_ran_out_of_time_comes_again(self, harness: MemoryHarness, seed: int) -> None:
        with harness.deploy(self.entry, seed=seed) as target:
            cloud = simulation(target)
            cloud.takes(queues.take_batch, timedelta(seconds=61))
            sent = queues.batches.send_all([{"n": n} for n in range(4)])
            target.run()
            calls = cloud.calls(queues.take_batch)
            assert {call.outcome for call in calls} == {"time-out"}
            assert sorted(call.message for call in calls) == sorted(sent * 3)
            assert {letter.error.type for letter in cloud.dead_letters(queues.batches)} == {"Crashed"}

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
    @pytest.mark.parametrize("seed", SEEDS)
    def test_a_duplicate_waits_for_the_delivery_that_holds_its_key(self, harness: MemoryHarness, seed: int) -> None:
        with harness.deploy(self.entry, seed=seed) as target:
            cloud = simulation(target)
            cloud.takes(queues.handle_once, timedelta(seconds=30))
            queues.keyed.send({"order": {"id": "1"}, "do": ["raise"]})
            cloud.run_until(lambda: bool(notes(target, "handle_once")))
            id = queues.keyed.send({"order": {"id": "1"}})
            target.run()
            calls = cloud.calls(queues.handle_once)
            (handled,) = (call for call in calls if call.message == id)
            assert id in {event.message for event in cloud.trace if _is_postponed(event)}
            assert (handled.outcome, handled.at - calls[0].at) == ("done", timedelta(seconds=30))
            assert len(notes(target, "handle_once")) == 2
            assert cloud.dead_letters(queues.keyed) == []

    @covers("once", "crash")
    def test_a_key_whose_handler_crashed_before_or_after_its_effects_is_never_lost(
        self, harness: MemoryHarness
    ) -> None:
        effects: set[int] = set()
        for seed in SEEDS:
            with harness.deploy(self.entry, seed=seed) as target:
                simulation(target).crash(queues.handle_once)
                queues.keyed.send({"order": {"id": "1"}})
                target.run()
                queues.keyed.send({"order": {"id": "1"}})
                target.run()
                effects.add(len(notes(target, "handle_once")))
                assert queues.keyed.dead_letters.peek() == []
        assert effects == {1, 2}

    @covers("once", "time-out")
    @pytest.mark.parametrize("seed", SEEDS)
    def test_a_key_whose_handler_ran_out_of_time_every_time_is_free(self, harness: MemoryHarness, seed: int) -> None:
        with harness.deploy(self.entry, seed=seed) as target:
            cloud = simulation(target)
            cloud.takes(queues.handle_once, timedelta(seconds=61))
            queues.keyed.send({"order": {"id": "1"}})
            target.run()
            (letter,) = cloud.dead_letters(queues.keyed)
            assert (letter.error.type, letter.error.attempt) == ("Crashed", 3)
            cloud.takes(queues.handle_once, timedelta(0))
            assert queues.keyed.dead_letters.redrive() == 1
            target.run()
            assert [call.outcome for call in cloud.calls(queues.handle_once)] == ["time-out"] * 3 + ["done"]
            assert notes(target, "handle_once")[-1]["attempt"] == 1

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
            assert any(map(_is_postponed, cloud.trace))

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
            assert ordered_numbers(target, "a") == [0, 1]

    @covers("order", "exception")
    def test_a_failing_head_holds_up_its_group_for_its_back_off_and_no_other(self, harness: MemoryHarness) -> None:
        with harness.deploy("cloudless.conformance.apps.ordered:app") as target:
            ordered.parcels.send_all([{"n": 0, "do": ["raise", "return"]}, {"n": 1}], group="a")
            ordered.parcels.send_all([{"n": 0}, {"n": 1}], group="b")
            target.advance(timedelta(seconds=1))
            assert ordered_numbers(target, "a") == [0]
            assert ordered_numbers(target, "b") == [0, 1]
            target.advance(timedelta(seconds=1))
            assert ordered_numbers(target, "a") == [0, 0, 1]

    @covers("order", "time-out")
    def test_a_head_that_ran_out_of_time_blocks_its_group_until_its_lock_ends(self, harness: MemoryHarness) -> None:
        with harness.deploy("cloudless.conformance.apps.ordered:app") as target:
            cloud = simulation(target)
            cloud.takes(ordered.ship, timedelta(seconds=61))
            ordered.parcels.send_all([{"n": 0}, {"n": 1}], group="a")
            target.advance(timedelta(seconds=62))
            cloud.takes(ordered.ship, timedelta(0))
            assert [call.body["n"] for call in cloud.calls(ordered.ship)] == [0]
            target.run()
            assert [call.body["n"] for call in cloud.calls(ordered.ship)] == [0, 0, 1]

    @covers("order", "slow handler")
    def test_the_end_of_one_group_does_not_release_another(self, harness: MemoryHarness) -> None:
        with harness.deploy("cloudless.conformance.apps.ordered:app") as target:
            simulation(target).takes(ordered.ship, timedelta(seconds=30))
            ordered.parcels.send({"n": 0}, group="b")
            target.advance(timedelta(seconds=10))
            ordered.parcels.send_all([{"n": 0}, {"n": 1}], group="a")
            target.advance(timedelta(seconds=25))
            assert ordered_numbers(target, "a") == [0]

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

    @covers("schedules", "crash")
    @pytest.mark.parametrize("seed", SEEDS)
    def test_a_crashed_run_holds_up_others_no_longer_than_its_lease(self, harness: MemoryHarness, seed: int) -> None:
        with harness.deploy("cloudless.conformance.apps.overlaps:app", seed=seed) as target:
            cloud = simulation(target)
            cloud.crash(overlaps.exclusive)
            target.advance(timedelta(minutes=6, seconds=30))
            held_up = len(notes(target, "exclusive"))
            assert held_up <= 1
            target.advance(timedelta(minutes=10))
            assert len(notes(target, "exclusive")) == held_up + 10

    @covers("functions", "time-out")
    @pytest.mark.parametrize("seed", SEEDS)
    def test_an_invocation_ends_with_its_time_out(self, harness: MemoryHarness, seed: int) -> None:
        with harness.deploy("cloudless.conformance.apps.functions:app", seed=seed) as target:
            simulation(target).takes(functions.double, timedelta(seconds=61))
            with pytest.raises(TimeoutError, match="within 60 s"):
                functions.double.invoke(1)

    @covers("HTTP", "time-out")
    @pytest.mark.parametrize("seed", SEEDS)
    def test_a_request_ends_with_its_time_out(self, harness: MemoryHarness, seed: int) -> None:
        with harness.deploy("cloudless.conformance.apps.endpoints:app", seed=seed) as target:
            cloud = simulation(target)
            cloud.takes(endpoints.show, timedelta(seconds=30))
            answer = cloud.http.get("/items/7")
            assert (answer.status, answer.error.text if answer.error else "") == (504, "no answer within 29 s")
            cloud.takes(endpoints.show, timedelta(seconds=29))
            assert cloud.http.get("/items/7").status == 200

    @covers("delivery", "isolation")
    def test_no_object_is_shared_between_handlers(self, harness: MemoryHarness) -> None:
        seen: list[int] = []
        for seed in SEEDS:
            with harness.deploy("cloudless.conformance.apps.topics:app", seed=seed) as target:
                self._publish_and_look(simulation(target), seen)
        assert seen == [1] * (3 * len(SEEDS))

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


def _is_postponed(event: Event) -> bool:
    return event.error is not None and event.error.type == "Postponed" and not event.called


def simulation(target: object) -> Simulation:
    """The simulation behind a target of the in-memory cloud."""
    assert isinstance(target, MemoryTarget)
    return target.simulation
