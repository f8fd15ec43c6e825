"""Verdict: what became of a mutant. It is killed by named cases, or a survivor, or broken: at fault itself."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tests.hosting.launcher import Zygote
from tests.mutants.fault import DIES, HANGS, Fault
from tests.mutants.process import run

SUITE = "tests/test_conformance.py"
LIMIT_S = 120.0
WORKER = "tests.mutants.trial"
"""What the zygote forks."""


class Verdict:
    """killers: the first cases that failed. broken: why the mutant tells nothing of the suite, "" where it does."""

    def __init__(self, mutant: str, killers: Sequence[str], broken: str = "") -> None:
        self.mutant = mutant
        self.killers = killers
        self.broken = broken

    @property
    def killed(self) -> bool:
        return bool(self.killers) and not self.broken

    def told(self) -> str:
        """The killing cases; or what is wrong."""
        if self.broken:
            return f"BROKEN MUTANT: {self.broken}"
        return "\n".join(self.killers) or "SURVIVED"


def verdict(
    zygote: Zygote,
    fault: Fault | None,
    paths: Sequence[str] = (SUITE,),
    limit_s: float = LIMIT_S,
    *,
    most: int = 1,
    cases: str = "",
) -> Verdict:
    """Run the suite on a mutant (None: on the code as it is), in a process of its own, until `most` cases failed.

    cases: those of the suite that are run, as pytest names them; by default what the mutant's declaration says.

    A case that fails is a kill. That the process ends, or does not end in time, is one only where the mutant's
    declaration says so; a mutant that cannot be applied, or with which the suite cannot begin, is broken.
    """
    name, module, ends = (fault.name, fault.module, fault.ends) if fault else ("", "", "")
    cases = cases or (fault.cases if fault else "")
    chosen = [f"{path}::{cases}" for path in paths] if cases else paths
    done = run(zygote, [module, name, str(most), *chosen], limit_s)
    if done.is_late:
        return _ended(name, HANGS, ends, f"the suite does not end within {limit_s:g} s")
    if done.code:
        return _ended(name, DIES, ends, f"the process ends with {done.code} {done.last_line}".rstrip())
    found = json.loads(done.last_line)
    broken = found["broken"][0] if found["broken"] else f"it never {ends}, as it says" if ends else ""
    return Verdict(name, found["killers"], broken)


def _ended(mutant: str, how: str, declared: str, why: str) -> Verdict:
    return Verdict(mutant, [f"({why})"]) if how == declared else Verdict(mutant, [], f"{why}, and it does not say so")
