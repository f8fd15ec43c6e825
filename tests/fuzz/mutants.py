"""Show that the fuzzer finds each mutant of the engine: python -m tests.fuzz.mutants [NAME…].

Each is tried in a process of its own, on programs of one seed, until CPython and the engine do not agree. One that is
not found within 2,000 programs fails the run; so does one whose own lines raise: it does not fit the code any more.
The program that found it last is tried first: `--anew` looks for it from the beginning, and notes it in mutants.json.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.fuzz.choices import Choices
from tests.fuzz.trial import made, tried
from tests.hosting.launcher import Zygote
from tests.mutants.engine_faults import FAULTS
from tests.mutants.fault import stale
from tests.mutants.process import run, zygote

PROGRAMS = 2_000
SEED = "mutants"
MISFITS = {"crashed AttributeError", "crashed ImportError", "crashed NameError", "crashed SyntaxError"}
"""What code raises that does not fit together: no wrong outcome."""
LIMIT_S = 600.0
WORKER = "tests.fuzz.mutants"
MODULES = ("cloudless.testing", "pydantic")
"""What is imported, beside this module, before processes are forked."""
FOUND = Path(__file__).with_name("mutants.json")
"""Number of the program that found each mutant last."""


def found(mutant: str, programs: Iterable[int]) -> dict[str, object]:
    """Number and kind of the first disagreement under a mutant; in this process, which has it from then on.

    mutant: "" for none. programs: their numbers, from 1.
    """
    if mutant:
        FAULTS[mutant].apply()
    for number in programs:
        problem = tried(*made(Choices(f"{SEED}:{number - 1}")))
        if stale:
            return {"broken": stale[0]}
        if problem is not None and problem.kind in MISFITS:
            return {"broken": "".join(problem.told).strip().rpartition("\n")[2]}
        if problem is not None:
            return {"number": number, "kind": problem.kind}
    return {}


def forked(arguments: Sequence[str], descriptors: Sequence[int]) -> None:
    """The life of a process. arguments: the mutant, and numbers of programs that are tried before the others."""
    mutant, *likely = arguments
    told = found(mutant, [*map(int, likely), *range(1, PROGRAMS + 1 if mutant else 1)])
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    os._exit(0)


def verdict(forking: Zygote, mutant: str, likely: Sequence[int] = ()) -> dict[str, object]:
    """The same, in a process of its own. likely: programs before all others; without a mutant there are no others."""
    done = run(forking, [mutant, *map(str, likely)], LIMIT_S)
    if done.is_late:
        return {"broken": f"no end within {LIMIT_S:g} s"}
    if done.code:
        return {"broken": done.last_line}
    told: dict[str, object] = json.loads(done.last_line)
    return told


def main(names: Sequence[str], *, anew: bool = False) -> int:
    """Print the table; 1 where a mutant is not found or broken, or where one is found without any.

    anew: no program is tried before others, and what found each mutant is noted.
    """
    if unknown := sorted(set(names) - FAULTS.keys()):
        sys.stdout.write(f"there is no mutant {', '.join(unknown)}\n")
        return 1
    chosen = list(names or FAULTS)
    last: dict[str, int] = {} if anew else json.loads(FOUND.read_text("utf-8"))
    with zygote(WORKER) as forking, ThreadPoolExecutor(2) as pool:
        likely = [[last[name]] if name in last else [] for name in chosen]
        answers = pool.map(partial(verdict, forking), chosen, likely)
        verdicts = dict(zip(chosen, answers, strict=True))
        numbers = {name: int(str(told["number"])) for name, told in verdicts.items() if "number" in told}
        sound = verdict(forking, "", sorted(set(numbers.values())))
    if sound:
        sys.stdout.write(f"without any mutant: {sound}\n")
    for name, told in verdicts.items():
        sys.stdout.write(f"{name:<45} {_line(told)}\n")
    sys.stdout.write(f"{len(numbers)} of {len(verdicts)} mutants found\n")
    if anew:
        FOUND.write_text(json.dumps(numbers, indent=2) + "\n", "utf-8")
    return 1 if len(numbers) < len(verdicts) or sound else 0


def _line(told: dict[str, object]) -> str:
    if "number" in told:
        return f"program {told['number']}: {told['kind']}"
    return f"BROKEN: {told['broken']}" if told else "NOT FOUND"


if __name__ == "__main__":
    sys.exit(main([], anew=True) if sys.argv[1:] == ["--anew"] else main(sys.argv[1:]))
