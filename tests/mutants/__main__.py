"""Run the conformance suite against each mutant, two at a time, and print which cases kill it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tests.mutants import faults, http_faults, killers, orchestration_faults
from tests.mutants.fault import Fault
from tests.mutants.process import zygote
from tests.mutants.verdict import LIMIT_S, SUITE, WORKER, Verdict, verdict

FAULTS = {**faults.FAULTS, **http_faults.FAULTS, **orchestration_faults.FAULTS}
MOST = 10
"""Killing cases of a mutant that was chosen by name."""


def main(
    chosen: Sequence[str] = (),
    mutants: Mapping[str, Fault] = FAULTS,
    paths: Sequence[str] = (SUITE,),
    limit_s: float = LIMIT_S,
    *,
    anew: bool = False,
) -> int:
    """Print the table; 1 where a mutant survived or is broken, or where the suite fails without one.

    chosen: names of mutants, each tried until ten cases killed it. With none all are, each until one did: with some
    mutants each case goes on until the simulator gives up. anew: what kills them is looked for in the whole suite, and
    noted, in place of what is known to.
    """
    if unknown := sorted(set(chosen) - mutants.keys()):
        sys.stdout.write(f"there is no mutant {', '.join(unknown)}\n")
        return 1
    with zygote(WORKER) as forking, ThreadPoolExecutor(2) as pool:
        sound = verdict(forking, None, paths)
        if sound.killers or sound.broken:
            sys.stdout.write(f"the suite fails without any mutant: {sound.broken or sound.told()}\n")
            return 1
        if chosen or anew:
            trying = partial(verdict, forking, paths=paths, limit_s=limit_s, most=MOST if chosen else 1)
        else:
            trying = partial(killers.kill, forking, killers=killers.known(), paths=paths, limit_s=limit_s)
        verdicts = list(pool.map(trying, [mutants[name] for name in chosen or mutants]))
    if anew:
        killers.note(verdicts)
    return report(verdicts)


def report(verdicts: Sequence[Verdict]) -> int:
    """Print a row for each mutant, with its killing cases; 1 where one survived or is broken."""
    width = max(len(one.mutant) for one in verdicts) + 2
    for one in verdicts:
        first, *rest = one.told().splitlines()
        sys.stdout.write(f"{one.mutant:<{width}}{first}\n")
        sys.stdout.writelines(f"{'':<{width}}{line}\n" for line in rest)
    survivors = [one.mutant for one in verdicts if not one.killed and not one.broken]
    broken = [one.mutant for one in verdicts if one.broken]
    sys.stdout.write(f"{len(verdicts) - len(survivors) - len(broken)} of {len(verdicts)} mutants killed\n")
    for title, names in (("survived", survivors), ("broken", broken)):
        if names:
            sys.stdout.write(f"{title}: {', '.join(names)}\n")
    return 1 if survivors or broken else 0


if __name__ == "__main__":
    sys.exit(main(anew=True) if sys.argv[1:] == ["--anew"] else main(sys.argv[1:]))
