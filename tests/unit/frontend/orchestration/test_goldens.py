"""Good programs become the IR that `goldens.md` shows, and problems are told as `refusals.md` says."""

import pytest

from tests.unit.frontend.orchestration.programs import Program, as_ir, as_problems, programs

GOLDENS = programs("goldens.md")
REFUSALS = programs("refusals.md")


@pytest.mark.parametrize("program", GOLDENS, ids=[one.title for one in GOLDENS])
def test_a_good_program_becomes_this_ir(program: Program) -> None:
    assert as_ir(program) == program.expected


@pytest.mark.parametrize("program", REFUSALS, ids=[one.title for one in REFUSALS])
def test_every_problem_of_a_program_is_told_at_once(program: Program) -> None:
    assert as_problems(program) == program.expected


@pytest.mark.parametrize("program", REFUSALS, ids=[one.title for one in REFUSALS])
def test_a_problem_has_a_line_a_reason_and_a_remedy(program: Program) -> None:
    problems = program.compiled()[1]
    assert problems
    assert all(one.message and one.remedy and one.source and one.span.end_column > one.span.column for one in problems)
