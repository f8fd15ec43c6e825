"""A wrong compiler would be found: what is emitted is broken in one place, and the corpus, run on gcwsim, says so."""

from __future__ import annotations

import re

import pytest

from cloudless.conformance.orchestrations.cases import Case, cases
from providers.gcp.tests.gcwsim import Refused, Unspecified
from providers.gcp.tests.workflows.oracles import modelled
from providers.gcp.tests.workflows.oracles.emitted import Unreadable
from providers.gcp.tests.workflows.oracles.test_corpus import emitted

MUTANTS = {
    "the wait before a retry does not grow": (34, r'"\$\{failure_s \* policy\.factor\}"', '"${failure_s}"'),
    "the wait before a retry has no maximum": (34, r"failure_s > policy\.most_s", "failure_s > 1000000"),
    "one attempt too many": (34, r"failures >= policy\.attempts", "failures > policy.attempts"),
    "failures of the platform are not retried": (34, r"crashes >= tries", "crashes >= 1"),
    "failures of the platform count as the step's own": (34, r'PlatformError(\\" in error\.mro)', r"Nothing\1"),
    "an answer that is late is a crash": (35, r'(TimeoutError\\" in failed\.tags\}", "next": )"late"', r'\1"crashed"'),
    "what we told is not read": (34, r'"theirs"\}\], "next": "code_of"', '"code_of"}], "next": "code_of"'),
    "the last branch is not looked at": (40, r"at >= len\(settled\)", "at >= len(settled) - 1"),
    "all branches run at once": (40, r'"concurrency_limit": [0-9]+, ', ""),
    "time-outs are ten times as long": (35, r'"most_s": ([0-9]+)', r'"most_s": \g<1>0'),
    "division rounds to zero": (9, r"math\.floor\(", "int("),
}  # fmt: skip
"""A row of the corpus that finds it, what is emitted, and what a wrong compiler would emit."""


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_fault_of_the_compiler_is_found(mutant: str) -> None:
    row, pattern, instead = MUTANTS[mutant]
    there = [case for case in cases() if case.row == row]
    assert any(re.search(pattern, emitted(case.file)[1].decode()) for case in there), "this is no longer emitted"
    assert any(_is_found(case, pattern, instead) for case in there)


def _is_found(case: Case, pattern: str, instead: str) -> bool:
    module, text = emitted(case.file)
    broken = re.sub(pattern, instead, text.decode()).encode()
    try:
        return bool(case.problems_of(modelled.run(broken, module, case.world)))
    except (AssertionError, Refused, Unreadable, Unspecified):
        return True
