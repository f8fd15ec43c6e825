"""Show that the fuzzer finds each mutant of the engine: python -m tests.fuzz.mutants [NAME…].

Each is tried in a process of its own, on programs of one seed, until CPython and the engine do not agree. One that is
not found within 2,000 programs fails the run; so does one whose own lines raise: it does not fit the code any more.
The program that found it last is tried first: `--anew` looks for it from the beginning, and notes it in mutants.json.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.fuzz.choices import Choices
from tests.fuzz.trial import made, tried
from tests.mutants.engine_faults import FAULTS
from tests.mutants.fault import stale
from tests.mutants.verdict import ROOT

PROGRAMS = 2_000
SEED = "mutants"
MISFITS = {"crashed AttributeError", "crashed ImportError", "crashed NameError", "crashed SyntaxError"}
"""What code raises that does not fit together: no wrong outcome."""
LIMIT_S = 600.0
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


def verdict(mutant: str, likely: Sequence[int] = ()) -> dict[str, object]:
    """The same, in a process of its own. likely: programs before all others; without a mutant there are no others."""
    command = [sys.executable, "-m", "tests.fuzz.mutants", "--apply", mutant, *map(str, likely)]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        return {"broken": f"no end within {LIMIT_S:g} s"}
    if done.returncode:
        return {"broken": done.stderr.strip().rpartition("\n")[2]}
    told: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
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
    with ThreadPoolExecutor(2) as pool:
        answers = pool.map(verdict, chosen, [[last[name]] if name in last else [] for name in chosen])
        verdicts = dict(zip(chosen, answers, strict=True))
    numbers = {name: int(str(told["number"])) for name, told in verdicts.items() if "number" in told}
    sound = verdict("", sorted(set(numbers.values())))
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
    if sys.argv[1:2] == ["--apply"]:
        mutant, *likely = sys.argv[2:]
        programs = [*map(int, likely), *range(1, PROGRAMS + 1 if mutant else 1)]
        sys.stdout.write("\n" + json.dumps(found(mutant, programs)) + "\n")
    else:
        sys.exit(main([], anew=True) if sys.argv[1:] == ["--anew"] else main(sys.argv[1:]))
