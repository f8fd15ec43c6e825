"""Show that the fuzzer finds each mutant of the engine: python -m tests.fuzz.mutants [NAME…].

Each is tried in a process of its own, on programs of one seed, until CPython and the engine do not agree. One that is
not found within 2,000 programs fails the run; so does one whose own lines raise: it does not fit the code any more.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

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


def found(mutant: str, programs: int = PROGRAMS) -> dict[str, object]:
    """Number and kind of the first disagreement under a mutant; in this process, which has it from then on."""
    if mutant:
        FAULTS[mutant].apply()
    for number in range(programs):
        problem = tried(*made(Choices(f"{SEED}:{number}")))
        if stale:
            return {"broken": stale[0]}
        if problem is not None and problem.kind in MISFITS:
            return {"broken": "".join(problem.told).strip().rpartition("\n")[2]}
        if problem is not None:
            return {"number": number + 1, "kind": problem.kind}
    return {}


def verdict(mutant: str) -> dict[str, object]:
    """The same, in a process of its own."""
    command = [sys.executable, "-m", "tests.fuzz.mutants", "--apply", mutant]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        return {"broken": f"no end within {LIMIT_S:g} s"}
    if done.returncode:
        return {"broken": done.stderr.strip().rpartition("\n")[2]}
    told: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return told


def main(names: Sequence[str]) -> int:
    """Print the table; 1 where a mutant is not found or broken, or where one is found without any."""
    if unknown := sorted(set(names) - FAULTS.keys()):
        sys.stdout.write(f"there is no mutant {', '.join(unknown)}\n")
        return 1
    chosen = ["", *(names or FAULTS)]
    with ThreadPoolExecutor(2) as pool:
        verdicts = dict(zip(chosen, pool.map(verdict, chosen), strict=True))
    sound = verdicts.pop("")
    if sound:
        sys.stdout.write(f"without any mutant: {sound}\n")
    for name, told in verdicts.items():
        sys.stdout.write(f"{name:<45} {_line(told)}\n")
    missed = [name for name, told in verdicts.items() if "number" not in told]
    sys.stdout.write(f"{len(verdicts) - len(missed)} of {len(verdicts)} mutants found\n")
    return 1 if missed or sound else 0


def _line(told: dict[str, object]) -> str:
    if "number" in told:
        return f"program {told['number']}: {told['kind']}"
    return f"BROKEN: {told['broken']}" if told else "NOT FOUND"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--apply"]:
        sys.stdout.write("\n" + json.dumps(found(sys.argv[2])) + "\n")
    else:
        sys.exit(main(sys.argv[1:]))
