"""Many messages a call: unreadable and used-up ones are taken out first, single failures reported."""

from __future__ import annotations

from cloudless.driver.current import HERE
from cloudless.errors import InvalidBody, PartialFailure
from cloudless.message import Failure, Message
from cloudless.runtime.outcome import Again
from cloudless.runtime.plan import MESSAGES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from cloudless.driver.provider import Cloud
    from cloudless.message import Envelope
    from cloudless.runtime.call import Call
    from cloudless.runtime.consumer import Decode, Deliver, Judge
    from cloudless.runtime.outcome import Outcome
    from cloudless.runtime.plan import Plan

    DeliverAll = Callable[[Sequence[Envelope]], list[Outcome]]


def one_by_one(deliver: Deliver) -> DeliverAll:
    """Deliver messages of one group in order, each in a call of its own, up to the first that must come again."""

    def deliver_all(envelopes: Sequence[Envelope]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        blocked: set[str] = set()
        for envelope in envelopes:
            outcome = _BEHIND if envelope.group in blocked else deliver(envelope)
            if isinstance(outcome, Again):
                blocked.add(envelope.group)
            outcomes.append(outcome)
        return outcomes

    return deliver_all


def list_of_one(plan: Plan, call: Call) -> Call:
    """The call of a batch handler, with one message."""
    whole = _takes_messages(plan)

    def call_with_list(body: Any, envelope: Envelope) -> Any:
        try:
            return call([Message(body, envelope) if whole else body], envelope)
        except PartialFailure as problem:
            if problem.ids:
                raise
            return None  # no message of the batch has failed

    return call_with_list


def _takes_messages(plan: Plan) -> bool:
    return any(kind == MESSAGES for _, kind in plan.parameters)


_BEHIND = Again(0, Failure("Blocked", "the message before it in its group failed", 0), counted=False)


class Batch:
    """The delivery of several messages to one call; outcomes stand in the order of the envelopes."""

    __slots__ = ("_call", "_cloud", "_decode", "_judge", "_plan", "_whole")

    def __init__(self, plan: Plan, call: Call, decode: Decode, judge: Judge, cloud: Cloud) -> None:
        self._plan = plan
        self._call = call
        self._decode = decode
        self._judge = judge
        self._cloud = cloud
        self._whole = _takes_messages(plan)

    def deliver(self, envelopes: Sequence[Envelope]) -> list[Outcome]:
        """Run the handler on what can be run, and say what became of each message."""
        outcomes: list[Outcome] = [None] * len(envelopes)
        taken: list[tuple[int, Envelope, Any]] = []
        for index, envelope in enumerate(envelopes):
            token = HERE.set((self._cloud, self._plan.handler, envelope))
            try:
                body = self._decode(envelope.body)
                if envelope.attempt > self._plan.attempts and not self._plan.endless:
                    outcomes[index] = self._judge.crashed(envelope)
                    continue
            except InvalidBody as problem:
                outcomes[index] = self._judge.unreadable(envelope, problem)
                continue
            finally:
                HERE.reset(token)
            taken.append((index, envelope, Message(body, envelope) if self._whole else body))
        if taken:
            self._run(taken, outcomes)
        return outcomes

    def _run(self, taken: list[tuple[int, Envelope, Any]], outcomes: list[Outcome]) -> None:
        first = taken[0][1]
        token = HERE.set((self._cloud, self._plan.handler, first))
        try:
            self._call([body for _, _, body in taken], first)
        except PartialFailure as problem:
            failed = self._failed_ids(problem, taken)
            for index, envelope, _ in taken:
                if envelope.id in failed:
                    outcomes[index] = self._judge.failed(envelope, problem)
        except Exception as problem:  # noqa: BLE001  (any other exception fails the whole batch; the judge says how)
            for index, envelope, _ in taken:
                outcomes[index] = self._judge.failed(envelope, problem)
        finally:
            HERE.reset(token)

    @staticmethod
    def _failed_ids(problem: PartialFailure, taken: list[tuple[int, Envelope, Any]]) -> frozenset[str]:
        """The ids that failed; all of the batch where one is unknown, since the handler meant something else."""
        known = frozenset(envelope.id for _, envelope, _ in taken)
        if problem.ids <= known:  # the test of a subset, not an order
            return problem.ids
        return known
