"""What both type checkers say of programs that use cloudless: nothing of a good one, all mistakes of a bad one."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

import cloudless
import cloudless.testing
from tests.tools import require
from tests.typing import good_user

HERE = Path(__file__).parent
MARK = re.compile(r"# E: (\S+), (\S+)$")
STRICT = {"typeCheckingMode": "strict", "pythonVersion": "3.11"}

Found = dict[str, dict[int, set[str]]]
"""File name → line → the rules that it breaks."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both programs in a project of their own, without any configuration of ours."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("good_user.py", "bad_user.py"):
        shutil.copy(HERE / name, folder)
    (folder / "pyrightconfig.json").write_text(json.dumps(STRICT))
    return folder


def mypy(project: Path, cache: Path) -> Found:
    command = [
        *(sys.executable, "-m", "mypy", "--strict", "--config-file=", "--no-pretty", "--hide-error-context"),
        *(f"--cache-dir={cache}", "."),
    ]
    done = subprocess.run(command, cwd=project, check=False, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    found: Found = defaultdict(lambda: defaultdict(set))
    for file, line, rule in re.findall(r"^(\S+?):(\d+): error: .*  \[(\S+)\]$", done.stdout, re.MULTILINE):
        found[file][int(line)].add(rule)
    return found


def pyright(project: Path, cache: Path) -> Found:
    command = [str(require("pyright")), "--outputjson", "--pythonpath", sys.executable, "--project", str(project)]
    done = subprocess.run(command, cwd=project, check=False, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    found: Found = defaultdict(lambda: defaultdict(set))
    for one in json.loads(done.stdout)["generalDiagnostics"]:
        found[Path(one["file"]).name][one["range"]["start"]["line"] + 1].add(one["rule"])
    return found


def marks(column: int) -> dict[int, str]:
    """Line → the rule that the bad program's mark expects of a checker: column 0 for mypy, 1 for pyright."""
    lines = (HERE / "bad_user.py").read_text().splitlines()
    found = ((number, MARK.search(line)) for number, line in enumerate(lines, 1))
    return {number: mark.groups()[column] for number, mark in found if mark}


@pytest.mark.slow
@pytest.mark.parametrize(("checker", "column"), [(mypy, 0), (pyright, 1)], ids=["mypy", "pyright"])
def test_a_checker_finds_every_mistake_and_nothing_else(
    project: Path, mypy_cache: Path, checker: Callable[[Path, Path], Found], column: int
) -> None:
    found = checker(project, mypy_cache)
    expected = marks(column)
    assert found["good_user.py"] == {}
    assert found["bad_user.py"].keys() == expected.keys()
    assert [line for line, rule in expected.items() if rule not in found["bad_user.py"][line]] == []


def test_the_good_program_works() -> None:
    good_user.test_the_shop()
    good_user.test_the_edge()
    good_user.test_the_edge_explored()


def test_the_good_program_has_every_public_name() -> None:
    public = {*cloudless.__all__, *cloudless.testing.__all__} - {"__version__"}
    words = set(re.findall(r"\w+", (HERE / "good_user.py").read_text()))
    assert public - words == set()
