"""Plays a program in a simulation: `python -m tests.matrix.memory FOLDER < program`, which writes its answers there.

In a process of its own, since modules of examples have the same names.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from cloudless.runtime.crash import Crash
from tests.matrix import faults
from tests.matrix.program import EXAMPLES, ROOT, Filled, Played, Program, Step

TRACE = "CLOUDLESS_TRACE"
_ANSWERS = "answers.json"


def played(program: Program, folder: Path) -> Played:
    """The answers and the trace of a program in memory."""
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tests.matrix.memory", str(folder)],
        cwd=EXAMPLES / program.example,
        env={**os.environ, TRACE: str(folder / "trace"), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        input=program.dumped(),
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return Played.of(json.loads((folder / _ANSWERS).read_text("utf-8")), folder / "trace")


def main(folder: Path) -> None:
    """Play what stands on the standard input."""
    from cloudless.config import load
    from cloudless.testing import simulate

    recorder: Any = import_module("tests.matrix.recorder")
    recorder.dies.append(_die)
    program = Program.loaded(sys.stdin.read())
    app = load(Path("cloudless.toml")).load_app()
    with simulate(app, secrets=dict(program.secrets), config=program.config_in(folder)) as cloud:
        player = Player(cloud, program, folder / "trace")
        answers = [player.play(step) for step in program.steps]
    (folder / _ANSWERS).write_text(json.dumps(answers), "utf-8")


def _die() -> NoReturn:
    """As an instance of the simulation does."""
    raise Crash


class Player:
    """Does each step to a simulation."""

    def __init__(self, cloud: Any, program: Program, trace: Path) -> None:
        self._cloud = cloud
        self._program = program
        self._trace = trace
        self._filled = Filled(trace)

    def play(self, step: Step) -> Any:
        """The answer of a step; None where it has none."""
        told = dict(step)
        do: str = told.pop("do")
        return getattr(self, f"_{do}")(**told)

    def _request(self, method: str, path: str, token: Any = None, **sent: Any) -> Any:
        from cloudless import jwt

        if token:
            issuer, claims = token
            sent["token"] = self._cloud.token(jwt(**self._program.issuers[issuer]), **claims)
        answer = self._cloud.http.request(method, self._filled.path(path), **sent)
        self._filled.answered(answer.text)
        return [answer.status, answer.text]

    def _send(self, queue: str, body: Any) -> None:
        self._named(queue).send(body)

    def _fault(self, kind: str, handler: str) -> None:
        faults.arm(self._trace, kind, handler)

    def _run(self) -> None:
        self._cloud.run()

    def _advance(self, seconds: float) -> None:
        self._cloud.advance(timedelta(seconds=seconds))

    def _show(self, orchestration: str, id: str) -> Any:
        from tests.matrix.recorder import plain

        one = self._named(orchestration).execution(id)
        status = one.status()
        return [status, plain(one.result()) if status == "completed" else one.error and one.error.type]

    def _invoke(self, function: str, arguments: dict[str, Any]) -> Any:
        from tests.matrix.recorder import plain

        called = self._named(function)
        return plain(called.invoke(**called.arguments().decode(json.dumps(arguments))))

    def _letters(self, queue: str) -> Any:
        return [[letter.body, letter.error.type] for letter in self._named(queue).dead_letters.peek()]

    def _redrive(self, queue: str) -> Any:
        return self._named(queue).dead_letters.redrive()

    def _named(self, name: str) -> Any:
        """What the example's module has under a name."""
        return vars(sys.modules["app"])[name]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
