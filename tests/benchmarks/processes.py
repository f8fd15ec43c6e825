"""Whole processes over bare Python: the wait for a first test, ours and everybody's, and that for the command line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, perf_counter
from typing import NamedTuple

from tests.benchmarks.compiling import program
from tests.benchmarks.peers import catalogue
from tests.benchmarks.rounds import enough, figure, over, warming
from tests.benchmarks.row import OURS, PEER, REFERENCE, VALUE, Goal, Row, Table

PEERS = ("pubsub", "kombu", "workers", "faststream", "moto", "chalice", "web", "durabletask", "awsdurable", "dbos",
         "temporal")  # fmt: skip
ROUNDS = 11
BUDGET_S = 15.0
GOALS_MS = {"a message, dicts": 60, "a message, pydantic": 150, "cloudless --help": 150,
            "cloudless check of 1,000 functions": 700}  # fmt: skip
WHAT = ("a message", "a request", "10 steps")
"""What a first test does, each a table."""
ENVIRONMENT = {**catalogue.environ(), "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
MORE = "ms more than `python -c pass` in the same Python, of which the first row is the whole"


class Program(NamedTuple):
    """What is started: the words after a Python."""

    name: str
    kind: str
    python: Path
    words: Sequence[str]
    version: str = ""
    goal: Goal | None = None

    def seconds(self, folder: str) -> float:
        return _seconds(self.python, self.words, folder)


def _seconds(python: Path, words: Sequence[str], folder: str) -> float:
    began = perf_counter()
    done = subprocess.run(
        [python, "-W", "ignore", *words], check=False, cwd=folder, env=ENVIRONMENT, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    took = perf_counter() - began
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["it failed"])[-1][:200])
    return took


def tests(what: str, folder: Path) -> tuple[list[Program], list[Row]]:
    """The first tests of a kind as files, ours first, and rows of peers that are not installed."""
    found: list[Program] = []
    missing: list[Row] = []
    for peer in (catalogue.OURS, *PEERS):
        python, who = catalogue.python(peer), catalogue.peer(peer)
        for name, text in catalogue.first(peer).items():
            if not name.startswith(what):
                continue
            kind = OURS if peer == catalogue.OURS else PEER
            title = name.replace(what, "").strip(" ,") if peer in {"workers", catalogue.OURS} else ""
            shown = title if peer == "workers" else ", ".join(filter(None, [_title(peer), title]))
            if python is None:
                missing.append(Row(shown, kind, failed="not installed"))
                continue
            file = folder / f"{peer}_{len(found)}.py"
            file.write_text(text)
            goal = Goal(GOALS_MS[name], VALUE) if kind == OURS and name in GOALS_MS else None
            version = who.requirements[0].partition("==")[2] if peer != "workers" else catalogue.pinned(peer, shown)
            found.append(Program(shown, kind, python, [str(file)], version, goal))
    return found, missing


def _title(peer: str) -> str:
    return {
        catalogue.OURS: "cloudless", "pubsub": "pytest-pubsub", "kombu": "kombu memory://",
        "faststream": "FastStream TestKafkaBroker", "moto": "moto, SQS", "chalice": "chalice.test.Client",
        "web": "FastAPI's TestClient", "awsdurable": "AWS durable testing runner", "dbos": "DBOS on SQLite",
        "temporal": "Temporal, time-skipping server",
    }.get(peer, peer)  # fmt: skip


def commands(folder: Path) -> list[Program]:
    """The command line's."""
    (folder / "cloudless.toml").write_text('app = "many:app"\n')
    (folder / "many.py").write_text(program(1_000))
    words = {"cloudless --help": ["--help"], "cloudless check of 1,000 functions": ["check"]}
    own = Path(sys.executable)
    return [
        Program(name, OURS, own, ["-m", "cloudless.cli", *rest], goal=Goal(GOALS_MS[name], VALUE))
        for name, rest in words.items()
    ]


def measured(
    title: str, programs: Sequence[Program], missing: Sequence[Row], folder: str, rounds: int = ROUNDS
) -> Table:
    """Each beside a bare Python of its own, in turn. What fails is a row that says why."""
    times: dict[str, list[float]] = {one.name: [] for one in programs}
    bare: dict[str, list[float]] = {one.name: [] for one in programs}
    out: dict[str, Row] = {}
    began, turn = monotonic(), warming(1)
    while not enough(turn, rounds, began, BUDGET_S):
        for one in programs:
            if one.name in out:
                continue
            try:
                before, took = _seconds(one.python, ["-c", "pass"], folder), one.seconds(folder)
            except RuntimeError as problem:
                out[one.name] = Row(one.name, one.kind, failed=str(problem))
                continue
            if turn >= 0:
                bare[one.name].append(before)
                times[one.name].append(took)
        turn += 1
    rows = [figure(bare[programs[0].name]).row("`python -c pass`, whole", REFERENCE, "ms")]
    rows += [
        over(times[one.name], bare[one.name]).row(one.name, one.kind, "ms", one.goal, one.version)
        for one in programs
        if one.name not in out
    ]
    return Table(title, "ms", (*rows, *out.values(), *missing), MORE)


def tables() -> Iterator[Table]:
    with TemporaryDirectory() as name:
        for what in WHAT:
            programs, missing = tests(what, Path(name))
            yield measured(f"A first test: {what}", programs, missing, name)
        yield measured("The command line", commands(Path(name)), [], name)
