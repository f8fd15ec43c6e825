"""A program that must not be cut off: interrupts are handed on once, and waited for."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudless.terraform.process import Runner

ROOT = Path(__file__).parents[3]
STUBBORN = """\
import os, signal, sys
came = []
def take(number, frame):
    came.append(signal.Signals(number).name)
    os.write(1, f"got signal {len(came)}\\n".encode())
for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(one, take)
print("started", flush=True)
open("started", "w").close()
words = open("end").read()
print("came:", *came, words, flush=True)
print("an error", file=sys.stderr)
sys.exit(3)
"""
OURS = """\
import sys
from pathlib import Path
from cloudless.terraform.process import Runner
done = Runner(lambda text: print("said:", text, flush=True)).run(
    [sys.executable, "stubborn.py"], Path.cwd(), {"PATH": ""}, shown=True
)
print("done:", done.code, done.errors.strip(), flush=True)
"""


class Running:
    """Our process, which waits for another one. `started` and `end` are pipes: reading one waits for its writer."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "stubborn.py").write_text(STUBBORN)
        for name in ("started", "end"):
            os.mkfifo(folder / name)
        self.process = subprocess.Popen(
            [sys.executable, "-c", OURS],
            cwd=folder,
            env={"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        (folder / "started").read_text()

    def read_until(self, *words: str) -> None:
        """Read what both write, until each of the words was in some line."""
        assert self.process.stdout
        missing = set(words)
        while missing:
            line = self.process.stdout.readline()
            assert line, f"it ended without {missing}"
            missing -= {word for word in missing if word in line}

    def end(self) -> tuple[int, str]:
        """Let the other process end: exit code of ours, and what was written since."""
        (self._folder / "end").write_text("and it ended in order")
        output, _ = self.process.communicate()
        return self.process.returncode, output


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    one = Running(tmp_path)
    yield one
    if one.process.poll() is None:
        one.end()


def test_nothing_is_raised_where_nobody_interrupts(running: Running) -> None:
    code, output = running.end()
    assert code == 0
    assert output == "started\ncame: and it ended in order\ndone: 3 an error\n"


def test_an_interrupt_is_handed_on_once_and_waited_for(running: Running) -> None:
    running.process.send_signal(signal.SIGINT)
    running.read_until("said: interrupted: waiting until it ends in order", "got signal 1")
    running.process.send_signal(signal.SIGINT)
    running.read_until("said: still ending, so that nothing is lost")
    code, output = running.end()
    assert "came: SIGINT and it ended in order\n" in output
    assert "said: an error\n" in output
    assert output.rstrip().endswith("KeyboardInterrupt")
    assert code == -signal.SIGINT


def test_who_insists_gets_a_second_interrupt_through(running: Running) -> None:
    for words in (("interrupted", "got signal 1"), ("still ending",), ("still ending", "got signal 2")):
        running.process.send_signal(signal.SIGINT)
        running.read_until(*words)
    assert "came: SIGINT SIGINT and it ended in order\n" in running.end()[1]


def test_a_runner_that_is_stopped_lets_it_end_and_says_so_by_its_exit_code(running: Running) -> None:
    """As CI does: SIGINT or SIGTERM first, and SIGTERM soon after."""
    running.process.send_signal(signal.SIGTERM)
    running.read_until("interrupted", "got signal 1")
    running.process.send_signal(signal.SIGTERM)
    running.read_until("still ending")
    code, output = running.end()
    assert "came: SIGTERM and it ended in order\n" in output
    assert code == 128 + signal.SIGTERM


def test_a_terminal_that_is_closed_is_an_interrupt(running: Running) -> None:
    running.process.send_signal(signal.SIGHUP)
    running.read_until("interrupted", "got signal 1")
    assert "came: SIGINT and it ended in order\n" in running.end()[1]


def test_what_is_not_shown_is_returned_and_private(tmp_path: Path) -> None:
    script = "import sys; open('plan', 'w').close(); print('out'); print('wrong', file=sys.stderr)"
    done = Runner(print).run([sys.executable, "-c", script], tmp_path, {}, shown=False)
    assert (done.code, done.output, done.errors) == (0, "out\n", "wrong\n")
    assert (tmp_path / "plan").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("aside", [False, True])
def test_what_is_shown_goes_to_stdout_or_aside(tmp_path: Path, capfd: pytest.CaptureFixture[str], aside: bool) -> None:
    done = Runner(print, aside=aside).run([sys.executable, "-c", "print('out')"], tmp_path, {}, shown=True)
    assert done.output == ""
    assert capfd.readouterr() == (("", "out\n") if aside else ("out\n", ""))
