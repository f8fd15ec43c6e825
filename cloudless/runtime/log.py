"""What a deployed function says of a failure, through `logging`; imported at the first failure.

The record carries the facts that Context.logger gives, so that one formatter serves both.
"""

from __future__ import annotations

import logging

from cloudless.message import traceparent
from cloudless.runtime.outcome import Again

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cloudless.message import Envelope, Failure
    from cloudless.runtime.endpoint import EndpointPlan
    from cloudless.runtime.outcome import Outcome
    from cloudless.runtime.plan import Plan


def failure(plan: Plan, envelope: Envelope, problem: BaseException, outcome: Outcome) -> None:
    """One line for a failed delivery, with the traceback: a warning if it comes again, an error if it is given up."""
    logging.getLogger(f"cloudless.{plan.handler}").log(
        _level(outcome),
        "message %s of %s failed in attempt %d of %d and %s: %s: %s",
        envelope.id, plan.source, envelope.attempt, plan.attempts, _what(outcome), type(problem).__name__, problem,
        exc_info=problem, extra=_facts(plan, envelope),
    )  # fmt: skip


def uncalled(plan: Plan, envelope: Envelope, failure: Failure, outcome: Outcome) -> None:
    """One line for a delivery whose handler was not called: its body cannot be read, or too many never ended."""
    logging.getLogger(f"cloudless.{plan.handler}").log(
        _level(outcome),
        "message %s of %s %s without a call of its handler: %s: %s",
        envelope.id, plan.source, _what(outcome), failure.type, failure.text,
        extra=_facts(plan, envelope),
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
    return logging.WARNING if isinstance(outcome, Again) else logging.ERROR


def _what(outcome: Outcome) -> str:
    return f"comes again in {outcome.delay_s:g} s" if isinstance(outcome, Again) else "is given up"


def _facts(plan: Plan, envelope: Envelope) -> dict[str, str]:
    return {
        "handler": plan.handler,
        "message_id": envelope.id,
        "correlation_id": envelope.correlation,
        "traceparent": traceparent(envelope),
    }
