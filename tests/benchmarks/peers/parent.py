"""Peers' processes, as the one who measures has them: each runs a round when asked, and stands still otherwise.

A process that is not asked is stopped (SIGSTOP, with all that it started), so that its threads and servers take nothing
from whose turn it is. All are ended with the `with` block, whatever happened in it. One that is left behind because we
were killed ends too: its input is closed, and Linux wakes and hangs up a group that is stopped and has lost its parent.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, NamedTuple, Self

from tests.benchmarks.peers import Contestant, catalogue
from tests.benchmarks.peers.catalogue import OURS, contestants, python
from tests.benchmarks.rounds import enough, figure, warming
from tests.benchmarks.row import Row

ROOT = Path(__file__).parents[3]
ANSWER_S = 120.0
"""How long a round may take."""
END_S = 10.0
SMALL = 10
"""Units of a round that only warms up."""


class Failed(Exception):
    """A process did not start, did not answer, or said that it could not; the message says why, in a line."""


class Child:
    """One process of a peer. Raises Failed where it does not start."""

    def __init__(self, name: str, interpreter: Path | None = None) -> None:
        found = interpreter or python(name)
        if found is None:
            raise Failed(f"not installed: python -m tests.benchmarks.peers.catalogue install {name}")
        self._log = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            [str(found), "-W", "ignore", "-m", "tests.benchmarks.peers.child", name],
            cwd=ROOT, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log,
            process_group=0,
        )  # fmt: skip
        self._buffer = b""
        try:
            self.versions: dict[str, str] = self._answer()["versions"]
        except Failed:
            self.close()
            raise
        self._signal(signal.SIGSTOP)

    def run(self, number: int, units: int) -> tuple[float, float | None]:
        """A round of its contestant of that number: seconds a unit, and those of the reference, if there is one."""
        assert self._process.stdin
        self._signal(signal.SIGCONT)
        try:
            self._process.stdin.write(json.dumps({"run": number, "units": units}).encode() + b"\n")
            self._process.stdin.flush()
            answer = self._answer()
        except OSError as problem:
            raise Failed(self._last_words()) from problem
        finally:
            self._signal(signal.SIGSTOP)
        if "failed" in answer:
            raise Failed(answer["failed"])
        return answer["seconds"], answer["reference"]

    def close(self) -> None:
        """End it, and whatever it has started."""
        self._signal(signal.SIGCONT)
        with suppress(OSError, subprocess.TimeoutExpired):
            if self._process.stdin:
                self._process.stdin.close()
            self._process.wait(END_S)
        self._signal(signal.SIGKILL)
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def _answer(self) -> Any:
        """The next line; Failed after ANSWER_S, or where the process ended."""
        assert self._process.stdout
        until = monotonic() + ANSWER_S
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._buffer:
                if not selector.select(max(0.0, until - monotonic())):
                    raise Failed(f"no answer in {ANSWER_S:.0f} s")
                got = os.read(self._process.stdout.fileno(), 65_536)
                if not got:
                    raise Failed(self._last_words())
                self._buffer += got
        line, _, self._buffer = self._buffer.partition(b"\n")
        return json.loads(line)

    def _last_words(self) -> str:
        """The end of what it wrote to standard error."""
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return (lines or [f"ended with {self._process.poll()}"])[-1][:200]


def environment() -> dict[str, str]:
    """Of a peer's process: ours on its path, and nothing else of Python's."""
    return {**catalogue.environ(), "DO_NOT_TRACK": "1", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(ROOT)}


class Entry(NamedTuple):
    """A contestant that takes part: whose, of which number there, and its figures so far."""

    child: Child
    number: int
    contestant: Contestant
    times: list[float]
    references: list[float]


def contest(
    name: str,
    peers: Sequence[str],
    *,
    unit: str,
    rounds: int = 7,
    budget_s: float = 12.0,
    scale: float = 1.0,
    units: Callable[[int], int] = int,
) -> list[Row]:
    """The rows of one contest: ours and the peers', in turn, A B C, A B C.

    unit: of the values, after what a unit took is multiplied by scale. units: of a round, from those that a contestant
    asks for. A peer that fails is a row that says why, and takes part no more.
    """
    rows: list[Row] = []
    with ExitStack() as stack:
        entries: list[Entry] = []
        for peer in (OURS, *peers):
            wanted = [(n, one) for n, one in enumerate(contestants(peer)) if one.contest == name]
            if not wanted:
                continue
            try:
                child = stack.enter_context(Child(peer))
            except Failed as problem:
                rows += [Row(one.name, one.kind, failed=str(problem)) for _, one in wanted]
                continue
            entries += [Entry(child, n, one, [], []) for n, one in wanted]
        rows += _play(entries, rounds, budget_s, units)
        return [*(_row(entry, unit, scale) for entry in entries if entry.times), *rows]


def _play(entries: list[Entry], rounds: int, budget_s: float, units: Callable[[int], int]) -> list[Row]:
    """Play all rounds; the rows of those who failed, whose figures are dropped."""
    out: dict[int, Row] = {}
    began, turn = monotonic(), warming(1)
    while not enough(turn, rounds, began, budget_s):
        for at, entry in enumerate(entries):
            if at not in out:
                try:
                    _round(entry, turn, units)
                except Failed as problem:
                    entry.times.clear()
                    out[at] = Row(entry.contestant.name, entry.contestant.kind, failed=str(problem))
        turn += 1
        if turn == 0:
            began = monotonic()
    return list(out.values())


def _round(entry: Entry, turn: int, units: Callable[[int], int]) -> None:
    """One more; a small one that does not count before the first."""
    asked = units(entry.contestant.units)
    took, reference = entry.child.run(entry.number, min(asked, SMALL) if turn < 0 else asked)
    if turn >= 0:
        entry.times.append(took)
        if reference is not None:
            entry.references.append(reference)


def _row(entry: Entry, unit: str, scale: float) -> Row:
    found = figure([took * scale for took in entry.times], [one * scale for one in entry.references] or None)
    one = entry.contestant
    return found.row(one.name, one.kind, unit, one.goal, version(entry.child.versions, one.name))


def version(versions: dict[str, str], name: str) -> str:
    """Of the distribution that a contestant is named after, or else of the first one."""
    words = name.lower().replace("-", "").replace(" ", "").replace(".", "")
    for distribution, found in versions.items():
        short = distribution.partition("[")[0].replace("-", "").removeprefix("awslambda")
        if short and words.startswith(short):
            return found
    return next(iter(versions.values()), "")


def known(peers: Iterable[str]) -> dict[str, dict[str, str]]:
    """Versions by distribution, of those peers that are installed."""
    found: dict[str, dict[str, str]] = {}
    for name in peers:
        with suppress(Failed), Child(name) as child:
            found[name] = child.versions
    return found
