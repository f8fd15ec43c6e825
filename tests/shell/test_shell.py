"""Scripts run as they would with the commands of an environment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.shell import Shell

SCRIPT = """\
import os, sys
print(os.getcwd() == sys.argv[1], sys.path[0] == sys.argv[1], "seen" in os.environ)
print("complaint", file=sys.stderr)
sys.exit(int(sys.stdin.read() or 0))
"""


@pytest.mark.parametrize("form", ["script.py", "-m script"])
def test_a_command_has_folder_path_environment_files_and_arguments(shell: Shell, tmp_path: Path, form: str) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    done = shell.run(f"export seen=1; echo 3 | python {form} {tmp_path} 2>complaints; echo ended $?", tmp_path)
    assert done == (0, "True True True\nended 3\n")
    assert (tmp_path / "complaints").read_text() == "complaint\n"


def test_scripts_stop_where_they_say(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "fails.py").write_text("raise SystemExit(2)")
    assert shell.run("set -e; python fails.py; echo not reached", tmp_path) == (2, "")


def test_an_end_with_a_reason_tells_it(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "refuses.py").write_text('import sys\nsys.exit("no such order")')
    assert shell.run("python refuses.py 2>&1", tmp_path) == (1, "no such order\n")


def test_an_exception_is_told_and_a_signal_is_told_apart(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "raises.py").write_text("1 / 0")
    (tmp_path / "killed.py").write_text("import os; os.kill(os.getpid(), 9)")
    code, output = shell.run("python raises.py", tmp_path)
    assert (code, output.splitlines()[-1]) == (1, "ZeroDivisionError: division by zero")
    assert shell.run("python killed.py", tmp_path).code == 128 + 9


@pytest.mark.parametrize("line", ["cloudless --version", "python -m cloudless.cli --version", "cloudless chek"])
def test_the_command_line_says_what_it_says_elsewhere(shell: Shell, tmp_path: Path, line: str) -> None:
    words = [sys.executable, "-m", "cloudless.cli", line.rpartition(" ")[2]]
    there = subprocess.run(words, cwd=tmp_path, check=False, capture_output=True, text=True)
    here = shell.run(line, tmp_path)
    assert (here.code, here.output) == (there.returncode, there.stdout + there.stderr)


def test_what_it_does_not_know_is_pythons(shell: Shell, tmp_path: Path) -> None:
    assert shell.run("python -c 'print(6 * 7)'", tmp_path) == (0, "42\n")


def test_tests_run_without_plugins_that_nobody_names(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "def test_it(pytestconfig): assert not pytestconfig.pluginmanager.has_plugin('xdist')"
    )
    assert "1 passed" in shell.run("pytest -q -p no:cacheprovider", tmp_path).output
