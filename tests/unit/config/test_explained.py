"""The table of codes says the truth: each wrong project has that problem, each mended one has none."""

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib import invalidate_caches
from pathlib import Path

import pytest

import cloudless
from cloudless.compiler import Document
from cloudless.config import Project, codes, load
from cloudless.config.explained import COMMON, EXPLAINED, Explained
from cloudless.driver.gap import Gap
from cloudless.errors import ConfigError
from cloudless.frontend import check
from cloudless.ir import Application, Diagnostic
from cloudless.passes.fit import gaps

CLOUDLESS = Path(cloudless.__file__).parent
GAPS = {"gcp": {"queue.batch": Gap("never", "it hands out one message a call", "https://example.org/push")}}
Problems = Callable[[Mapping[str, str]], list[Diagnostic]]


@pytest.fixture
def problems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Problems]:
    """Gives the problems of a project that consists of these files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))

    def found(files: Mapping[str, str]) -> list[Diagnostic]:
        for name, text in {**COMMON, **files}.items():
            (tmp_path / name).write_text(text)
            sys.modules.pop(name.removesuffix(".py"), None)
        invalidate_caches()
        try:
            return problems_of(load())
        except ConfigError as error:
            return list(error.problems)

    yield found
    for path in tmp_path.glob("*.py"):
        sys.modules.pop(path.stem, None)


def problems_of(project: Project) -> list[Diagnostic]:
    app = project.load_app()
    application, found = check(app, deployable=True)
    providers = {name: stage.like or stage.provider for name, stage in project.stages.items()}
    tables = {name: (provider, GAPS.get(provider, {})) for name, provider in providers.items()}
    return [
        *found, *project.strays(app), *project.check_values(application, project.stages), *gaps(application, tables),
        *compiled(application).problems,
    ]  # fmt: skip


def compiled(application: Application) -> Document:
    """What a provider might make of the queues."""
    document = Document("aws", providers={})
    for queue in application.queues:
        owner = document.owner(f"queue {queue.name!r}", queue.native, queue.span)
        document.resource("aws_sqs_queue", queue.name, {"name": queue.name}, owner=owner)
    return document


@pytest.mark.parametrize("one", EXPLAINED.values(), ids=str)
def test_the_wrong_project_has_that_problem_alone(one: Explained, problems: Problems) -> None:
    (problem,) = problems(one.wrong)
    assert problem.code == one.code
    assert problem.span.file in {"cloudless.toml", *COMMON, *one.wrong}
    assert problem.message
    assert problem.remedy


@pytest.mark.parametrize("one", EXPLAINED.values(), ids=str)
def test_the_mended_project_has_no_problem(one: Explained, problems: Problems) -> None:
    assert [problem.render() for problem in problems({**one.wrong, **one.right})] == []


@pytest.mark.parametrize("one", EXPLAINED.values(), ids=str)
def test_what_is_mended_was_wrong(one: Explained) -> None:
    assert one.right
    assert all(one.wrong.get(name) != text for name, text in one.right.items())


def test_every_code_around_the_file_is_in_the_table() -> None:
    named = {value for name, value in vars(codes).items() if name.isupper()}
    sources = [path for room in ("config", "cli") for path in (CLOUDLESS / room).glob("*.py")]
    written = {code for path in sources for code in re.findall(r'"(CL\d+)"', path.read_text())}
    assert written == named == set(EXPLAINED)
    assert list(EXPLAINED) == sorted(EXPLAINED)
