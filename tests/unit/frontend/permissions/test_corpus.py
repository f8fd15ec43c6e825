"""Every way to use a handle in `corpus.md` is granted with its line, or is an error that asks for `uses=`."""

import re
import sys
from collections.abc import Iterator
from importlib import import_module, invalidate_caches
from pathlib import Path
from typing import Any

import pytest

from cloudless.frontend import check
from cloudless.frontend.permissions import Permissions
from cloudless.frontend.report import Report
from cloudless.frontend.source import Sources
from cloudless.frontend.telling import EVERYTHING, NO_ONE, Telling
from cloudless.ir import Grant

BLOCK = re.compile(r'^```python(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
GRANT = re.compile(r"(\w+): (\w+) ([\w-]+)")
PROGRAM = "program.py"

Expected = tuple[str, int, str]
"""File, line, and what it gives: "take: send orders" or "CL301"."""


class Case:
    """One section of the corpus: its files, and what their lines must give."""

    def __init__(self, title: str, files: dict[str, str]) -> None:
        self.title = title
        self.files = files

    def expected(self) -> list[Expected]:
        return sorted(
            (name, number, what)
            for name, text in self.files.items()
            for number, line in enumerate(text.splitlines(), 1)
            for what in marks(line)
        )


def marks(line: str) -> list[str]:
    comment = line.rpartition("  # ")[2]
    if comment.startswith("grants "):
        return [": ".join((one[1], f"{one[2]} {one[3]}")) for one in GRANT.finditer(comment)]
    return re.findall(r"CL\d+", comment)


def cases() -> Iterator[Case]:
    text = (Path(__file__).parent / "corpus.md").read_text()
    intro, *sections = re.split(r"^### ", text, flags=re.MULTILINE)
    prelude = BLOCK.findall(intro)[0][1]
    for section in sections:
        files = {name or PROGRAM: body for name, body in BLOCK.findall(section)}
        yield Case(section.splitlines()[0], {**files, PROGRAM: prelude + files[PROGRAM]})


CASES = list(cases())


@pytest.fixture
def program(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The imported program of a case, whose files lie in the working directory."""
    case: Case = request.param
    for name, body in case.files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(body)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.chdir(tmp_path)
    before = set(sys.modules)
    invalidate_caches()
    yield import_module("program")
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


@pytest.mark.parametrize(
    ("program", "case"), [(case, case) for case in CASES], ids=[case.title for case in CASES], indirect=["program"]
)
def test_every_use_is_granted_with_its_line_or_asks_for_uses(program: Any, case: Case) -> None:
    application, problems = check(program.app)
    found = [
        (span.file, span.line, f"{handler.name}: {grant.verb} {grant.name}")
        for handler in application.handlers
        for grant in handler.grants
        for span in grant.spans
    ]
    found += [(problem.span.file, problem.span.line, problem.code) for problem in problems]
    assert sorted(found) == case.expected()


def test_the_corpus_is_large() -> None:
    assert len(CASES) >= 30


def grants_of(app: Any, sources: Sources, telling: Telling) -> set[tuple[str, Grant]]:
    permissions = Permissions(app, Report(sources), telling)
    return {(handler.name, grant) for handler in app.registered for grant in permissions.grants(handler)}


@pytest.mark.parametrize("program", CASES, ids=[case.title for case in CASES], indirect=True)
def test_large_programs_are_granted_the_same(program: Any) -> None:
    """Where not all arguments can tell callers apart, those that lead to handles still do."""
    sources = Sources()
    roughly = Permissions(program.app, Report(sources), NO_ONE).analysis
    assert grants_of(program.app, sources, Telling(roughly.relevant())) == grants_of(program.app, sources, EVERYTHING)


@pytest.mark.parametrize("program", CASES, ids=[case.title for case in CASES], indirect=True)
def test_no_way_of_following_grants_less(program: Any) -> None:
    def lines(telling: Telling) -> set[tuple[str, str, str, int]]:
        found = grants_of(program.app, Sources(), telling)
        return {(name, one.name, one.verb, span.line) for name, one in found for span in one.spans}

    assert lines(EVERYTHING) <= lines(NO_ONE)
