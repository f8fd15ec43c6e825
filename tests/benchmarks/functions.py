"""Function apps under Microsoft's worker library: ours, as they are generated, against those that one writes by hand.

Both do the same work. How long the library takes to import and index an app is measured in a process each; calls in one
process, in turns. Needs the tool `azure-worker`: `python -m tests.tools install azure-worker`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from cloudless.compiler import Definitions
from cloudless.config.stage import Stage
from cloudless.frontend import compile as to_ir
from cloudless_azure.compile.entry import entries
from cloudless_azure.compile.group import ON, Group, groups
from cloudless_azure.names import entities_of
from tests import tools
from tests.benchmarks.rounds import Figure, enough, figure, table, warming
from tests.benchmarks.row import Table

ROOT = Path(__file__).parents[2]
HANDLERS = 50
ROUNDS = 15
BUDGET_S = 10.0
NOTE = "× functions by hand, under Microsoft's worker library"
STAGE = Stage.model_validate({"name": "prod", "provider": "azure", "region": "westeurope", "subscription": "0"})

QUEUES_BY_HAND = """
import json
import azure.functions as func

app = func.FunctionApp()
"""
BY_HAND = """
import json
import azure.functions as func
from tests.benchmarks.order import Order

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
"""
QUEUE_BY_HAND = """
@app.function_name("take_{n}")
@app.service_bus_queue_trigger(arg_name="message", queue_name="queue-{n}", connection="CLOUDLESS_SERVICE_BUS")
def take_{n}(message: func.ServiceBusMessage) -> None:
    order = json.loads(message.get_body())
    assert order["n"] == 1
"""
ROUTE_BY_HAND = """
@app.function_name("create_{n}")
@app.route(route="orders/{n}", methods=["POST"])
def create_{n}(req: func.HttpRequest) -> func.HttpResponse:
    order = Order.model_validate_json(req.get_body())
    return func.HttpResponse(json.dumps({{"n": order.n}}), mimetype="application/json")
"""

QUEUES = """
from typing import Any
from cloudless import App

app = App("bench")
"""
OURS = """
from typing import Any
from cloudless import App
from tests.benchmarks.order import Order

app = App("bench")
"""
QUEUE = """
@app.queue("queue-{n}", dict[str, Any]).consumer
{word}def take_{n}(order: dict[str, Any]) -> None:
    assert order["n"] == 1
"""
ROUTE = """
@app.post("/orders/{n}", public=True)
{word}def create_{n}(order: Order) -> dict[str, int]:
    return {{"n": order.n}}
"""


def tables() -> list[Table]:
    python, found = str(tools.find("azure-worker")), list[Table]()
    with TemporaryDirectory() as name:
        folder = Path(name)
        queues = {
            "by hand": hand(folder / "queues_by_hand", QUEUES_BY_HAND, QUEUE_BY_HAND),
            "ours": generated(folder / "queues", QUEUES, QUEUE),
        }
        endpoints = {
            "by hand": hand(folder / "endpoints_by_hand", BY_HAND, ROUTE_BY_HAND),
            "ours": generated(folder / "endpoints", OURS, ROUTE),
        }
        for apps in (queues, endpoints):
            what = apps["ours"].name
            title = f"A function app of {HANDLERS} {what}, to import and index"
            found.append(table(title, indexed(python, apps), {"ours": 1.2}, unit="ms", note=NOTE))
        apps = {
            "by hand": hand(folder / "calls_by_hand", BY_HAND, QUEUE_BY_HAND + ROUTE_BY_HAND),
            "ours": generated(folder / "calls", OURS, QUEUE + ROUTE),
            "ours, async": generated(folder / "async_calls", OURS, QUEUE + ROUTE, word="async "),
        }
        goals = {"queue": 2.0, "http": 2.5}
        titles = {"queue": "A message to a function app, dicts", "http": "A request to a function app, pydantic"}
        for kind, goal in goals.items():
            figures = called(python, kind, apps)
            found.append(table(titles[kind], figures, {"ours": goal, "ours, async": goal}, note=NOTE))
        return found


def hand(folder: Path, head: str, function: str) -> Path:
    """An app of functions as one writes them."""
    folder.mkdir()
    (folder / "function_app.py").write_text(head + "".join(function.format(n=n) for n in range(HANDLERS)))
    return folder


def generated(folder: Path, head: str, handler: str, word: str = "") -> Path:
    """What is generated for an app of handlers; consumers stand in one function app, which a build would not do."""
    folder.mkdir()
    (folder / f"{folder.name}_app.py").write_text(
        head + "".join(handler.format(n=n, word=word) for n in range(HANDLERS))
    )
    sys.path.insert(0, str(folder))
    app = to_ir(import_module(f"{folder.name}_app").app, entry=f"{folder.name}_app:app")
    sys.path.remove(str(folder))
    consuming = [group for group in groups(app) if group.kind == ON]
    found = [group for group in groups(app) if group.kind != ON]
    if consuming:
        handlers = tuple(group.handlers[0] for group in consuming)
        sources = tuple(group.sources[0] for group in consuming)
        found.append(Group(name="queue", kind=ON, handlers=handlers, sources=sources))
    addresses = {group.name: dict(entities_of(app)) for group in found}
    for path, content in entries(found, app, STAGE, Definitions(), addresses).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def indexed(python: str, apps: dict[str, Path]) -> dict[str, Figure]:
    """Seconds by name; ratios are to the first."""
    times: dict[str, list[float]] = {name: [] for name in apps}
    began, turn = monotonic(), warming(1)
    while not enough(turn, ROUNDS, began, BUDGET_S):
        turn += 1
        for name, folder in apps.items():
            kind = "http" if "endpoints" in folder.name else "queue"
            took = json.loads(output(python, "index", kind, folder))
            if turn:  # byte code is part of a deployed package
                times[name].append(took)
    first = next(iter(times.values()))
    return {name: figure(own, first) for name, own in times.items()}


def called(python: str, kind: str, apps: dict[str, Path]) -> dict[str, Figure]:
    """The same, of calls: one process for each app, which take turns."""
    workers = {name: start(python, "call", kind, folder) for name, folder in apps.items()}
    times: dict[str, list[float]] = {name: [] for name in apps}
    try:
        began, turn = monotonic(), warming(2)
        while not enough(turn, ROUNDS, began, BUDGET_S):
            turn += 1
            for name, worker in workers.items():
                assert worker.stdin
                assert worker.stdout
                worker.stdin.write("go\n")
                worker.stdin.flush()
                took = float(worker.stdout.readline())
                if turn > 0:
                    times[name].append(took)
    finally:
        for worker in workers.values():
            worker.communicate()
    first = next(iter(times.values()))
    return {name: figure(own, first) for name, own in times.items()}


def start(python: str, *arguments: object) -> subprocess.Popen[str]:
    """A process of the worker's own Python: see invoking.py."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "providers" / "azure")])
    env = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"} | {"PYTHONPATH": path}
    command = [python, "-m", "tests.benchmarks.invoking", *map(str, arguments)]
    return subprocess.Popen(
        command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def output(python: str, *arguments: object) -> str:
    """What such a process prints."""
    text, _ = start(python, *arguments).communicate()
    return text
