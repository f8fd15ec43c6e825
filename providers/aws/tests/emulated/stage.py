"""A build on the emulator, and how a test asks for what came of it.

May import: the bridge, the emulator's clients, cloudless.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

from providers.aws.tests.bridge import Aws, Document, apply, problems
from providers.aws.tests.emulated.emulator import Emulator
from providers.aws.tests.emulators import ACCOUNT, environment

REGION = "eu-central-1"
PATIENCE_S = 120.0
"""Real seconds in which something has to come about; where nothing else runs, each takes less than one."""
_POLL_S, _POLL_MAX_S = 0.02, 0.5
"""What has not come soon is asked for less and less often: each question is work for the emulator."""
_COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
)
T = TypeVar("T")


class Stage:
    """One application, deployed beside others; a `tests.matrix.stage.Target`.

    build: the folder that `cloudless build` wrote. patches: see `Emulator.clients`.
    """

    begin = ""

    def __init__(self, build: Path, emulator: Emulator, patches: Mapping[str, str] | None = None) -> None:
        self._emulator = emulator
        self._ends = ExitStack()
        self.clients = emulator.clients(REGION, patches or {})
        self.aws = Aws(self.clients, account=ACCOUNT, region=REGION)
        self.applied = apply(Document.read(build), self.aws, {})
        lacks = list(problems(self.aws))
        assert not lacks, lacks
        self._url = self._front()

    def _front(self) -> str:
        if not self.aws.apis:
            return ""
        return self._ends.enter_context(self._emulator.front(self.applied.output("http_url")))

    def close(self) -> None:
        self._ends.close()

    # --- what a target does ---------------------------------------------------------------------------

    def http_url(self) -> str:
        return self._url

    def environment(self) -> Mapping[str, str]:
        """AWS's own variables, by which clients find the stage, as whoever deployed it."""
        url = self._emulator.url
        return {**environment(url, url), "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}

    def now_s(self) -> float:
        return time.time()

    def advance(self, by: timedelta) -> None:
        """Time passes by itself; what waits for some of it here waits in vain, but for `sleep`, which takes none."""
        self.run()

    def run(self) -> None:
        """Let everything happen that is under way: until no queue has a message, and every execution ended or waits."""
        self.eventually(lambda: self._is_quiet() and self._is_quiet())

    def _is_quiet(self) -> bool:
        """What an execution that ended meanwhile has sent is seen in the queues, if they are asked after it."""
        return not any(self._busy_executions()) and not any(self._messages())

    def _messages(self) -> Iterator[int]:
        """How many messages there are in each queue that has a consumer."""
        consumed = {source.queue for source in self.aws.sources}
        for queue in self.aws.queues.values():
            if queue.arn in consumed:
                found = self.clients("sqs").get_queue_attributes(QueueUrl=queue.url, AttributeNames=list(_COUNTS))
                yield sum(int(found["Attributes"][name]) for name in _COUNTS)

    def _busy_executions(self) -> Iterator[str]:
        """Those that run, and wait for no event."""
        states = self.clients("stepfunctions")
        for machine in self.aws.machines:
            for one in states.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]:
                if not self._waits(one["executionArn"]):
                    yield one["name"]

    def _waits(self, execution: str) -> bool:
        """Whether it asked for an event, and did nothing since. One that was told of it a moment ago still seems so."""
        history = self.clients("stepfunctions").get_execution_history(executionArn=execution)["events"]
        asked = history[-1].get("taskScheduledEventDetails", {}).get("resource", "") if history else ""
        return asked.endswith(".waitForTaskToken")

    # --- for tests ------------------------------------------------------------------------------------

    def eventually(self, probe: Callable[[], T]) -> T:
        """What a probe gives, once that is something; fails with what the emulator wrote where nothing comes."""
        deadline_s, pause_s = time.monotonic() + PATIENCE_S, _POLL_S
        while not (found := probe()):
            assert time.monotonic() < deadline_s, f"nothing came\n{self._emulator.log()[-5_000:]}"
            Event().wait(pause_s)
            pause_s = min(1.5 * pause_s, _POLL_MAX_S)
        return found


class Outcomes:
    """What handlers told a queue that nobody consumes, as it comes."""

    def __init__(self, stage: Stage, queue: str) -> None:
        self._stage = stage
        self._url = stage.aws.queues[queue].url
        self._told: list[dict[str, Any]] = []

    def first(self, **facts: Any) -> dict[str, Any]:
        """The first one that has these facts, once it is there."""
        return self._stage.eventually(lambda: [one for one in self.all() if facts.items() <= one.items()])[0]

    def all(self) -> list[dict[str, Any]]:
        """Everything that was told until now."""
        sqs = self._stage.clients("sqs")
        while found := sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages"):
            self._told += [json.loads(one["Body"]) for one in found]
            for one in found:
                sqs.delete_message(QueueUrl=self._url, ReceiptHandle=one["ReceiptHandle"])
        return list(self._told)
