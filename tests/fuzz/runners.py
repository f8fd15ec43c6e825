"""Runners: what can run a generated program in a world. A provider adds its own by the same protocol.

NATIVE is CPython, whose word counts. ENGINE is the front end, and cloudless.engine on virtual time.
"""

from __future__ import annotations

import linecache
import time
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from types import ModuleType
from typing import Any, Protocol

from cloudless.conformance.orchestrations.module import Module, loaded
from cloudless.conformance.orchestrations.observed import Observed
from cloudless.conformance.orchestrations.world import World
from cloudless.engine import Definition
from cloudless.errors import DefinitionError
from cloudless.frontend.orchestration import compile_orchestrations
from cloudless.frontend.report import Report
from cloudless.frontend.source import Sources
from cloudless.ir import ERROR, Application
from cloudless.passes.definition import definition
from tests.fuzz import rewrite
from tests.fuzz.engine import WorldHost
from tests.fuzz.program import MAIN, Program
from tests.fuzz.vocabulary import VOCABULARIES, vocabulary

FILE = "<a generated program>"
_kept = ExitStack()


class OutOfBounds(Exception):
    """A program is larger than what a runner may be given; what comes of it is nobody's promise."""


class Runner(Protocol):
    """name: as reports call it. prepared_s: of the processor, so far, to make of sources what it runs."""

    name: str
    prepared_s: float

    def run(self, program: Program, world: World) -> Observed:
        """Run the program's `main`; raises DefinitionError where the program is refused, OutOfBounds."""
        ...


class Native:
    """CPython."""

    name = "CPython"
    prepared_s = 0.0

    def run(self, program: Program, world: World) -> Observed:
        return rewrite.run(rewrite.loaded_program(program), world)


class Engine:
    """cloudless.engine, on what the front end makes of the source."""

    name = "engine"
    prepared_s = 0.0

    def run(self, program: Program, world: World) -> Observed:
        began = time.process_time()
        try:
            module, plain = compiled(program)
        finally:
            self.prepared_s += time.process_time() - began
        return WorldHost(Definition(plain), module, world).run()


@lru_cache(maxsize=VOCABULARIES)
def _declared(number: int) -> Module:
    return _kept.enter_context(loaded(vocabulary(number).source, f"vocabulary_{number}"))


def compiled(program: Program) -> tuple[Module, dict[str, Any]]:
    """The module of a program, and the definition of its `main`."""
    module, application = applied(program)
    return module, definition(application, MAIN)


def applied(program: Program) -> tuple[Module, Application]:
    """The module of a program, and its IR. Its vocabulary is declared once, for all programs."""
    declared = _declared(program.vocabulary.number)
    app = declared.app
    app.orchestrations.clear()
    text = program.text
    linecache.cache[FILE] = (len(text), None, text.splitlines(keepends=True), FILE)
    module = ModuleType(declared.module.__name__)
    vars(module).update(vars(declared.module))
    exec(compile(text, FILE, "exec", dont_inherit=True), vars(module))
    report = Report(Sources())
    orchestrations = compile_orchestrations(app, report)
    errors = [problem for problem in report.problems() if problem.severity == ERROR]
    if errors:
        raise DefinitionError(errors)
    return Module(module), Application(name="fuzz", orchestrations=orchestrations)


NATIVE, ENGINE = Native(), Engine()


@contextmanager
def runners() -> Generator[Sequence[Runner]]:
    """What `make fuzz` runs programs on: the engine."""
    yield (ENGINE,)
