"""What the generator makes: every kind of node, both forms of the source, and outcomes of all sorts."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from cloudless.conformance.orchestrations.observed import Observed
from cloudless.conformance.orchestrations.world import World
from tests.fuzz import hir
from tests.fuzz.choices import Choices
from tests.fuzz.hir import expression, literal, name, node
from tests.fuzz.program import Program
from tests.fuzz.rewrite import Defer
from tests.fuzz.runners import NATIVE
from tests.fuzz.trial import made
from tests.fuzz.vocabulary import vocabulary

pytestmark = pytest.mark.fuzz
MADE = 300
ONLY_NATIVE = {"deferred", "later"}


@pytest.fixture(scope="module")
def made_so() -> list[tuple[Program, World]]:
    return [made(Choices(f"kinds:{number}")) for number in range(MADE)]


@pytest.fixture(scope="module")
def programs(made_so: list[tuple[Program, World]]) -> list[Program]:
    return [program for program, _ in made_so]


@pytest.fixture(scope="module")
def observed(made_so: list[tuple[Program, World]]) -> list[Observed]:
    """What CPython makes of them."""
    return [NATIVE.run(*one) for one in made_so]


def test_every_kind_of_node_is_made(programs: list[Program]) -> None:
    known = {*hir.EXPRESSIONS, *hir.PRINTED, *hir.STATEMENTS, *hir.SIMPLE} - ONLY_NATIVE - {"pass"}
    seen = {kind for program in programs for kind in program.kinds()}
    assert known - seen == set()


def test_the_native_form_is_the_source_with_the_calls_of_branches_deferred(programs: list[Program]) -> None:
    for program in programs[:100]:
        assert ast.dump(Defer().visit(ast.parse(program.text))) == ast.dump(ast.parse(program.native))


def test_executions_end_well_and_badly_and_some_never(observed: list[Observed]) -> None:
    ends: Counter[str] = Counter()
    for one in observed:
        outcome = one.outcome
        ends[outcome["err"]["type"] if "err" in outcome else next(iter(outcome))] += 1
    assert ends["v"] > MADE / 5
    assert {"waiting", "CompensationFailed", "TimeoutError", "KeyError", "Failure"} <= ends.keys()


def test_programs_make_calls(observed: list[Observed]) -> None:
    calls = [len(one.calls) for one in observed[:100]]
    assert sum(calls) > 200
    assert max(calls) > 20


def test_vocabularies_differ() -> None:
    assert len({vocabulary(number).source for number in range(10)}) == 10


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (node("add", literal(-1), node("negative", name("n"))), "(-1 + (-n))"),
        (node("choose", name("a"), name("b"), name("c")), "(b if a else c)"),
        (node("format", 'say "{no}"\n', name("n")), 'f"say \\"{{no}}\\"\\n{n}"'),
        (node("dict", (literal("it's"), literal([]))), """{"it's": []}"""),
    ],
)
def test_expressions_print_as_python(made: hir.Node, text: str) -> None:
    assert expression(made) == text
