"""The program itself: help, version, and what it says without its extra."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from cloudless._version import __version__
from cloudless.errors import InvalidArgument
from cloudless.testing.duration import duration
from tests.unit.cli.conftest import Run

ROOT = str(Path(__file__).parents[3])


def program(*words: str, blocked: str = "") -> subprocess.CompletedProcess[str]:
    """`python -m cloudless.cli`, where the module `blocked` cannot be imported."""
    code = f"import sys, runpy; {blocked and f'sys.modules[{blocked!r}] = None; '}sys.argv[1:] = {list(words)!r}; "
    command = [sys.executable, "-c", f"{code}runpy.run_module('cloudless.cli', run_name='__main__')"]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={"PYTHONPATH": ROOT})


def test_python_m_is_the_same_program() -> None:
    assert program("--version").stdout == f"cloudless {__version__}\n"


def test_without_the_extra_it_says_what_to_install() -> None:
    done = program("check", blocked="typer")
    assert (done.returncode, done.stderr) == (
        2,
        "the command line needs Typer and Rich: pip install 'cloudless-sdk[cli]'\n",
    )


@pytest.mark.parametrize("words", [[], ["check"], ["run"], ["run", "send"], ["permissions"], ["providers"]])
def test_help_teaches(cloudless: Run, words: list[str]) -> None:
    result = cloudless(*words, "--help")
    assert result.exit_code == 0
    assert "Exit codes: 0" in result.stdout or "For example: cloudless" in result.stdout


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90s", timedelta(seconds=90)),
        ("1h30m", timedelta(hours=1, minutes=30)),
        ("7d", timedelta(days=7)),
        ("0.5s", timedelta(milliseconds=500)),
        ("250ms", timedelta(milliseconds=250)),
    ],
)
def test_durations_are_typed_as_people_do(text: str, length: timedelta) -> None:
    assert duration(text) == length


@pytest.mark.parametrize("text", ["", "5", "1 h", "-1h", "h", "1w", "1h5"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument, match=r"is no duration: write e\.g\. 90s, 10m, 1h30m or 7d"):
        duration(text)
