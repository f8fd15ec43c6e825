"""JSONata by its own engine, npm jsonata 2.0.6, in a node process through a pipe (see jsonata.js)."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from providers.aws.tests.stepfunctions.errors import Unspecified
from tests import tools

_SCRIPT = Path(__file__).with_suffix(".js")


class Parsed(NamedTuple):
    """names: every variable and function that is read. states: members of $states, "*" for it whole.

    problems: what JSONata or the States Language has against the expression.
    """

    names: frozenset[str]
    states: frozenset[str]
    problems: tuple[str, ...]


class Value(NamedTuple):
    """What an expression evaluates to."""

    value: Any


class Nothing(NamedTuple):
    """Why an expression has no value; what follows "The JSONata expression '…' specified for the field '…' "."""

    why: str


class Jsonata:
    """The engine. Safe from several threads; what it answers depends on nothing but the arguments."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lock = threading.Lock()
        self._parsed: dict[str, Parsed] = {}

    def parse(self, text: str) -> Parsed:
        """What the expression reads and what is wrong with it."""
        self.learn([text])
        return self._parsed[text]

    def learn(self, texts: Iterable[str]) -> None:
        """Parse several at once, so that `parse` knows them: a question for each takes longer than the answers."""
        new = [text for text in dict.fromkeys(texts) if text not in self._parsed]
        answers: list[dict[str, list[str]]] = self._ask({"op": "parse", "texts": new}) if new else []
        for text, answer in zip(new, answers, strict=True):
            names, states = frozenset(answer["names"]), frozenset(answer["states"])
            self._parsed[text] = Parsed(names, states, tuple(answer["problems"]))

    def evaluate(
        self, texts: Sequence[str], variables: Mapping[str, Any], *, now_ms: int, seed: int
    ) -> list[Value | Nothing]:
        """The value of each, all of the same variables (names without "$"). Raises Unspecified."""
        if not texts:
            return []
        used = frozenset[str]().union(*(self.parse(text).names for text in texts))
        sent = {name: variables[name] for name in sorted(variables.keys() & used)}
        if "states" in sent:
            members = frozenset[str]().union(*(self.parse(text).states for text in texts))
            sent["states"] = {name: one for name, one in sent["states"].items() if name in members or "*" in members}
        request = {"op": "evaluate", "texts": texts, "variables": sent, "now_ms": now_ms, "seed": seed}
        results: Iterable[Mapping[str, Any]] = self._ask(request)["results"]
        return [_read(text, result) for text, result in zip(texts, results, strict=True)]

    def _ask(self, request: Mapping[str, Any]) -> Any:
        assert self._process.stdin is not None and self._process.stdout is not None
        with self._lock:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"node ended with code {self._process.wait()}")
        return json.loads(line)


def _read(text: str, result: Mapping[str, Any]) -> Value | Nothing:
    if "value" in result:
        return Value(result["value"])
    if "unspecified" in result:
        raise Unspecified(f"{text!r} is {result['unspecified']}, which JSON does not have")
    if "nothing" in result:
        return Nothing("returned nothing (undefined).")
    if "unsupported" in result:
        return Nothing("returned an unsupported result type.")
    return Nothing(f"threw an error during evaluation. {result['error']}")


@contextmanager
def jsonata() -> Generator[Jsonata]:
    """The engine, for the length of the block. Skips or fails the test where it is not installed."""
    node, package = tools.require("node"), tools.require("stepfunctions-npm")
    command = [str(node), str(_SCRIPT), str(package.parents[1])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8") as process:
        try:
            yield Jsonata(process)
        finally:
            process.kill()
