"""Runners of generated programs, and of the corpus, on what is emitted for them; tests.fuzz compares with CPython."""

from __future__ import annotations

import time
from functools import lru_cache

from cloudless.conformance.orchestrations.module import Module
from cloudless.conformance.orchestrations.observed import Observed
from cloudless.conformance.orchestrations.world import World
from cloudless.errors import DefinitionError
from cloudless.passes.limits import OVER, limits
from cloudless_gcp.limits import LIMITS
from providers.gcp.tests.workflows.oracles import emulator, modelled
from providers.gcp.tests.workflows.oracles.emitted import document_of, text_of
from tests.fuzz.program import Program
from tests.fuzz.runners import OutOfBounds, applied

TIMELY = (b"events.", b"sys.now")


@lru_cache(maxsize=1)
def emitted(program: Program) -> tuple[Module, bytes]:
    """The module of a program, and its workflow. One runner after the other gets the same program.

    Raises OutOfBounds for one that is over a limit of Workflows.
    """
    module, application = applied(program)
    if any(problem.code == OVER for problem in limits(application, {"gcp": LIMITS})):
        raise OutOfBounds
    try:
        return module, text_of(application)
    except DefinitionError as refusal:
        if all(problem.code == OVER for problem in refusal.problems):
            raise OutOfBounds from refusal
        raise


class Emitted:
    """A runner of generated programs: what is emitted for one, on gcwsim. seed: above 0 shuffles what comes first."""

    def __init__(self, seed: int = 0) -> None:
        self.name = f"Workflows on gcwsim{f', shuffled by {seed}' if seed else ''}"
        self.prepared_s = 0.0
        self._seed = seed

    def run(self, program: Program, world: World) -> Observed:
        began = time.process_time()
        try:
            module, text = emitted(program)
        finally:
            self.prepared_s += time.process_time() - began
        return modelled.run(text, module, world, self._seed)


class Emulated:
    """The same on workflows-emulator, for what both know: no events, no time, no row of known.py that counts.

    count: programs that were run.
    """

    name = "Workflows on workflows-emulator"
    prepared_s = 0.0

    def __init__(self, running: emulator.Emulator) -> None:
        self.count = 0
        self._emulator = running

    def run(self, program: Program, world: World) -> Observed:
        module, text = emitted(program)
        if is_beyond(text):
            raise OutOfBounds
        self.count += 1
        return emulator.observed(self._emulator, text, module, world)


def is_beyond(text: bytes) -> bool:
    """Whether the emulator cannot run a program rightly."""
    return any(word in text for word in TIMELY) or "equal" in document_of(text)
