# mypy: ignore-errors
# pyright: basic, reportPrivateUsage=false, reportAttributeAccessIssue=false, reportOptionalCall=false
"""Mutants of orchestrations: executions in memory, the runtime of steps, and the portable types before them.

Those of the engine itself are found by the fuzzer: tests/fuzz/mutants.
"""

from __future__ import annotations

from typing import Any

from cloudless import event, execution, orchestration
from cloudless.driver.orchestration import CANCELLED, RUNNING
from cloudless.engine import attempts, mailbox, retry
from cloudless.errors import InvalidBody, NotFound
from cloudless.memory import execution as memory_execution
from cloudless.memory import journal
from cloudless.memory import orchestration as memory
from cloudless.runtime import failure, step
from tests.mutants.fault import Fault, collector, patch, wrap

FAULTS: dict[str, Fault] = {}
fault = collector(FAULTS, cases="TestOrchestration")


@fault
def a_start_that_is_repeated_starts_again() -> None:
    patch(memory, "KEPT_US", 0)


@fault
def other_arguments_under_an_id_are_ignored() -> None:
    patch(memory, "digest", lambda body: "")


@fault
def an_id_is_shared_by_all_orchestrations() -> None:
    def of(old: Any, self: Any, name: str) -> Any:
        old(self, name)
        return self._executions.setdefault("", {})

    wrap(memory.MemoryOrchestrations, "_of", of)


@fault
def a_cancelled_execution_goes_on() -> None:
    patch(memory_execution.MemoryExecution, "cancel_execution", lambda self: None)


@fault
def a_cancelled_execution_is_told_as_failed() -> None:
    patch(memory_execution, "CANCELLED", "failed")


@fault
def what_is_cancelled_still_takes_its_steps() -> None:
    def end(old: Any, self: Any, status: str) -> None:
        if status == CANCELLED:
            self.status, self.ended_us = status, 0
            return
        old(self, status)

    def awaited(self: Any, record: Any) -> bool:
        return record[1] == journal.DELIVERED or record[2] in self._scheduler.open

    wrap(memory_execution.MemoryExecution, "_end", end)
    patch(memory_execution.MemoryExecution, "_is_awaited", awaited)


@fault
def an_execution_has_no_time_out() -> None:
    patch(memory_execution.MemoryExecution, "_overdue", lambda self, _: None)


@fault
def executions_of_every_status_are_listed() -> None:
    wrap(
        memory.MemoryOrchestrations,
        "executions",
        lambda old, self, name, status, limit: old(self, name, None, limit),
    )


@fault
def the_history_leaves_out_what_failed() -> None:
    wrap(
        memory,
        "history",
        lambda old, records: (one for one in old(records) if one.kind != "raised"),
    )


@fault
def a_step_is_called_once_whatever_its_function_says() -> None:
    patch(retry.Policy, "takes", lambda self, error: False)


@fault
def every_step_is_tried_again() -> None:
    patch(retry, "ONCE", retry.Policy(3, 1, 1, 1, frozenset({"Exception"})))
    wrap(
        retry,
        "policy_of",
        lambda old, plain: old(plain) if plain else retry.Policy(3, 1, 1, 1, frozenset({"Exception"})),
    )
    from cloudless.engine import statement

    patch(statement, "policy_of", retry.policy_of)


@fault
def a_step_that_died_is_not_tried_again() -> None:
    patch(attempts, "PLATFORM", retry.Policy(1, 1, 2, 600, frozenset({"PlatformError"})))


@fault
def each_attempt_has_a_key_of_its_own() -> None:
    def cause(old: Any, *given: Any) -> Any:
        found = old(*given)
        found.id = f"{found.id}#{found.attempt}"
        return found

    wrap(memory_execution.MemoryExecution, "attempt_at", cause)


@fault
def an_error_loses_its_fields() -> None:
    patch(failure, "_data", lambda problem: {})


@fault
def an_error_loses_its_bases() -> None:
    def without(old: Any, problem: Exception) -> Any:
        found = old(problem)
        return {**found, "mro": [found["type"], "Exception"]}

    wrap(step, "failure", without)


@fault
def an_event_of_an_id_is_taken_again() -> None:
    wrap(mailbox.Mailbox, "put", lambda old, self, name, payload, id: old(self, name, payload, ""))


@fault
def the_newest_event_is_taken_first() -> None:
    patch(mailbox.Mailbox, "take", lambda self, name: self._kept[name].pop())


@fault
def an_event_that_comes_early_is_lost() -> None:
    patch(mailbox.Mailbox, "has", lambda self, name: False)


@fault
def an_event_for_an_ended_execution_is_taken() -> None:
    def addressed(old: Any, self: Any, orchestration: str, id: str, event: str) -> Any:
        try:
            return old(self, orchestration, id, event)
        except NotFound:
            names = [orchestration] if orchestration else self._waiters.get(event, ())
            found = [one for name in names if (one := self._of(name).get(id)) is not None]
            if not found:
                raise
            return found[0]

    wrap(memory.MemoryOrchestrations, "_addressed", addressed)


@fault
def payloads_of_events_are_not_looked_at() -> None:
    def encoded(old: Any, self: Any, payload: Any) -> str:
        try:
            return old(self, payload)
        except InvalidBody:
            return "{}"

    wrap(event.Event, "_encoded", encoded)


@fault
def arguments_of_any_size_are_taken() -> None:
    patch(orchestration, "check_size", lambda text: None)


@fault
def a_result_is_waited_for_in_vain() -> None:
    wrap(
        execution,
        "result_of",
        lambda old, one, id, found: old(one, id, type(found)(RUNNING, found.started_s)),
    )


@fault
def a_correlation_ends_where_an_execution_begins() -> None:
    def cause(old: Any, *given: Any) -> Any:
        found = old(*given)
        found.correlation = ""
        return found

    wrap(memory_execution.MemoryExecution, "attempt_at", cause)
