"""The table of codes says the truth: each wrong project has that problem, each mended one has none."""

import re
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib import invalidate_caches
from pathlib import Path

import pytest

import cloudless
from cloudless.compiler import Document, Package
from cloudless.compiler.bundle import Bundle, bundle, joined
from cloudless.compiler.definitions import definitions_of
from cloudless.compiler.lock import Lock
from cloudless.compiler.package import CORE
from cloudless.compiler.smoke import smoke
from cloudless.compiler.sources import extra_files, own_files, user_files
from cloudless.compiler.wheels import Wanted, requirements_file, wheels
from cloudless.config import Project, codes, load
from cloudless.config.explained import COMMON, EXPLAINED, Explained
from cloudless.driver.gap import Gap
from cloudless.driver.limit import Limit
from cloudless.errors import ConfigError, DefinitionError
from cloudless.frontend import check
from cloudless.ir import Application, Diagnostic
from cloudless.passes.fit import gaps

CLOUDLESS = Path(cloudless.__file__).parent
GAPS = {"gcp": {"queue.batch": Gap("never", "it hands out one message a call", "https://example.org/push")}}
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
LIMIT = 2 * 1024 * 1024
LARGE = "maps.bin"
UV = """#!/bin/sh
# Says what uv says of a package without wheels, and nothing of others.
test "$2" = compile || exit 0
grep -q '^docopt=' "$3" || exit 0
echo 'error: No solution found when resolving dependencies' >&2
echo 'hint: Wheels are required for `docopt` because building from source is disabled for all packages' >&2
exit 1
"""
Problems = Callable[[Explained, Mapping[str, str]], list[Diagnostic]]


@pytest.fixture
def problems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Problems]:
    """Gives the problems of a project that consists of these files, and was built before as its explanation says."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    uv = tmp_path / "bin" / "uv"
    uv.parent.mkdir()
    uv.write_text(UV)
    uv.chmod(uv.stat().st_mode | stat.S_IEXEC)

    def write(files: Mapping[str, str]) -> None:
        for name, text in files.items():
            (tmp_path / name).write_text(text if name != LARGE else "é" * LIMIT)
            sys.modules.pop(name.removesuffix(".py"), None)
        invalidate_caches()

    def found(one: Explained, files: Mapping[str, str]) -> list[Diagnostic]:
        if one.before:
            write({**COMMON, **files, **one.before})
            locked(load()).write()
        write({**COMMON, **files})
        try:
            return [*problems_of(load()), *packing_problems(load(), str(uv))]
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
        *found, *project.strays(app), *project.check_values(app, project.stages), *gaps(application, tables),
        *compiled(application).problems, *Lock.load(project.root, "prod").problems(application),
    ]  # fmt: skip


def compiled(application: Application) -> Document:
    """What a provider might make of the queues."""
    document = Document("aws", providers={})
    for queue in application.queues:
        owner = document.owner(f"queue {queue.name!r}", queue.native, queue.span)
        document.resource("aws_sqs_queue", queue.name, {"name": queue.name}, owner=owner)
    return document


def locked(project: Project) -> Lock:
    """The lock after a build."""
    application, _ = check(project.load_app(), deployable=True)
    return Lock.load(project.root, "prod").with_current(application, definitions_of(application, {}))


def packing_problems(project: Project, uv: str) -> list[Diagnostic]:
    """What a build finds once it bundles."""
    wanted = Wanted(file=requirements_file(project.root, None), ours=(), platform="x86_64-manylinux_2_28", python=HERE)
    try:
        wheels(wanted, project.root / "cache", uv)
        smoke(*bundled(project))
    except DefinitionError as error:
        return list(error.problems)
    return []


def bundled(project: Project) -> tuple[Bundle, Package, Mapping[str, Path]]:
    module = project.app.partition(":")[0]
    most = Limit(LIMIT, "bytes", "https://example.org")
    package = Package(files={}, platform="any", python=HERE, smoke=f"import {module}", most=most, most_unpacked=most)
    code = user_files(project.root, {module: sys.modules[module]}, {"cloudless"})
    extra = extra_files(project.root, [project.root / path for path in project.bundle])
    return bundle(joined([("project", code), ("extra", extra), ("ours", own_files(CORE, ""))]), package), package, code


@pytest.mark.parametrize("one", EXPLAINED.values(), ids=str)
def test_the_wrong_project_has_that_problem_alone(one: Explained, problems: Problems) -> None:
    (problem,) = problems(one, one.wrong)
    assert problem.code == one.code
    assert problem.span.file in {"cloudless.toml", *COMMON, *one.wrong}
    assert problem.message
    assert problem.remedy


@pytest.mark.parametrize("one", EXPLAINED.values(), ids=str)
def test_the_mended_project_has_no_problem(one: Explained, problems: Problems) -> None:
    assert [problem.render() for problem in problems(one, {**one.wrong, **one.right})] == []


@pytest.mark.parametrize("one", EXPLAINED.values(), ids=str)
def test_what_is_mended_was_wrong(one: Explained) -> None:
    assert one.right
    assert all(one.wrong.get(name) != text for name, text in one.right.items())


def test_every_code_around_the_file_is_in_the_table() -> None:
    named = {value for name, value in vars(codes).items() if name.isupper()}
    sources = [path for room in ("config", "cli", "compiler") for path in (CLOUDLESS / room).glob("*.py")]
    written = {code for path in sources for code in re.findall(r'"(CL\d+)"', path.read_text())}
    assert written == named == set(EXPLAINED)
    assert list(EXPLAINED) == sorted(EXPLAINED)
