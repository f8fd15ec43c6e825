"""The table of codes says the truth: each wrong program has that problem, each right one has none."""

import re
import sys
from collections.abc import Callable, Iterator
from importlib import import_module, invalidate_caches
from pathlib import Path
from typing import Any

import pytest

import cloudless
from cloudless.driver.limit import Limit
from cloudless.frontend import check
from cloudless.frontend.codes import CODES, Code
from cloudless.ir import Diagnostic
from cloudless.passes.limits import limits

CLOUDLESS = Path(cloudless.__file__).parent
SMALL_CLOUD = {"aws": {"function.memory": Limit(1_024, "MB", "https://example.org/limits")}}
Imports = Callable[[str], Any]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Imports]:
    """Imports a text as the module `wares`."""
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.chdir(tmp_path)

    def load(text: str) -> Any:
        (tmp_path / "wares.py").write_text(text)
        invalidate_caches()
        return import_module("wares")

    yield load
    sys.modules.pop("wares", None)


def problems_of(module: Any) -> list[Diagnostic]:
    application, problems = check(module.app, deployable=True)
    return problems + limits(application, SMALL_CLOUD)


@pytest.mark.parametrize("code", CODES.values(), ids=str)
def test_the_wrong_program_has_that_problem_alone(code: Code, program: Imports) -> None:
    assert {problem.code for problem in problems_of(program(code.wrong))} == {code.code}


@pytest.mark.parametrize("code", CODES.values(), ids=str)
def test_a_problem_says_where_and_what_instead(code: Code, program: Imports) -> None:
    for problem in problems_of(program(code.wrong)):
        assert problem.span.file == "wares.py"
        assert problem.span.line > 1
        assert problem.span.column < problem.span.end_column
        assert problem.message
        assert problem.remedy


@pytest.mark.parametrize("code", CODES.values(), ids=str)
def test_the_right_program_has_no_problem(code: Code, program: Imports) -> None:
    assert [problem.render() for problem in problems_of(program(code.right))] == []


def test_every_code_that_is_reported_is_in_the_table() -> None:
    rooms = ("frontend", "frontend/checks", "frontend/orchestration", "passes")
    sources = [path for room in rooms for path in (CLOUDLESS / room).glob("*.py")]
    used = {code for path in sources for code in re.findall(r'"(CL\d+)"', path.read_text())}
    assert used == set(CODES)
