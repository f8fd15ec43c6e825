"""Cold starts on Lambda: ours, as it is generated, and peers', against handlers that one writes by hand.

A cold start is that of a process with Amazon's own runtime client, from its start to the answer to an event of SQS, in
a folder that holds what a zip does, byte code included. A peer runs in its own environment, which has that client too,
and is compared with the handler by hand there. Needs the tool `awslambdaric`: `python -m tests.tools install
awslambdaric`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from time import monotonic, perf_counter
from typing import NamedTuple

from cloudless.compiler import Definitions
from cloudless.compiler.bundle import bundle, joined
from cloudless.compiler.lean import lean_files
from cloudless.compiler.package import Package
from cloudless.compiler.sources import own_files
from cloudless.config.stage import Stage
from cloudless.frontend import compile as to_ir
from cloudless_aws.compile.ground import Ground
from cloudless_aws.compile.package import package
from providers.aws.tests.runtimeapi import Call, Instance
from tests import tools
from tests.benchmarks.payload import sqs_event
from tests.benchmarks.peers import catalogue
from tests.benchmarks.rounds import enough, figure, over, warming
from tests.benchmarks.row import OURS, PEER, REFERENCE, VALUE, Goal, Row, Table

ROUNDS = 15
BUDGET_S = 20.0
STAGE = Stage.model_validate({"name": "prod", "provider": "aws", "region": "eu-central-1", "python": "3.12"})
PEERS = ("chalice", "powertools")

COLD = """
from cloudless import App

app = App("cold")
orders = app.queue("orders", dict)

@orders.consumer
def take(order: dict) -> None:
    assert order["n"] == 1
"""
BY_HAND = """
import json

def handler(event, context):
    failed = []
    for record in event["Records"]:
        try:
            assert json.loads(record["body"])["n"] == 1
        except Exception:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
"""
BARE = "by_hand.handler"


class Start(NamedTuple):
    """What is started: by which Python, in which folder, and which handler. kind: OURS or PEER."""

    name: str
    kind: str
    python: str
    folder: Path
    handler: str
    version: str = ""


def tables() -> list[Table]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        sys.path.insert(0, name)
        packaged(folder / "cold", "cold", COLD)
        sys.path.remove(name)
        python = str(tools.find("awslambdaric"))
        starts = [Start("cloudless, dict body", OURS, python, folder / "cold", "cloudless_entry.on_take.handler")]
        rows, theirs = peers(folder)
        return measured([*starts, *theirs], rows)


def size_kib() -> float:
    """Our part of a function's zip."""
    with TemporaryDirectory() as name:
        sys.path.insert(0, name)
        made = packaged(Path(name) / "sized", "sized", COLD)
        sys.path.remove(name)
        return bundle(joined(ours(made)), made).size / 1024


def peers(folder: Path) -> tuple[list[Row], list[Start]]:
    """The modules of peers, each in a folder; rows of those that are not installed."""
    rows: list[Row] = []
    starts: list[Start] = []
    for peer in PEERS:
        python = catalogue.python(peer)
        version = catalogue.peer(peer).requirements[0].partition("==")[2]
        (folder / peer).mkdir()
        for at, (name, text) in enumerate(catalogue.lambdas(peer).items()):
            (folder / peer / f"app_{at}.py").write_text(text)
            if python is None:
                rows.append(Row(name, PEER, failed="not installed"))
            else:
                starts.append(Start(name, PEER, str(python), folder / peer, f"app_{at}.handler", version))
    return rows, starts


def measured(starts: list[Start], rows: list[Row]) -> list[Table]:
    """Start each, and the handler by hand in its Python, in turn."""
    walls: dict[str, list[float]] = {}
    works: dict[str, list[float]] = {}
    for folder, python in {(start.folder, start.python) for start in starts}:
        (folder / "by_hand.py").write_text(BY_HAND)
        subprocess.run([python, "-m", "compileall", "-q", str(folder)], check=True)
    began, turn = monotonic(), warming(1)
    while not enough(turn, ROUNDS, began, BUDGET_S):
        for start in starts:
            for name, handler in ((_bare(start), BARE), (start.name, start.handler)):
                wall, work = started(start.python, start.folder, handler)
                if turn >= 0:
                    walls.setdefault(name, []).append(wall)
                    works.setdefault(name, []).append(work)
        turn += 1
    note = "ms more than a handler by hand in the same Python, of which the first row is the whole"
    return [
        Table(f"A cold start on Lambda, {what}", "ms", (*_rows(starts, times), *rows), note)
        for what, times in (("until the answer", walls), ("of the processor", works))
    ]


def _bare(start: Start) -> str:
    """Of the handler by hand that is started before it."""
    return f"by hand before {start.name}"


def _rows(starts: list[Start], times: Mapping[str, list[float]]) -> list[Row]:
    rows = [figure(times[_bare(starts[0])]).row("a handler by hand, whole", REFERENCE, "ms")]
    for start in starts:
        goal = Goal(6, VALUE) if start.kind == OURS else None
        more = over(times[start.name], times[_bare(start)])
        rows.append(more.row(start.name, start.kind, "ms", goal, start.version))
    return rows


def packaged(folder: Path, name: str, program: str) -> Package:
    """The package of an application, unpacked into a folder."""
    folder.mkdir()
    (folder.parent / f"{name}.py").write_text(program)
    (folder / f"{name}.py").write_text(program)
    app = to_ir(import_module(name).app, entry=f"{name}:app")
    made = package(Ground(STAGE, app, Definitions()))
    for path, content in joined([*ours(made), ("entries", made.files)]).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content if isinstance(content, bytes) else content.read_bytes())
    return made


def ours(made: Package) -> list[tuple[str, Mapping[str, bytes | Path]]]:
    return [(own.module, lean_files(own_files(own, made.site))) for own in (made.core, *made.own)]


def started(python: str, folder: Path, handler: str) -> tuple[float, float]:
    """Seconds until the answer to the first event, and seconds of the processor until the process was ended then."""
    began = perf_counter()
    processes: list[_Process] = []

    def start(address: str) -> _Process:
        processes.append(_Process(python, folder, handler, address))
        return processes[0]

    instance = Instance(start)
    answer = instance.call(Call("request-1", json.dumps(sqs_event(1)).encode()))
    wall = perf_counter() - began
    instance.close()
    assert processes[0].ended.wait(30)
    assert json.loads(answer.body) in ({"batchItemFailures": []}, None), answer
    return wall, processes[0].work


class _Process:
    """The runtime client around a handler."""

    def __init__(self, python: str, folder: Path, handler: str, address: str) -> None:
        env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        env |= {
            "AWS_LAMBDA_RUNTIME_API": address, "AWS_REGION": "eu-central-1", "AWS_LAMBDA_FUNCTION_NAME": "bench",
            "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip
        words = [python, "-m", "awslambdaric", handler]
        self._popen = subprocess.Popen(words, env=env, cwd=folder, stdout=subprocess.DEVNULL)
        self.work = 0.0
        self.ended = Event()

    def wait(self) -> int:
        _, status, used = os.wait4(self._popen.pid, 0)
        self.work = used.ru_utime + used.ru_stime
        self._popen.returncode = os.waitstatus_to_exitcode(status)
        self.ended.set()
        return self._popen.returncode

    def output(self) -> str:
        return ""

    def close(self) -> None:
        self._popen.kill()
