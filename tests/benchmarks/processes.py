"""Whole processes over bare Python: the first test's wait, and the command line's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from tests.benchmarks.compiling import program

FIRST = """
from cloudless import App
from cloudless.testing import simulate
{imports}
app = App("first")
orders = app.queue("orders", {kind})
@orders.consumer
def take(order: {kind}) -> None: ...
with simulate(app) as cloud:
    orders.send({value})
    cloud.run()
    assert len(cloud.calls(take)) == 1
"""
MODEL = "from pydantic import BaseModel\nclass Order(BaseModel):\n    id: str\n"
DICT = FIRST.format(imports="", kind="dict", value='{"id": "1"}')
PYDANTIC = FIRST.format(imports=MODEL, kind="Order", value='Order(id="1")')
REQUEST = """
from cloudless import App
from cloudless.testing import simulate
app = App("first")
@app.post("/orders", public=True)
def create(order: dict) -> dict:
    return order
with simulate(app) as cloud:
    assert cloud.http.post("/orders", json={"id": "1"}).status == 200
"""
ROUNDS = 11
_ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def _seconds(command: list[str], folder: str) -> float:
    began = perf_counter()
    subprocess.run([sys.executable, *command], check=True, cwd=folder, env=_ENVIRONMENT, stdout=subprocess.DEVNULL)
    return perf_counter() - began


def main() -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "cloudless.toml").write_text('app = "many:app"\n')
        (Path(folder) / "many.py").write_text(program(1_000))
        for name, text in (("first", DICT), ("typed", PYDANTIC), ("request", REQUEST)):
            (Path(folder) / f"{name}.py").write_text(text)
        cases = {
            "first message handled, dict bodies": (["first.py"], 60),
            "first message handled, pydantic": (["typed.py"], 150),
            "first request answered, dict bodies": (["request.py"], None),
            "cloudless --help": (["-m", "cloudless.cli", "--help"], 150),
            "cloudless check of 1,000 functions": (["-m", "cloudless.cli", "check"], 700),
        }
        times = _rounds({name: command for name, (command, _) in cases.items()}, folder)
    print("\nwhole processes, over bare Python")
    for name, (_, goal) in cases.items():
        print(f"  {name:<44} {times[name] * 1e3:>7.0f} ms{f'   goal ≤ {goal} ms' if goal else ''}")


def _rounds(cases: dict[str, list[str]], folder: str) -> dict[str, float]:
    """Median seconds over bare Python of the same round; one round to warm up."""
    over: dict[str, list[float]] = {name: [] for name in cases}
    for turn in range(ROUNDS + 1):
        bare = _seconds(["-c", "pass"], folder)
        for name, command in cases.items():
            took = _seconds(command, folder) - bare
            if turn:
                over[name].append(took)
    return {name: median(times) for name, times in over.items()}
