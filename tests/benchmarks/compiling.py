"""app → IR → permissions → checks for 10, 100 and 1,000 functions."""

from __future__ import annotations

import sys
from importlib import import_module, invalidate_caches
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from cloudless.frontend import check

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


def main() -> None:
    print("\napp → IR → permissions → checks")
    with TemporaryDirectory() as folder:
        sys.path.insert(0, folder)
        for count in (10, 100, 1_000):
            took = median(_seconds(count, folder, turn) for turn in range(3))
            goal = "   goal ≤ 0.4 s" if count == 1_000 else ""
            print(f"  {count:>5} functions {took:>35.4f} s {took / count * 1e6:>8.0f} µs each{goal}")
        sys.path.remove(folder)
