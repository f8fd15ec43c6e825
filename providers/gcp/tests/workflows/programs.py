"""Programs of a test, as workflows: their routines and steps, and what runs them."""

from __future__ import annotations

import json
from textwrap import dedent
from typing import Any, NamedTuple

from cloudless.compiler.translation import Translation
from cloudless.conformance.orchestrations.module import loaded
from cloudless_gcp.compile.workflows import workflow
from providers.gcp.tests import gcwsim
from providers.gcp.tests.workflows.oracles.emitted import TARGETS

Plain = dict[str, Any]

HEAD = """
from datetime import timedelta
from cloudless import App, Retry, fan_out, gather, now, saga, sleep, uuid4
app = App("shop")
approval = app.event("approval", bool)
orders, placed = app.queue("orders", dict), app.topic("placed", dict)
class Failure(Exception): pass
class Declined(Failure): pass
@app.function
def step(n: int) -> int: ...
@app.function
def other(n: int) -> int: ...
@app.pure
def best(ns: list[int]) -> int: return max(ns)
"""


class Emitted(NamedTuple):
    """What is emitted for the orchestration `main` of a program."""

    workflow: Translation
    document: Plain

    def steps(self, routine: str = "main") -> Plain:
        """The steps of a routine, by name."""
        return {name: body for step in self.document[routine]["steps"] for name, body in step.items()}

    def calls(self, of: str, routine: str = "main") -> list[Plain]:
        """The steps that call a routine or function, in order."""
        return [body for body in self.steps(routine).values() if body.get("call") == of]


def emitted(body: str, main: str = "main", **changes: Any) -> Emitted:
    """A program that begins with HEAD; nobody objects to it."""
    with loaded(HEAD + dedent(body)) as module:
        made = workflow(module.application(), main, {}, changes.get("targets", TARGETS), changes.get("digest", ""))
    document = json.loads(made.text)
    assert gcwsim.problems(document) == []
    return Emitted(made, document)
