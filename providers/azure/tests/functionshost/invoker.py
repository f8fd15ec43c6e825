"""Invoker: calls functions of one app in its worker processes, and notes each call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from providers.azure.tests.functionshost.bindings import Invocation
from providers.azure.tests.functionshost.launcher import Launcher
from providers.azure.tests.functionshost.process import Worker, WorkerExited
from providers.azure.tests.functionshost.sanitizer import sanitized

Plain = dict[str, Any]
TIMEOUT_MAX = 86_400.0
"""Of a wait of this process, in place of an infinite one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call to make. id, name: of the function. address, deliveries: see Invocation. inputs, metadata: typed data."""

    id: str
    name: str
    address: str
    inputs: Plain
    metadata: Plain = field(default_factory=dict[str, Any])
    deliveries: Sequence[int] = ()


class Ended(Exception):
    """A call that did not return; the text is what the host tells of it."""


class FunctionRaised(Ended):
    """The function raised."""


class FunctionTimedOut(Ended):
    """It took longer than functionTimeout, and its worker was ended."""


class NoAnswer(Ended):
    """Nobody waits for it any longer; the function goes on."""


class HostStopped(Ended):
    """The host is stopped, or was stopped meanwhile."""


class Begun:
    """A call that a worker has been given."""

    def __init__(self, call: Call, worker: Worker, waiting: Future[Plain]) -> None:
        self.call = call
        self.worker = worker
        self.waiting = waiting


class Invoker:
    """The workers of the app in `folder`. count: how many take turns. now_s: for notes.

    timeout_s, span: functionTimeout, in seconds of real time and as host.json says it. Past it the worker is killed,
    with all that it does: https://learn.microsoft.com/en-us/azure/azure-functions/functions-scale#timeout. A worker
    that ends fails what it was doing, and is replaced. Safe from several threads.
    """

    def __init__(
        self,
        launcher: Launcher,
        folder: Path,
        env: Mapping[str, str],
        now_s: Callable[[], float],
        *,
        count: int,
        timeout_s: float,
        span: str,
    ) -> None:
        self.calls: list[Invocation] = []
        self.is_running = False
        self._make: Callable[[], Worker] = lambda: Worker(launcher, folder, env)
        self._now_s = now_s
        self._count = count
        self._timeout_s = min(timeout_s, TIMEOUT_MAX)
        self._span = span
        self._workers: list[Worker] = []
        self._turn = 0
        self._lock = Lock()

    def start(self) -> list[Plain]:
        """Start the workers; returns what the first indexed. Raises IndexingFailed."""
        self._workers = [self._make() for _ in range(self._count)]
        self.is_running = True
        return self._workers[0].functions

    def stop(self) -> None:
        """End the workers, once they have nothing more to do."""
        self.is_running = False
        with self._lock:
            workers, self._workers = self._workers, []
        for worker in workers:
            worker.close()

    def kill(self) -> None:
        """End the workers at once."""
        self.is_running = False
        for worker in list(self._workers):
            worker.kill()

    def log(self) -> str:
        """What the workers that run now have printed."""
        return "".join(worker.log() for worker in self._workers)

    def begin(self, call: Call) -> Begun:
        """Give a call to the next worker. Raises HostStopped."""
        worker = self._next()
        return Begun(call, worker, worker.order(call.id, call.inputs, call.metadata))

    def _next(self) -> Worker:
        with self._lock:
            if not self.is_running:
                raise HostStopped("the host is stopped")
            self._turn = (self._turn + 1) % len(self._workers)
            worker = self._workers[self._turn]
            if worker.exit:
                worker.close()
                worker = self._workers[self._turn] = self._make()
            return worker

    def end(self, begun: Begun, patience_s: float = float("inf")) -> Plain:
        """Wait for the end of a call, note it, and return {"return", "outputs"}. Raises Ended.

        patience_s: how long to wait at all, in real time; NoAnswer after that.
        """
        at_s = self._now_s()
        try:
            answer = self._awaited(begun, patience_s)
        except Ended as problem:
            self.note(begun.call, at_s, str(problem))
            raise
        self.note(begun.call, at_s)
        return answer

    def _awaited(self, begun: Begun, patience_s: float) -> Plain:
        try:
            answer = begun.waiting.result(min(self._timeout_s, patience_s))
        except WorkerExited as problem:
            raise (Ended if self.is_running else HostStopped)(str(problem)) from problem
        except TimeoutError as problem:
            if patience_s < self._timeout_s:
                Thread(target=self._watch, args=(begun, self._timeout_s - patience_s), daemon=True).start()
                raise NoAnswer(f"no answer within {patience_s:g} s") from problem
            begun.worker.kill()
            text = f"Timeout value of {self._span} was exceeded by function: Functions.{begun.call.name}"
            raise FunctionTimedOut(text) from problem
        if answer["error"] is not None:
            raise FunctionRaised(sanitized(answer["error"]))
        return answer

    @staticmethod
    def _watch(begun: Begun, rest_s: float) -> None:
        """See to it that a function that nobody waits for does not take too long."""
        try:
            begun.waiting.exception(rest_s)
        except TimeoutError:
            begun.worker.kill()

    def note(self, call: Call, at_s: float, error: str = "") -> None:
        """Write a call down. at_s: when it was made."""
        noted = Invocation(
            function=call.name, address=call.address, at_s=at_s, deliveries=list(call.deliveries), error=error
        )
        self.calls.append(noted)

    def call(self, call: Call) -> Plain:
        """`begin` and `end`."""
        return self.end(self.begin(call))
