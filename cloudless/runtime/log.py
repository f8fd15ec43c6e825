"""What a deployed function says of a failure, through `logging`; imported at the first failure.

The record carries the facts that Context.logger gives, so that one formatter serves both.
"""

from __future__ import annotations

import logging

from cloudless.errors import CloudlessError
from cloudless.message import traceparent
from cloudless.runtime.outcome import Again, Postponed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cloudless.message import Envelope, Failure
    from cloudless.runtime.endpoint import EndpointPlan
    from cloudless.runtime.outcome import Outcome
    from cloudless.runtime.plan import Plan


def failure(plan: Plan, envelope: Envelope, problem: BaseException, outcome: Outcome) -> None:
    """One line for a failed delivery, with the traceback: a warning if it comes again, an error if it is given up.

    And an error if it should be, and its dead letters refused it. What is postponed has not failed: see `_postponed`.
    """
    if isinstance(problem, Postponed):
        _postponed(plan, envelope, problem)
        return
    logging.getLogger(f"cloudless.{plan.handler}").log(
        _level(outcome),
        "message %s of %s failed in attempt %d of %d and %s: %s: %s",
        envelope.id, plan.source, envelope.attempt, plan.attempts, _what(plan, outcome),
        type(problem).__name__, problem, exc_info=problem, extra=_facts(plan, envelope),
    )  # fmt: skip


def uncalled(plan: Plan, envelope: Envelope, failure: Failure, outcome: Outcome) -> None:
    """One line for a delivery whose handler was not called: its body cannot be read, or too many never ended."""
    logging.getLogger(f"cloudless.{plan.handler}").log(
        _level(outcome),
        "message %s of %s %s without a call of its handler: %s: %s",
        envelope.id, plan.source, _what(plan, outcome), failure.type, failure.text,
        extra=_facts(plan, envelope),
    )  # fmt: skip


def _postponed(plan: Plan, envelope: Envelope, problem: Postponed) -> None:
    """One line for a delivery that nobody can decide now: usual where another one holds the key, not for a ledger."""
    logging.getLogger(f"cloudless.{plan.handler}").log(
        logging.INFO if problem.__cause__ is None else logging.WARNING,
        "message %s of %s is postponed by %g s without a call of its handler: %s",
        envelope.id, plan.source, problem.delay_s, problem, extra=_facts(plan, envelope),
    )  # fmt: skip


def request_failure(plan: EndpointPlan, cause: Envelope, problem: Exception) -> None:
    """One line for a request that was answered with a 5xx, with the traceback."""
    facts = {
        "handler": plan.handler,
        "request_id": cause.id,
        "correlation_id": cause.correlation,
        "traceparent": traceparent(cause),
    }
    logging.getLogger(f"cloudless.{plan.handler}").error(
        "%s %s failed: %s: %s", plan.method, plan.path, type(problem).__name__, problem, exc_info=problem, extra=facts
    )


def _level(outcome: Outcome) -> int:
    return logging.WARNING if isinstance(outcome, Again) and not outcome.stuck else logging.ERROR


def _what(plan: Plan, outcome: Outcome) -> str:
    if not isinstance(outcome, Again):
        return "is given up"
    again = f"comes again in {outcome.delay_s:g} s"
    if outcome.stuck:
        refused = f"{outcome.failure.type}: {outcome.failure.text}"
        return f"cannot be given up, as queue {plan.dead_letters!r} does not take it ({refused}), and {again}"
    return again


def _facts(plan: Plan, envelope: Envelope) -> dict[str, str]:
    return {
        "handler": plan.handler,
        "message_id": envelope.id,
        "correlation_id": envelope.correlation,
        "traceparent": traceparent(envelope),
    }


def trouble(plan: Plan, text: str, problem: Exception) -> None:
    """Warn of what our own runtime could not do for a handler. text: with %s for the problem, whose bugs are traced."""
    is_ours = not isinstance(problem, CloudlessError)
    logging.getLogger(f"cloudless.{plan.handler}").warning(text, problem, exc_info=problem if is_ours else None)
