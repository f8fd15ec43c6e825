"""The commands together: what each promises on one line, and that none is paid for before it is used."""

import subprocess
import sys
from pathlib import Path

import pytest

from cloudless.cli.commands import COMMANDS, command
from tests.unit.cli.conftest import Run

ROOT = str(Path(__file__).parents[3])
SLOW = {
    "pydantic",
    "rich.console",
    "rich.text",
    "cloudless.app",
    "cloudless.config",
    "cloudless.ir",
    "cloudless.testing",
}


def loaded_by(*words: str) -> set[str]:
    """The modules that are there when the command line has run."""
    code = (
        "import atexit, runpy, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr)); "
        f"sys.argv[1:] = {list(words)!r}; runpy.run_module('cloudless.cli', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, env={"PYTHONPATH": ROOT}
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


@pytest.mark.parametrize("words", [["--help"], ["--version"]])
def test_help_and_version_load_no_command_and_nothing_slow(words: list[str]) -> None:
    loaded = loaded_by(*words)
    assert loaded.isdisjoint({*SLOW, *(f"cloudless.cli.{name}" for name in COMMANDS)})


def test_a_command_does_not_load_the_others() -> None:
    loaded = loaded_by("providers", "--help")
    assert {name for name in COMMANDS if f"cloudless.cli.{name}" in loaded} == {"providers"}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_of_a_command_is_the_first_of_its_own_help(name: str) -> None:
    found = command(name)
    assert (found.name, found.get_short_help_str(200)) == (name, COMMANDS[name])


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_names_its_exit_codes_and_offers_no_completion_of_its_own(cloudless: Run, name: str) -> None:
    shown = cloudless(name, "--help").stdout
    assert shown.startswith(f"Usage: cloudless {name} ")
    assert "Exit codes: 0" in shown
    assert "--show-completion" not in shown


def test_all_commands_are_listed_with_their_lines(cloudless: Run) -> None:
    shown = cloudless("--help").stdout.partition("Commands:\n")[2]
    assert [tuple(line.split(maxsplit=1)) for line in shown.splitlines() if line.strip()] == list(COMMANDS.items())


def test_a_command_that_is_misspelled_is_answered_with_the_nearest(cloudless: Run) -> None:
    result = cloudless("chekc")
    assert result.exit_code == 2
    assert "check" in result.output


@pytest.mark.parametrize("missing", ["rich", "typer"])
def test_half_of_the_extra_is_none(missing: str) -> None:
    code = f"import runpy, sys; sys.modules[{missing!r}] = None; runpy.run_module('cloudless.cli', run_name='__main__')"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env={"PYTHONPATH": ROOT})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "the command line needs Typer and Rich: pip install 'cloudless-sdk[cli]'\n"
