"""Our strict model of Step Functions (providers/aws/tests/stepfunctions) on virtual time, with a mailbox for events."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from typing import Any
from zlib import crc32

from cloudless.conformance.orchestrations.world import Sent
from providers.aws.tests.asl.oracles.functions import Answering, Ended, Failed, Invocation, mailbox
from providers.aws.tests.stepfunctions import ApiError, Jsonata, Reply, Running
from providers.aws.tests.stepfunctions import Failed as TaskFailed
from providers.aws.tests.stepfunctions import Invocation as TaskInvocation
from providers.aws.tests.stepfunctions.history import US
from providers.aws.tests.stepfunctions.run import START_US

Plain = dict[str, Any]
EVENT = "event"


def run(
    document: Plain | bytes, given: Any, answering: Answering, engine: Jsonata, events: tuple[Sent, ...] = ()
) -> Ended:
    """Run a document; answering gets every task that waits for no token, events come to those that do.

    What is due at one instant comes in any order, which depends on the document.
    Raises Refused for what Step Functions would not take, and Unspecified where nothing says what it does.
    """
    return _Run(document, given, answering, engine, events).ended()


class _Run:
    """mail: events that nobody waited for yet. tokens: of who waits for one."""

    def __init__(
        self, document: Plain | bytes, given: Any, answering: Answering, engine: Jsonata, events: tuple[Sent, ...]
    ) -> None:
        self._answering = answering
        self._mail: dict[str, deque[Any]] = defaultdict(deque)
        self._tokens: dict[str, str] = {}
        self._running = Running(document, given, self._invoke, engine, seed=_seed(document))
        for event in mailbox(events):
            self._running.until(event.at_s - 1 / US)  # of an event and a time-out at one moment, the event is first
            self._running.now_us = max(self._running.now_us, START_US + round(event.at_s * US))
            self._mail[event.name].append(event.payload)
            self._deliver(event.name)
        self._running.until()

    def ended(self) -> Ended:
        """How it ended."""
        done = self._running.outcome()
        took_s = None if done.status == "RUNNING" else done.took_s
        return Ended(done.status, done.output, done.error or "", done.cause or "", took_s)

    def _invoke(self, task: TaskInvocation) -> Reply:
        if task.waits:
            self._tokens[task.payload[EVENT]] = task.payload["token"]
            self._deliver(task.payload[EVENT])
            return Reply({"v": None})
        at_s = (self._running.now_us - START_US) / US
        try:
            answer = self._answering(Invocation(task.function, task.payload, at_s))
        except Failed as failed:
            raise TaskFailed(failed.error, failed.cause, after_s=failed.takes_s) from failed
        return Reply(answer.payload, answer.takes_s)

    def _deliver(self, name: str) -> None:
        """Give the first event of a name to who waits for it; one whose wait is over has not taken it."""
        if name in self._tokens and self._mail[name]:
            told = json.dumps({"v": self._mail[name][0]})
            try:
                self._running.service.call("SendTaskSuccess", {"taskToken": self._tokens.pop(name), "output": told})
            except ApiError:
                return
            self._mail[name].popleft()


def _seed(document: Plain | bytes) -> int:
    return 1 + crc32(document if isinstance(document, bytes) else json.dumps(document).encode())
