"""Programs of a test, as state machines: their states by name, and what runs them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from textwrap import dedent
from typing import Any, NamedTuple

from cloudless.compiler.translation import Translation
from cloudless.conformance.orchestrations.module import loaded
from cloudless_aws.compile.asl import machine
from providers.aws.tests.asl.oracles.emitted import TARGETS

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
    """What is emitted for the orchestration `main` of a program. states: of all scopes, by name."""

    machine: Translation
    document: Plain

    @property
    def states(self) -> Plain:
        return dict(_states(self.document))

    def of(self, kind: str) -> list[Plain]:
        """The states of a type, in order."""
        return [one for one in self.states.values() if one["Type"] == kind]


def emitted(body: str, main: str = "main", **changes: Any) -> Emitted:
    """A program that begins with HEAD."""
    with loaded(HEAD + dedent(body)) as module:
        made = machine(module.application(), main, {}, changes.get("targets", TARGETS), changes.get("digest", ""))
    return Emitted(made, json.loads(made.text))


def _states(scope: Plain) -> Iterator[tuple[str, Plain]]:
    for name, one in scope["States"].items():
        yield name, one
        for inner in (*one.get("Branches", ()), *([one["ItemProcessor"]] if "ItemProcessor" in one else ())):
            yield from _states(inner)
