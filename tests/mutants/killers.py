"""Killers: the case that killed each mutant last. It is tried first: to look for it in the whole suite takes longer.

A case that is not there any more, or kills no more, costs time, and changes no verdict: the whole suite is tried then.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.hosting.launcher import Zygote
from tests.mutants.fault import Fault
from tests.mutants.verdict import LIMIT_S, SUITE, Verdict, verdict

FILE = Path(__file__).with_name("killers.json")


def known() -> dict[str, str]:
    """The case by mutant."""
    found: dict[str, str] = json.loads(FILE.read_text("utf-8"))
    return found


def note(verdicts: Sequence[Verdict]) -> None:
    """Keep them for the next run."""
    killers = {one.mutant: one.killers[0] for one in verdicts if one.killed and "::" in one.killers[0]}
    FILE.write_text(json.dumps(killers, indent=2) + "\n", "utf-8")


def kill(
    zygote: Zygote,
    fault: Fault,
    killers: Mapping[str, str],
    paths: Sequence[str] = (SUITE,),
    limit_s: float = LIMIT_S,
) -> Verdict:
    """The verdict on a mutant by the case that is known to kill it; by all where that does not."""
    if killer := killers.get(fault.name):
        found = verdict(zygote, fault, paths, limit_s, cases=killer)
        if found.killed:
            return found
    return verdict(zygote, fault, paths, limit_s)
