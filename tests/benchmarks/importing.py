"""What a function imports before it can receive, or send: ours and everybody's, over `import json`.

Each in its own Python, beside an `import json` of the same round there. Byte code is there: it is part of a package.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, perf_counter
from typing import NamedTuple

from tests.benchmarks.peers import catalogue
from tests.benchmarks.rounds import enough, figure, over, warming
from tests.benchmarks.row import OURS, PEER, REFERENCE, VALUE, Goal, Row, Table

PEERS = ("moto", "chalice", "powertools", "web", "google", "azure", "dbos", "durabletask", "temporal")
ROUNDS = 15
BUDGET_S = 18.0
HANDLER = """
@app.queue("queue-{n}", dict).consumer
def take_{n}(body: dict) -> None: ...
"""


class Start(NamedTuple):
    """A statement, and the Python that runs it."""

    name: str
    kind: str
    python: Path
    statement: str
    version: str = ""


def program() -> str:
    """An app of ten handlers."""
    return "from cloudless import App\napp = App('ten')\n" + "".join(HANDLER.format(n=n) for n in range(10))


def seconds(python: Path, code: str, folder: str) -> float:
    """Of a whole process."""
    began = perf_counter()
    subprocess.run([python, "-W", "ignore", "-c", code], check=True, cwd=folder, env=catalogue.environ())
    return perf_counter() - began


def starts() -> tuple[list[Start], list[Row]]:
    """What is started, and rows of what cannot be."""
    found = [Start("cloudless, an app of 10 handlers", OURS, Path(sys.executable), "import json, app")]
    missing: list[Row] = []
    for peer in PEERS:
        python = catalogue.python(peer)
        for name, (statement, version) in catalogue.imports(peer).items():
            if python is None:
                missing.append(Row(name, PEER, failed="not installed"))
            else:
                found.append(Start(name, PEER, python, statement, version))
    return found, missing


def tables() -> list[Table]:
    wanted, missing = starts()
    times: dict[str, list[float]] = {one.name: [] for one in wanted}
    bare: dict[str, list[float]] = {one.name: [] for one in wanted}
    with TemporaryDirectory() as folder:
        (Path(folder) / "app.py").write_text(program())
        began, turn = monotonic(), warming(1)
        while not enough(turn, ROUNDS, began, BUDGET_S):
            for one in wanted:
                before, took = seconds(one.python, "import json", folder), seconds(one.python, one.statement, folder)
                if turn >= 0:
                    bare[one.name].append(before)
                    times[one.name].append(took)
            turn += 1
    rows = [figure(bare[wanted[0].name]).row("`import json`, whole", REFERENCE, "ms")]
    for one in wanted:
        goal = Goal(5, VALUE) if one.kind == OURS else None
        rows.append(over(times[one.name], bare[one.name]).row(one.name, one.kind, "ms", goal, one.version))
    note = "ms more than `import json` in the same Python, of which the first row is the whole"
    return [Table("What a function imports before it receives, or sends", "ms", (*rows, *missing), note)]
