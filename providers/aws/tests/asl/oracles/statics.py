"""Every static opinion about a state machine: ours, statelint's, asl-validator's, and that of npm's jsonata."""

from __future__ import annotations

import json
import os
import subprocess
from importlib import import_module
from pathlib import Path
from typing import Any, Self

from providers.aws.tests.asl.oracles import checks, reading
from providers.aws.tests.asl.oracles.machine import Plain, places, written

SCRIPT = Path(__file__).with_name("statics.js")
MANY = 20_000
"""Expressions that are remembered."""
_LINTER: Any = import_module("statelint.linter")
_CONFIG: Any = import_module("statelint.config")
_PROBLEM: Any = import_module("statelint.problem")
IGNORED = _CONFIG.Config({_PROBLEM.ProblemType.FLOAT})
"""statelint wants 2.0 where JSON has no difference between 2.0 and 2."""


class Node:
    """A node process with asl-validator and jsonata; as a context, for many documents. modules: its node_modules."""

    def __init__(self, modules: Path) -> None:
        self._modules = modules
        self._known: dict[str, Plain] = {}
        self._process: subprocess.Popen[str]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            ["node", str(SCRIPT)],
            env={**os.environ, "NODE_PATH": str(self._modules)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        return self

    def __exit__(self, *problem: object) -> None:
        self._process.communicate()

    def validated(self, document: Plain) -> list[str]:
        """What asl-validator says against a document."""
        errors: list[str] = self._asked({"document": document})["errors"]
        return errors

    def read(self, texts: list[str]) -> dict[str, Plain]:
        """How jsonata reads expressions: see statics.js."""
        if len(self._known) > MANY:
            self._known.clear()
        new = list(dict.fromkeys(text for text in texts if text not in self._known))
        if new:
            self._known.update(zip(new, self._asked({"expressions": new})["expressions"], strict=True))
        return {text: self._known[text] for text in texts}

    def _asked(self, question: Plain) -> Any:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


def problems(document: Plain | bytes | str, node: Node) -> list[str]:
    """Everything that anybody says against a document. Each line begins with who says it."""
    found: list[str] = []
    if isinstance(document, (bytes, str)):
        found += [f"ours: {one}" for one in checks.duplicates(document)]
        document = json.loads(document)
    assert isinstance(document, dict)
    texts = [one.text for place in places(document) for one in written(place)]
    found += [f"ours: {one}" for one in checks.problems(document)]
    found += [f"ours: {one}" for one in reading.problems(document, reading.of(node.read(texts)))]
    found += [f"statelint: {one}" for one in linted(document)]
    return found + [f"asl-validator: {one}" for one in node.validated(document)]


def linted(document: Plain) -> list[str]:
    """What statelint says, but for what it says wrongly: Seconds of a wait may be an expression."""
    found: list[str] = _LINTER.Linter.validate(json.loads(json.dumps(document)), IGNORED)
    return [one for one in found if not (".Seconds" in one and '"{%' in one)]
