"""A wrong compiler would be found: what is emitted is broken in one place, and the corpus, run on sfnx, says so."""

from __future__ import annotations

import re

import pytest

from cloudless.conformance.orchestrations.cases import Case, cases
from cloudless.conformance.orchestrations.world import World
from providers.aws.tests.asl.oracles.emitted import Unreadable
from providers.aws.tests.asl.oracles.functions import Answering, Ended
from providers.aws.tests.asl.oracles.runners import Local, observed
from providers.aws.tests.asl.oracles.test_corpus import emitted

MUTANTS = {
    "the wait before a retry does not grow": (34, r'"BackoffRate": [0-9.]+', '"BackoffRate": 1.0'),
    "the wait before a retry has no maximum": (34, r',\s*"MaxDelaySeconds": [0-9]+', ""),
    "one attempt too few": (34, r'"MaxAttempts": 2', '"MaxAttempts": 1'),
    "failures of the platform are not retried": (34, r'"Lambda\.(\w+)",', r'"Lambda.\1.not",'),
    "the highest error is raised": (31, r"err\)\[0\]", "err)[-1]"),
    "the error is lost on the way through finally": (28, r'"kept": "{% \$raised\w* %}"', '"kept": null'),
    "a return through finally goes on": (28, r'"way(\w*)": "return"', r'"way\1": ""'),
    "all branches run at once": (40, r'"MaxConcurrency": [0-9]+', '"MaxConcurrency": 0'),
    "time-outs are twice as long": (35, r'"TimeoutSeconds": ([0-9]+)', r'"TimeoutSeconds": \g<1>0'),
    "an error that is none of ours is taken for one": (
        34,
        r"\$exists\(\$failed\.Cause\) and \$contains\(.*?/\) \?",
        "true ?",
    ),
    "lists of one are no lists": (1, r"\)\[\]\)", "))"),
    "division rounds to zero": (9, r"\$floor\(", "$round("),
}


class Broken:
    """sfnx, on what a wrong compiler emits. is_broken: whether it has emitted anything else yet."""

    name = "sfnx"

    def __init__(self, pattern: str, instead: str) -> None:
        self.is_broken = False
        self._pattern = pattern
        self._instead = instead

    def run(self, text: bytes, world: World, answering: Answering) -> Ended:
        broken = re.sub(self._pattern, self._instead, text.decode()).encode()
        self.is_broken |= broken != text
        return Local().run(broken, world, answering)


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_fault_of_the_compiler_is_found(mutant: str) -> None:
    row, pattern, instead = MUTANTS[mutant]
    broken = Broken(pattern, instead)
    assert any(_is_found(case, broken) for case in cases() if case.row == row)
    assert broken.is_broken


def _is_found(case: Case, broken: Broken) -> bool:
    module, text = emitted(case.file)
    try:
        return bool(case.problems_of(observed(broken, text, module, case.world)))
    except (Unreadable, AssertionError, KeyError):
        return True
