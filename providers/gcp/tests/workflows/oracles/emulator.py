"""workflows-emulator, https://pypi.org/project/workflows-emulator/: a second opinion, in a process of its own.

It knows no callbacks, and no time passes in it: it is for programs that wait for nothing and ask for no time.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Self

from cloudless.conformance.orchestrations.module import Module
from cloudless.conformance.orchestrations.observed import Observed
from cloudless.conformance.orchestrations.world import World
from providers.gcp.tests.gcwsim import ConnectionFailed, Outcome, Request, Response
from providers.gcp.tests.workflows.oracles.emitted import document_of, outcome_of
from providers.gcp.tests.workflows.oracles.functions import Functions
from providers.gcp.tests.workflows.oracles.modelled import argument_of, timeless

Plain = dict[str, Any]
Answer = Callable[[Request], Response]

WORKER = Path(__file__).with_name("emulator_worker.py")
SUCCEEDED, FAILED, REFUSED, CRASHED, HUNG = "SUCCEEDED", "FAILED", "REFUSED", "CRASHED", "HUNG"
LIMIT_S = 60
"""A run that takes longer hangs."""


class Ended(NamedTuple):
    """How a run ended. value: the result, what was raised, the name of an exception that no workflow can catch."""

    status: str
    value: Any = None


class Emulator:
    """The process; as a context, for many runs. python: of the kit."""

    def __init__(self, python: Path) -> None:
        self._command = [str(python), "-P", str(WORKER)]
        self._process: subprocess.Popen[str]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        return self

    def __exit__(self, *problem: object) -> None:
        self._process.kill()
        self._process.communicate()

    def run(
        self, document: Plain, argument: Any, answer: Answer, *, is_mended: bool = True, limit_s: float = LIMIT_S
    ) -> Ended:
        """Run a document. A request that takes longer than it may has TimeoutError at once."""
        order = {"definition": document, "argument": argument, "is_mended": is_mended, "limit_s": limit_s}
        self._write({"run": order})
        while "request" in (told := self._read()):
            self._write(_answered(Request(**told["request"]), answer))
        return Ended(told["done"]["status"], told["done"]["value"])

    def _write(self, told: Plain) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()

    def _read(self) -> Any:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, "the emulator's process has ended"
        return json.loads(line)


def _answered(request: Request, answer: Answer) -> Plain:
    try:
        response = answer(request)
    except ConnectionFailed as failed:
        tag, after_s = failed.tag, failed.after_s
    else:
        tag, after_s = "", response.after_s
        if request.timeout_s is None or after_s <= request.timeout_s:
            return {"response": _plain(response)}
    return {"failed": tag if request.timeout_s is None or after_s <= request.timeout_s else "TimeoutError"}


def _plain(response: Response) -> Plain:
    headers = response.headers or {"Content-Type": "application/json"}
    is_text = isinstance(response.body, str) and response.headers
    return {
        "code": response.code, "headers": dict(headers),
        "text": response.body if is_text else json.dumps(response.body),
    }  # fmt: skip


def observed(emulator: Emulator, text: bytes, module: Module, world: World) -> Observed:
    """What an execution of what is emitted for a program comes to. Raises Unreadable."""
    functions = Functions(module, world, lambda: 0, _nowhere)
    ended = emulator.run(document_of(text), argument_of(world), functions.answer)
    is_result = ended.status == SUCCEEDED
    outcome = Outcome(ended.status, ended.value if is_result else None, None if is_result else ended.value, 0, [], [])
    return timeless(functions.observed(outcome_of(outcome), 0))


def _nowhere(url: str, body: object) -> int:
    raise AssertionError(url)
