"""Run one definition to its end, with a server of this process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from providers.gcp.tests.gcwsim.definition import Source
from providers.gcp.tests.gcwsim.exchange import ConnectionFailed, Request, Response, Send
from providers.gcp.tests.gcwsim.execution import ACTIVE
from providers.gcp.tests.gcwsim.service import Connectors, Workflows
from providers.gcp.tests.gcwsim.value import is_map
from tests.virtual import START_US, US

ID = "workflow"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an execution. state: ACTIVE where nothing more happens by itself. took_s: virtual."""

    state: str
    result: Any
    error: Any
    took_s: float
    requests: list[Request]
    logs: list[tuple[str, Any]]

    @property
    def tags(self) -> list[str]:
        """Of the error, [] for none."""
        return self.error.get("tags", []) if is_map(self.error) else []


class Running:
    """One execution of one definition, on a clock of its own."""

    def __init__(
        self,
        definition: Source,
        argument: Any = None,
        http: Send | None = None,
        *,
        seed: int = 0,
        env: Mapping[str, str] | None = None,
        connectors: Connectors | None = None,
    ) -> None:
        self.now_us = START_US
        self.requests: list[Request] = []
        self._http = http or _nobody
        self.service = Workflows(
            now_us=lambda: self.now_us, http=self._send, seed=seed, connectors=connectors, records=False
        )
        self.service.deploy(ID, definition, env=env)
        self.execution = self.service.execute(ID, argument)

    def until(self, end_s: float | None = None) -> None:
        """Let time pass until the execution ends or nothing is due; end_s: at most so many seconds from the start."""
        self._pass(None if end_s is None else START_US + round(end_s * US))
        if end_s is not None and self.execution.state == ACTIVE:
            self.now_us = max(self.now_us, START_US + round(end_s * US))

    def settle(self) -> None:
        """Let time pass until the execution ends, or only sleeps and waits for callbacks."""
        while self.execution.state == ACTIVE:
            due_us = self.service.next_due_us(sleeps=False)
            if due_us is None:
                return
            self.now_us = max(self.now_us, due_us)
            self.service.step()

    def outcome(self) -> Outcome:
        execution = self.execution
        took_s = ((execution.end_us or self.now_us) - START_US) / US
        return Outcome(execution.state, execution.result, execution.error, took_s, self.requests, execution.logs)

    def _pass(self, end_us: int | None) -> None:
        service = self.service
        while self.execution.state == ACTIVE:
            due_us = service.next_due_us()
            if due_us is None or (end_us is not None and due_us > end_us):
                return
            self.now_us = max(self.now_us, due_us)
            service.pump()

    def _send(self, request: Request) -> Response:
        self.requests.append(request)
        return self._http(request)


def _nobody(request: Request) -> Response:
    raise ConnectionFailed


def run(
    definition: Source,
    argument: Any = None,
    http: Send | None = None,
    *,
    seed: int = 0,
    until_s: float | None = None,
    env: Mapping[str, str] | None = None,
    connectors: Connectors | None = None,
) -> Outcome:
    """Run a definition to its end.

    http: answers requests, and raises ConnectionFailed. seed: above 0 shuffles what the documentation leaves to chance.
    until_s: stop after so many virtual seconds. connectors: callables of a map of arguments by their full name.
    Raises Refused for a definition that does not deploy, Unspecified where nothing says what Workflows does.
    """
    running = Running(definition, argument, http, seed=seed, env=env, connectors=connectors)
    running.until(until_s)
    return running.outcome()
