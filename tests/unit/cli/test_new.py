"""`cloudless new`: the project that it makes works at once, and what it refuses it leaves alone."""

import json
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cloudless.cli.commands import cli
from cloudless.config import load
from tests.shell import Shell

Run = Callable[[str], str]

COMMANDS = ["python -m pytest", "cloudless run --events events.jsonl", "cloudless dev", "cloudless build"]
LONGEST = "a-name-of-24-characters0"
FILES = {
    ".gitignore",
    "README.md",
    "cloudless.toml",
    "events.jsonl",
    "pyproject.toml",
    "tests/test_app.py",
    "web_shop/__init__.py",
    "web_shop/app.py",
}


def new(*words: str) -> Result:
    return CliRunner().invoke(cli, ["new", *words], prog_name="cloudless")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module", params=["web-shop", pytest.param(LONGEST, marks=pytest.mark.slow)])
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("projects")
    assert new(request.param, "--into", str(into)).exit_code == 0
    found: Path = into / request.param
    return found


@pytest.fixture
def run(shell: Shell, project: Path) -> Run:
    """Gives the output of a command that succeeds, as a user of the project runs it."""

    def run(line: str) -> str:
        code, output = shell.run(line, project, {"NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"})
        assert code == 0, f"$ {line}\n{output}"
        return output

    return run


def below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_tests_of_a_new_project_pass_without_warnings(run: Run) -> None:
    assert "8 passed" in run("python -m pytest -q -W error -p no:cacheprovider")


def test_a_new_project_fits_every_cloud(project: Path, run: Run) -> None:
    assert run("cloudless check").startswith(f"{project.name}: fits; stages: dev (memory); ")


def test_the_stage_that_is_to_be_filled_in_is_one(project: Path, tmp_path: Path) -> None:
    file = tmp_path / "cloudless.toml"
    before, head, stage = (project / "cloudless.toml").read_text().partition("# [stages.prod]")
    file.write_text(before + (head + stage).replace("# [", "[").replace("\n# ", "\n"))
    assert {one.name: (one.provider, one.region) for one in load(file).stages.values()} == {
        "dev": ("memory", None),
        "prod": ("aws", "eu-central-1"),
    }


def test_the_recording_of_a_new_project_shows_what_there_is_to_see(run: Run) -> None:
    shown = json.loads(run("cloudless run --json --events events.jsonl 2>/dev/null"))
    delivered = {event["handler"] for event in shown["trace"] if event["outcome"] == "done"}
    answered = {event["resource"]: event["outcome"] for event in shown["trace"] if event["kind"] == "request"}
    assert delivered == {"count_stock", "ship", "take"}
    assert answered == {"POST /orders": "202"}
    assert shown["dead_letters"] == {"orders-dead-letters": 1}


def test_nothing_is_left_to_fill_in(project: Path) -> None:
    assert [path for path in below(project) if "{{" in (project / path).read_text()] == []


@pytest.mark.slow
def test_linters_find_nothing_in_a_new_project(run: Run, mypy_cache: Path) -> None:
    run("ruff check --no-cache")
    run("ruff format --check --no-cache")
    run(f"mypy --strict --cache-dir {mypy_cache} .")


def test_it_says_what_it_made_and_what_comes_next(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    monkeypatch.delenv("UV", raising=False)
    result = new("web-shop")
    made, next_ = result.stdout.split("next\n")
    assert result.exit_code == 0
    assert {line.strip() for line in made.splitlines()[1:]} == below(here / "web-shop") == FILES
    assert [line.strip() for line in next_.splitlines()] == ["cd web-shop", *COMMANDS]


def test_where_python_would_be_another_an_environment_comes_first(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As below pipx, whose environment is for the command alone, or where none is active."""
    monkeypatch.delenv("UV", raising=False)
    monkeypatch.setenv("PATH", str(here))
    monkeypatch.setattr(sys, "base_prefix", "/elsewhere")
    environment = ["python3 -m venv .venv", ". .venv/bin/activate", "pip install 'cloudless-sdk[cli]'"]
    next_ = new("shop").stdout.partition("next\n")[2]
    assert [line.strip() for line in next_.splitlines()] == ["cd shop", *environment, *COMMANDS]


def test_below_uvx_it_is_uv_that_runs_the_project(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV", "/somewhere/uv")
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    next_ = new("shop").stdout.partition("next\n")[2]
    assert [line.strip() for line in next_.splitlines()] == ["cd shop", *(f"uv run {one}" for one in COMMANDS)]


def test_the_folder_may_be_there_if_it_is_empty(here: Path) -> None:
    (here / "shop").mkdir()
    assert new("shop").exit_code == 0
    assert (here / "shop" / "cloudless.toml").read_text().startswith('app = "shop.app:app"\n')


def test_a_project_says_what_it_requires(here: Path) -> None:
    new("shop", "--into", "some where")
    table = tomllib.loads((here / "some where" / "shop" / "pyproject.toml").read_text())
    assert table["project"]["name"] == "shop"
    assert table["dependency-groups"]["dev"] == ["cloudless-sdk[cli]"]


@pytest.mark.parametrize("kept", ["web-shop/mine.txt", "web-shop/.git/config"])
def test_a_folder_that_is_not_empty_is_left_alone(here: Path, kept: str) -> None:
    (here / kept).parent.mkdir(parents=True)
    (here / kept).write_text("mine")
    result = new("web-shop")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "error: web-shop exists and is not empty: choose another name, or another place: --into DIR\n"
    )
    assert below(here) == {kept}


def test_a_file_in_the_way_is_left_alone(here: Path) -> None:
    (here / "shop").write_text("mine")
    for words in (["shop"], ["shop", "--into", "shop"]):
        result = new(*words)
        assert result.exit_code == 1
        assert result.stderr.startswith(f"error: {'/'.join(words[::2])} cannot be made: Not a directory; choose ")
    assert below(here) == {"shop"}


@pytest.mark.parametrize(
    ("name", "why", "instead"),
    [
        ("Web_Shop", "is no name of an app: it has at most 24 characters", "web-shop"),
        ("shop-", "is no name of an app", "shop"),
        ("7-shops", "is no name of an app", "shops"),
        ("a-name-of-26-characters-xy", "is no name of an app", "a-name-of-26-characters"),
        ("", "is no name of an app", "shop"),
        ("../code/shop", "is no name of an app", "shop --into ../code"),
        ("class", "is a word of Python", "class-app"),
        ("queue", "is taken: the package of the app would hide the module 'queue'", "queue-app"),
        ("google", "is taken", "google-app"),
    ],
)
def test_a_name_that_no_app_can_have_is_refused_with_one_that_it_can(
    here: Path, name: str, why: str, instead: str
) -> None:
    result = new(name)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"error: {name!r} {why}")
    assert result.stderr.endswith(f"; instead: cloudless new {instead}\n")
    assert below(here) == set()
    assert new(*instead.split()).exit_code == 0


def test_without_a_name_it_is_wrong_usage(here: Path) -> None:
    assert new().exit_code == 2
