"""moto's Step Functions engine, https://github.com/getmoto/moto: LocalStack's interpreter, in a process of its own.

For a sample: a run takes a fifth of a second. No time passes in it, so what depends on time it does not show.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any, Self

from providers.aws.tests.asl.oracles.functions import Answering, Ended, Failed, Invocation, timely

Plain = dict[str, Any]
WORKER = Path(__file__).with_name("moto_worker.py")


class Moto:
    """A process with moto; as a context, for many runs. python: of the kit. modules: node_modules with jsonata."""

    def __init__(self, python: Path, modules: Path) -> None:
        self._command = [str(python), "-P", str(WORKER)]  # -P: or this folder's moto.py would be moto
        self._env = {**os.environ, "NODE_PATH": str(modules)}
        self._process: subprocess.Popen[str]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, env=self._env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        return self

    def __exit__(self, *problem: object) -> None:
        self._process.kill()
        self._process.communicate()

    def run(self, document: Plain, given: Any, answering: Answering) -> Ended:
        """Run a document. A call that takes longer than its state allows has States.Timeout."""
        answering = timely(document, answering)
        self._write({"run": {"definition": document, "input": given}})
        while True:
            told = self._read()
            if "done" in told:
                return _ended(told["done"])
            asked = told["invoke"]
            self._write({"answer": {"id": asked["id"], **_answered(asked, answering)}})

    def _write(self, told: Plain) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()

    def _read(self) -> Any:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, "moto's process has ended"
        return json.loads(line)


def _ended(done: Plain) -> Ended:
    return Ended(done["status"], _value(done.get("output", "null")), done.get("error", ""), done.get("cause", ""))


def _value(output: str) -> Any:
    """An output; moto does not quote one that is a text."""
    try:
        return json.loads(output)
    except ValueError:
        return output


def _answered(asked: Plain, answering: Answering) -> Plain:
    try:
        return {"payload": answering(Invocation(asked["function"], asked["payload"])).payload}
    except Failed as failed:
        return {"error": failed.error, "cause": failed.cause}
