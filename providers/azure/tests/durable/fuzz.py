"""Generated programs on Durable's replay: python -m providers.azure.tests.durable.fuzz [PROGRAMS [SEED]].

RUNNERS are for tests.fuzz: as it comes, in any order with losses, and with every turn and every result lost once.
InFunctionApp takes a deployed app: slower, and all of Microsoft's worker library in between.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable
from time import perf_counter
from zlib import crc32

from cloudless.conformance.orchestrations.observed import Observed
from cloudless.conformance.orchestrations.world import World
from providers.azure.tests.durable.chaos import Chaos, CrashEverywhere, Hostile
from providers.azure.tests.durable.deployed import Deployed
from providers.azure.tests.durable.runner import Run as Execution
from tests.fuzz.__main__ import Run
from tests.fuzz.program import Program
from tests.fuzz.runners import ENGINE, compiled


class Durable:
    """A runner, in this process. chaos: of a program, by a number that is the program's own."""

    def __init__(self, name: str, chaos: Callable[[int], Chaos]) -> None:
        self.name = name
        self.prepared_s = 0.0
        self._chaos = chaos

    def run(self, program: Program, world: World) -> Observed:
        began = perf_counter()
        module, definition = compiled(program)
        self.prepared_s += perf_counter() - began
        return Execution(module, definition, world, self._chaos(crc32(program.text.encode()))).observed


class InFunctionApp:
    """A runner: a deployed function app, in any order with losses."""

    name = "Durable, deployed"

    def __init__(self, app: Deployed) -> None:
        self.prepared_s = 0.0
        self._app = app

    def run(self, program: Program, world: World) -> Observed:
        began = perf_counter()
        _, definition = compiled(program)
        self.prepared_s += perf_counter() - began
        return self._app.run(program.source, definition, world, Hostile(crc32(program.text.encode()), 0.1))


RUNNERS = (
    ENGINE,
    Durable("Durable", lambda number: Chaos()),
    Durable("Durable in any order", lambda number: Hostile(number, 0.1)),
    Durable("Durable that crashes everywhere", lambda number: CrashEverywhere()),
)


def main(programs: str = "1000", seed: str = "") -> int:
    """Try so many programs; exit code 1 where two runners do not agree."""
    run = Run(seed or secrets.token_hex(4), RUNNERS)
    sys.stdout.write(f"seed {run.seed}\n")
    run.go(range(int(programs)))
    sys.stdout.write("\n".join([*run.failures, f"{run.count} programs, {run.rate:.1f} a second\n"]))
    return 1 if run.failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
