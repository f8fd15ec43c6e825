"""Orchestrations: executions and their ids, steps that fail, branches, compensation, events.

What the language itself means, statement by statement, is held by the programs of `conformance/orchestrations`.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from cloudless.conformance.apps import orchestrations
from cloudless.conformance.apps.orchestrations import Approval, CardDeclined, Order, Refused
from cloudless.conformance.harness import Target
from cloudless.conformance.suite import Suite, covers, needs, notes
from cloudless.errors import (
    CompensationFailed,
    ExecutionCancelled,
    ExecutionExists,
    InvalidBody,
    NotFound,
    PayloadTooLarge,
)

GOOD = Order(id="7", items=[], total=9.5)
DEAR = Order(id="8", items=[], total=5_000.0)


class OrchestrationSuite(Suite):
    """What every orchestration does on every cloud."""

    entry = "cloudless.conformance.apps.orchestrations:app"

    # --- executions

    @needs("orchestration")
    @covers("orchestrations")
    def test_an_execution_returns_its_result_and_its_steps_know_its_id(self, target: Target) -> None:
        execution = orchestrations.pay.options(id="order-7").start(GOOD)
        target.run()
        assert (execution.status(), execution.result()) == ("completed", "payment of 7")
        assert orchestrations.pay.execution("order-7").result() == "payment of 7"
        assert [one["execution"] for one in notes(target, "charge")] == ["order-7"]

    @needs("orchestration")
    @covers("orchestrations", "duplicate")
    def test_a_start_that_is_repeated_starts_one_execution(self, target: Target) -> None:
        first = orchestrations.pay.options(id="order-7").start(GOOD)
        target.run()
        second = orchestrations.pay.options(id="order-7").start(GOOD)
        target.run()
        assert first == second
        assert len(notes(target, "charge")) == 1

    @needs("orchestration")
    @covers("orchestrations", "duplicate")
    def test_an_id_is_refused_for_other_arguments_and_free_in_another_orchestration(self, target: Target) -> None:
        orchestrations.pay.options(id="x").start(GOOD)
        with pytest.raises(ExecutionExists, match="'x'"):
            orchestrations.pay.options(id="x").start(DEAR)
        orchestrations.slow.options(id="x").start("other")
        target.run()
        assert orchestrations.slow.execution("x").status() == "running"

    @needs("orchestration")
    @covers("orchestrations")
    def test_executions_are_listed_by_status(self, target: Target) -> None:
        orchestrations.slow.options(id="waits").start("a")
        orchestrations.slow.options(id="gone").start("b")
        orchestrations.slow.execution("gone").cancel()
        assert [one.id for one in orchestrations.slow.executions("running")] == ["waits"]
        assert [one.id for one in orchestrations.slow.executions("cancelled")] == ["gone"]
        assert {one.id for one in orchestrations.slow.executions()} == {"waits", "gone"}

    @needs("orchestration")
    @covers("orchestrations", "wrong payload")
    def test_arguments_that_do_not_fit_are_refused_before_the_start(self, target: Target) -> None:
        with pytest.raises(InvalidBody, match="text"):
            orchestrations.slow.start(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        assert orchestrations.slow.executions() == []

    @needs("orchestration")
    @covers("orchestrations", "size")
    def test_arguments_over_the_limit_are_refused_before_the_start(self, target: Target) -> None:
        with pytest.raises(PayloadTooLarge):
            orchestrations.slow.start("x" * 200_000)

    @needs("orchestration")
    @covers("orchestrations")
    def test_an_execution_that_nobody_started_is_not_found(self, target: Target) -> None:
        with pytest.raises(NotFound, match="nobody"):
            orchestrations.pay.execution("nobody").status()

    @needs("orchestration")
    @covers("orchestrations", "cancel")
    def test_a_cancelled_execution_does_nothing_more(self, target: Target) -> None:
        execution = orchestrations.slow.options(id="x").start("a")
        target.run()
        execution.cancel()
        target.advance(timedelta(hours=2))
        assert execution.status() == "cancelled"
        with pytest.raises(ExecutionCancelled):
            execution.result()
        execution.cancel()

    @needs("orchestration")
    @covers("orchestrations", "time-out")
    def test_an_execution_that_takes_too_long_fails(self, target: Target) -> None:
        execution = orchestrations.hurry.start()
        target.advance(timedelta(hours=2))
        assert execution.error is not None
        assert execution.error.type == "TimeoutError"
        with pytest.raises(TimeoutError):
            execution.result()

    @needs("orchestration")
    @covers("orchestrations")
    def test_the_history_tells_steps_attempts_and_waits(self, target: Target) -> None:
        execution = orchestrations.reserve_all.start(["a"], 1)
        target.run()
        told = [(one.kind, one.name, one.attempt) for one in execution.history() if one.name == "reserve"]
        assert told == [
            ("called", "reserve", 1),
            ("raised", "reserve", 1),
            ("called", "reserve", 2),
            ("returned", "reserve", 2),
        ]
        times = [one.at_s for one in execution.history()]
        assert times == sorted(times)

    # --- steps

    @needs("orchestration")
    @covers("orchestrations", "exception")
    def test_an_exception_is_raised_again_as_what_it_was_with_its_fields(self, target: Target) -> None:
        execution = orchestrations.pay.start(DEAR)
        target.run()
        with pytest.raises(CardDeclined, match="no funds") as problem:
            execution.result()
        assert problem.value.amount == 5_000
        assert execution.status() == "failed"
        assert execution.error is not None
        assert (execution.error.type, execution.error.message) == ("CardDeclined", "no funds")

    @needs("orchestration")
    @covers("orchestrations", "exception")
    def test_an_exception_is_caught_by_its_base(self, target: Target) -> None:
        execution = orchestrations.pay_or_explain.start(DEAR)
        target.run()
        assert execution.result() == "CardDeclined: no funds"

    @needs("orchestration")
    @covers("orchestrations", "exception")
    def test_a_step_is_retried_as_its_function_says_under_one_key(self, target: Target) -> None:
        execution = orchestrations.reserve_all.start(["a", "b"], 2)
        target.run()
        assert execution.result() == ["reserved a", "reserved b"]
        seen = notes(target, "reserve")
        assert [(one["item"], one["attempt"]) for one in seen] == [(item, n) for item in "ab" for n in (1, 2, 3)]
        assert len({one["key"] for one in seen}) == 2

    @needs("orchestration")
    @covers("orchestrations", "exception")
    def test_a_step_whose_retries_are_used_up_has_failed(self, target: Target) -> None:
        execution = orchestrations.reserve_all.start(["a"], 9)
        target.run()
        with pytest.raises(ConnectionError, match="not yet"):
            execution.result()
        assert len(notes(target, "reserve")) == 3

    @needs("orchestration")
    @covers("orchestrations", "exception")
    def test_a_function_that_says_nothing_of_retries_is_called_once(self, target: Target) -> None:
        orchestrations.pay.start(DEAR)
        target.run()
        assert len(notes(target, "charge")) == 1

    @needs("orchestration")
    @covers("orchestrations", "crash")
    def test_a_step_that_dies_is_tried_three_times_in_all(self, target: Target) -> None:
        execution = orchestrations.survive.start()
        target.run()
        assert len(notes(target, "die")) == 3
        assert execution.error is not None
        assert execution.error.type == "Crashed"

    @needs("orchestration")
    @covers("orchestrations")
    def test_messages_are_sent_and_published_as_steps(self, target: Target) -> None:
        execution = orchestrations.ship.start("7")
        target.run()
        assert execution.status() == "completed"
        assert [one["id"] for one in notes(target, "on_shipped")] == ["7"]
        assert notes(target, "on_done") == [{"id": "7"}]

    # --- branches

    @needs("orchestration")
    @covers("orchestrations")
    def test_branches_give_their_values_in_order(self, target: Target) -> None:
        boxes = orchestrations.pack_all.start(["a", "b", "c"])
        parts = orchestrations.both.start("7", ["a", "bb"])
        target.run()
        assert boxes.result() == ["box of a", "box of b", "box of c"]
        assert parts.result() == ["bb", "label of 7", "box of a", "box of bb"]

    @needs("orchestration")
    @covers("orchestrations", "exception")
    def test_all_branches_end_before_the_error_of_the_first_that_failed_is_raised(self, target: Target) -> None:
        execution = orchestrations.pack_all.start(["a", "broken b", "broken c", "d"])
        target.run()
        with pytest.raises(Refused, match="broken b is broken"):
            execution.result()
        assert sorted(one["item"] for one in notes(target, "pack")) == ["a", "broken b", "broken c", "d"]

    @needs("orchestration")
    @covers("orchestrations", "exception")
    def test_collected_branches_tell_of_each(self, target: Target) -> None:
        execution = orchestrations.pack_what_can_be_packed.start(["a", "broken b", "c"])
        target.run()
        assert execution.result() == ["box of a", "Refused: broken b is broken", "box of c"]

    # --- compensation

    @needs("orchestration")
    @covers("orchestrations", "exception")
    def test_what_was_done_is_undone_last_first_and_the_error_raised(self, target: Target) -> None:
        execution = orchestrations.trip.start(["a", "b", "refused"], 10.0)
        target.run()
        with pytest.raises(Refused, match="no such trip"):
            execution.result()
        undone = [one for one in target.journal() if one["handler"] in {"release", "refund"}]
        assert [one.get("item", "money") for one in undone] == ["money", "refused", "b", "a"]

    @needs("orchestration")
    @covers("orchestrations", "exception")
    def test_a_compensation_that_fails_does_not_stop_the_others(self, target: Target) -> None:
        execution = orchestrations.trip.start(["a", "stuck", "b"], 5_000.0)
        target.run()
        with pytest.raises(CompensationFailed):
            execution.result()
        assert [one["item"] for one in notes(target, "release")] == ["b", "stuck", "stuck", "stuck", "a"]

    @needs("orchestration")
    @covers("orchestrations")
    def test_what_succeeds_is_not_undone(self, target: Target) -> None:
        execution = orchestrations.trip.start(["a", "b"], 10.0)
        target.run()
        assert execution.result() == "payment of trip"
        assert notes(target, "release") == notes(target, "refund") == []

    # --- events

    @needs("orchestration")
    @covers("orchestrations")
    def test_an_event_is_taken_by_the_wait(self, target: Target) -> None:
        execution = orchestrations.ask.options(id="q").start("may I")
        target.run()
        assert execution.status() == "running"
        orchestrations.approval.send("q", Approval(granted=True, by="Ada"))
        target.run()
        assert execution.result() == "may I: yes, says Ada"

    @needs("orchestration")
    @covers("orchestrations")
    def test_events_may_come_before_they_are_waited_for_and_are_taken_in_order(self, target: Target) -> None:
        execution = orchestrations.two_words.options(id="w").start()
        for word in ("first", "second", "third"):
            orchestrations.reminder.send("w", word)
        target.advance(timedelta(hours=2))
        assert execution.result() == ["first", "second"]

    @needs("orchestration")
    @covers("orchestrations", "duplicate")
    def test_an_event_of_an_id_is_taken_once(self, target: Target) -> None:
        execution = orchestrations.two_words.options(id="w").start()
        for word in ("first", "again"):
            orchestrations.reminder.send("w", word, id="one")
        orchestrations.reminder.send("w", "other", id="two")
        target.advance(timedelta(hours=2))
        assert execution.result() == ["first", "other"]

    @needs("orchestration")
    @covers("orchestrations", "time-out")
    def test_a_wait_ends_at_its_time_out(self, target: Target) -> None:
        execution = orchestrations.ask.options(id="q").start("may I")
        target.advance(timedelta(days=3))
        assert execution.result() == "may I: no answer"

    @needs("orchestration")
    @covers("orchestrations", "cancel")
    def test_an_event_for_nobody_is_told_to_its_sender(self, target: Target) -> None:
        with pytest.raises(NotFound, match="there is none"):
            orchestrations.approval.send("nobody", Approval(granted=True))
        orchestrations.ask.options(id="q").start("may I").cancel()
        with pytest.raises(NotFound, match="cancelled"):
            orchestrations.approval.send("q", Approval(granted=True))

    @needs("orchestration")
    @covers("orchestrations", "wrong payload")
    def test_a_payload_that_does_not_fit_is_refused_before_it_is_sent(self, target: Target) -> None:
        orchestrations.ask.options(id="q").start("may I")
        with pytest.raises(InvalidBody):
            orchestrations.approval.send("q", "yes")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

    # --- handlers, permissions, tracing

    @needs("orchestration")
    @covers("orchestrations")
    def test_handlers_start_executions_and_send_events(self, target: Target) -> None:
        orchestrations.starts.send({"id": "x", "text": "abc"})
        orchestrations.ask.options(id="q").start("may I")
        orchestrations.starts.send({"approve": "q"})
        target.run()
        assert notes(target, "on_start") == [{"status": "running"}]
        assert orchestrations.ask.execution("q").result() == "may I: yes, says a handler"
        target.advance(timedelta(hours=2))
        assert orchestrations.slow.execution("x").result() == "abc"

    @needs("orchestration")
    @covers("tracing")
    def test_a_correlation_goes_through_steps_and_what_they_send(self, target: Target) -> None:
        orchestrations.pay.start(GOOD)
        orchestrations.ship.start("7")
        target.run()
        charged, shipped = notes(target, "charge")[0], notes(target, "on_shipped")[0]
        assert charged["correlation"]
        assert shipped["correlation"]
        assert charged["correlation"] != shipped["correlation"]
