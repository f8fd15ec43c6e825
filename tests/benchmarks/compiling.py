"""app → IR → permissions → checks for 10, 100 and 1,000 functions."""

from __future__ import annotations

import sys
from importlib import import_module, invalidate_caches
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from cloudless.frontend import check
from tests.benchmarks.rounds import alone
from tests.benchmarks.row import Row, Table

SIZES = (10, 100, 1_000)
ROUNDS = 3
_HANDLER = """
queue_{n} = app.queue("queue-{n}", dict)

@queue_{n}.consumer
def take_{n}(body: dict) -> None:
    out.publish(shape(body))
"""


def program(count: int) -> str:
    head = (
        "from cloudless import App\napp = App('many')\nout = app.topic('out', dict)\n"
        "def shape(body):\n    return dict(body)\n"
    )
    return head + "".join(_HANDLER.format(n=n) for n in range(count))


def _seconds(count: int, folder: str, turn: int) -> float:
    name = f"many_{count}_{turn}"
    (Path(folder) / f"{name}.py").write_text(program(count))
    invalidate_caches()
    app = import_module(name).app
    began = perf_counter()
    application, problems = check(app)
    took = perf_counter() - began
    assert len(application.handlers) == count and not problems
    return took


def tables() -> list[Table]:
    rows: list[Row] = []
    with TemporaryDirectory() as folder:
        sys.path.insert(0, folder)
        for count in SIZES:
            times = [_seconds(count, folder, turn) for turn in range(ROUNDS)]
            rows.append(alone(f"{count:,} functions", times, "ms", 400 if count == 1_000 else None))
        sys.path.remove(folder)
    return [Table("App to IR, permissions and checks, in a process", "ms", tuple(rows))]
