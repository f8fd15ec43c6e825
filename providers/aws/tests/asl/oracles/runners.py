"""Runners of generated programs, and of the corpus, on what is emitted for them; tests.fuzz compares with CPython."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any, Protocol

from cloudless.conformance.orchestrations.module import Module
from cloudless.conformance.orchestrations.observed import Observed
from cloudless.conformance.orchestrations.world import World
from cloudless_aws.compile.asl.machine import DEFINITION_MAX
from providers.aws.tests.asl.oracles import local, ministack, modelled, moto, statics
from providers.aws.tests.asl.oracles.emitted import document_of, input_of, outcome_of, text_of
from providers.aws.tests.asl.oracles.functions import Answering, Ended, Functions
from providers.aws.tests.stepfunctions import Jsonata
from tests.fuzz.program import Program
from tests.fuzz.runners import OutOfBounds, applied

Plain = dict[str, Any]


@lru_cache(maxsize=1)
def emitted(program: Program) -> tuple[Module, bytes]:
    """The module of a program, and its state machine. One runner after the other gets the same program."""
    module, application = applied(program)
    return module, text_of(application)


class Interpreter(Protocol):
    """name: as reports call it."""

    name: str

    def run(self, text: bytes, world: World, answering: Answering) -> Ended:
        """Run what is emitted for a program."""
        ...


class Local:
    """sfnx.testing on our clock."""

    name = "sfnx"

    def run(self, text: bytes, world: World, answering: Answering) -> Ended:
        return local.run(document_of(text), input_of(world.input), answering, world.events)


class Modelled:
    """Our model of Step Functions."""

    name = "the model"

    def __init__(self, engine: Jsonata) -> None:
        self._engine = engine

    def run(self, text: bytes, world: World, answering: Answering) -> Ended:
        return modelled.run(text, input_of(world.input), answering, self._engine, world.events)


class Timeless:
    """An interpreter in which no time passes: for programs that wait for no event."""

    def __init__(self, name: str, interpreter: moto.Moto | ministack.Ministack) -> None:
        self.name = name
        self._interpreter = interpreter

    def run(self, text: bytes, world: World, answering: Answering) -> Ended:
        return self._interpreter.run(document_of(text), input_of(world.input), answering)


def observed(interpreter: Interpreter, text: bytes, module: Module, world: World) -> Observed:
    """What an execution of what is emitted for a program comes to."""
    functions = Functions(module, world)
    ended = interpreter.run(text, world, functions.answer)
    return functions.observed(outcome_of(ended), ended.took_s)


class Faulty(Exception):
    """Somebody objects to what is emitted."""


class Emitted:
    """A runner of generated programs: what is emitted for one, on an interpreter. node: checks it first."""

    def __init__(self, interpreter: Interpreter, node: statics.Node | None = None) -> None:
        self.name = f"ASL on {interpreter.name}"
        self.prepared_s = 0.0
        self._interpreter = interpreter
        self._node = node

    def run(self, program: Program, world: World) -> Observed:
        began = time.process_time()
        try:
            module, text = emitted(program)
        finally:
            self.prepared_s += time.process_time() - began
        if len(text) > DEFINITION_MAX:
            raise OutOfBounds
        if self._node and (problems := statics.problems(text, self._node)):
            raise Faulty("\n".join(problems))
        return observed(self._interpreter, text, module, world)
