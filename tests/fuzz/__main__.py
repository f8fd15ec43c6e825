"""Fuzz: python -m tests.fuzz [--programs 10000] [--seed SEED] [--only NUMBER] [--on aws]. 1 where two do not agree.

Program number N of a seed is always the same one. A failing program is shrunk, shown with its world and both
observations, and saved under .cache/fuzz/.
"""

from __future__ import annotations

import argparse
import gc
import json
import secrets
import sys
import time
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path

from cloudless.conformance.orchestrations.observed import Observed
from cloudless.conformance.orchestrations.world import World, plain_of
from tests.fuzz.choices import Choices, Repeated
from tests.fuzz.program import Program
from tests.fuzz.runners import ENGINE, Runner
from tests.fuzz.shrink import shrunk
from tests.fuzz.trial import Disagreement, made, tried

SAVED = Path(".cache/fuzz")
TOLD_EVERY = 2_000
ENOUGH = 5
ON = {
    "engine": "tests.fuzz.runners",
    "aws": "providers.aws.tests.asl.oracles.fuzz",
    "gcp": "providers.gcp.tests.workflows.oracles.fuzz",
}
"""What programs are run on beside CPython: a module with `runners()`, a context manager that gives them."""


class Run:
    """Programs of one seed. failures: what was found, as text. on: how the command calls the runners.

    spent_s: of the processor, without generation and shrinking; prepared_s: of that, in the front end.
    """

    def __init__(self, seed: str, runners: Sequence[Runner] = (ENGINE,), on: str = "") -> None:
        self.seed = seed
        self.runners = runners
        self.on = f" --on {on}" if on else ""
        self.failures: list[str] = []
        self.count = 0
        self.spent_s = 0.0
        self.prepared_s = 0.0

    def go(self, numbers: Iterable[int], most: int = ENOUGH) -> None:
        """Try programs until `most` have failed."""
        for number in numbers:
            self.one(number)
            if len(self.failures) >= most:
                return

    def one(self, number: int) -> None:
        """Try one program."""
        choices = Choices(f"{self.seed}:{number}")
        program, world = made(choices)
        _ = program.text, program.native  # printing is part of generation
        began, prepared_s = time.process_time(), self._prepared_s()
        found = tried(program, world, self.runners)
        self.spent_s += time.process_time() - began
        self.prepared_s += self._prepared_s() - prepared_s
        self.count += 1
        if found is not None:
            self.failures.append(self._told(number, choices.taken, found))

    def _prepared_s(self) -> float:
        return sum(runner.prepared_s for runner in self.runners)

    def _told(self, number: int, taken: list[int], found: Disagreement) -> str:
        def fails(attempt: list[int]) -> bool:
            again = tried(*made(Repeated(attempt)), self.runners)
            return again is not None and (again.runner, again.kind) == (found.runner, found.kind)

        program, world = made(Repeated(shrunk(taken, fails)))
        last = tried(program, world, self.runners)
        text = report(program, world, last or found)
        return f"{text}\nagain: python -m tests.fuzz --seed {self.seed} --only {number}{self.on}\n"

    @property
    def rate(self) -> str:
        """Programs a second through CPython and the others together, without and with the front end."""
        running_s = max(self.spent_s - self.prepared_s, 1e-9)
        return f"{self.count / running_s:.0f} a second, {self.count / max(self.spent_s, 1e-9):.0f} with the front end"


def report(program: Program, world: World, found: Disagreement) -> str:
    """A failing program for people."""
    lines = [program.source, f"world: {json.dumps(plain_of(world), ensure_ascii=False)}", ""]
    lines += [f"{found.runner} does not agree with CPython: {found.kind}", *found.told, ""]
    lines += [f"CPython: {_seen(found.expected)}", f"{found.runner}: {_seen(found.observed)}"]
    return "\n".join(lines)


def _seen(observed: Observed | None) -> str:
    if observed is None:
        return "nothing"
    calls = "".join(f"\n    {one.at_s} {one.function}({one.arguments}) in {one.strand!r}" for one in observed.calls)
    return f"{dict(observed.outcome)} at {observed.end_s}{calls}"


def main(arguments: Sequence[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--programs", type=int, default=10_000)
    parser.add_argument("--seed", default="")
    parser.add_argument("--only", type=int, default=None)
    parser.add_argument("--on", choices=ON, default="engine")
    given = parser.parse_args(arguments)
    gc.set_threshold(100_000)  # programs leave much behind, and little of it in circles
    with import_module(ON[given.on]).runners() as runners:
        run = Run(given.seed or secrets.token_hex(4), runners, given.on if given.on != "engine" else "")
        sys.stdout.write(f"seed {run.seed}\n")
        if given.only is not None:
            run.go([given.only])
        else:
            _all(run, given.programs)
    for number, text in enumerate(run.failures):
        SAVED.mkdir(parents=True, exist_ok=True)
        (SAVED / f"{run.seed}-{number}.txt").write_text(text, "utf-8")
        sys.stdout.write(f"{text}\nsaved as {SAVED / f'{run.seed}-{number}.txt'}\n\n")
    sys.stdout.write(f"{run.count} programs, {len(run.failures)} failures, {run.rate}\n")
    return 1 if run.failures else 0


def _all(run: Run, programs: int) -> None:
    for first in range(0, programs, TOLD_EVERY):
        run.go(range(first, min(first + TOLD_EVERY, programs)))
        if len(run.failures) >= ENOUGH:
            return
        sys.stdout.write(f"{run.count} programs, {run.rate}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
