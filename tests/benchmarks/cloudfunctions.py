"""Cloud Run functions: ours, as they are generated, against handlers that one writes by hand.

A cold start is that of a process with Google's own functions-framework, from its start to the answer to a push, in a
folder that holds what the archive does, byte code included. Calls are made in a process with the framework, of what it
calls: a function of a `flask.Request`, which is made anew each time. Sending is from the start of a process to the
first message at Google's emulator, by REST as inside of a function. Needs the tools `functions-framework`,
`pubsub-emulator` and `java`: `python -m tests.tools install functions-framework`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Mapping
from contextlib import closing, suppress
from http.client import HTTPConnection
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from time import monotonic, perf_counter

from cloudless.compiler import Definitions
from cloudless.compiler.bundle import bundle, joined
from cloudless.compiler.lean import lean_files
from cloudless.compiler.package import Package
from cloudless.compiler.sources import own_files
from cloudless.config.stage import Stage
from cloudless.frontend import compile as to_ir
from cloudless_gcp.compile.ground import Ground
from cloudless_gcp.compile.package import package
from providers.gcp.tests.emulators import pubsub_emulator
from tests import tools
from tests.benchmarks.payload import TEXT
from tests.benchmarks.peers import catalogue
from tests.benchmarks.rounds import Figure, enough, figure, over, table, warming
from tests.benchmarks.row import OURS, PEER, REFERENCE, VALUE, Goal, Row, Table

ROOT = Path(__file__).parents[2]
ROUNDS = 15
BUDGET_S = 22.0
KIB = 1024
STAGE = Stage.model_validate({"name": "prod", "provider": "gcp", "region": "europe-west1", "project": "bench"})
TOPIC = "projects/bench/topics/cold-prod-done"

COLD = """
from cloudless import App

app = App("cold")
orders = app.queue("orders", dict)
done = app.queue("done", dict)

@orders.consumer
def take(order: dict) -> None:
    assert order["n"] == 1

@app.queue("sending", dict).consumer
def send(order: dict) -> None:
    done.send(order)
"""
EMPTY = """
def receive(request):
    return "", 204
"""
WARM = """
from typing import Any
from cloudless import App
from tests.benchmarks.order import Order

app = App("warm")

@app.queue("orders", dict[str, Any]).consumer
def take(order: dict[str, Any]) -> None:
    assert order["n"] == 1

@app.queue("soon", dict[str, Any]).consumer
async def take_soon(order: dict[str, Any]) -> None:
    assert order["n"] == 1

@app.queue("typed", Order).consumer
def take_typed(order: Order) -> None:
    assert order.n == 1

@app.post("/orders/{id}", public=True)
def create(id: int, order: Order) -> dict[str, Any]:
    return {"id": id, "count": sum(line.qty for line in order.lines)}
"""
ENTERED = """
import sys, time
import functions_framework._http.gunicorn, functions_framework

began = time.process_time()
app = functions_framework.create_app(sys.argv[1], sys.argv[2], "http")
answer = app.test_client().post("/", data=sys.argv[3], content_type="application/json")
assert answer.status_code == 204, answer.data
print(time.process_time() - began)
"""
SENDING = """
import json, sys
from urllib.request import Request, urlopen
from base64 import b64encode

body = json.dumps({"messages": [{"data": b64encode(b'{"n":1}').decode()}]}).encode()
request = Request(f"http://{sys.argv[1]}/v1/{sys.argv[2]}:publish", body, {"content-type": "application/json"})
assert b"messageIds" in urlopen(request).read()
"""
OURS_SENDING = """
import json, sys
from cloudless.message import Envelope
from cloudless_gcp.clients.cloud import GoogleCloud

cloud = GoogleCloud({"region": "europe-west1", "project": "bench", "queues": {"done": sys.argv[2]}})
assert not cloud.queues.send("done", [Envelope("a" * 32, '{"n":1}')])
"""
OFFICIAL = """
import sys
from google.cloud import pubsub_v1

publisher = pubsub_v1.PublisherClient()
assert publisher.publish(sys.argv[2], b'{"n":1}').result()
"""


def tables() -> list[Table]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        sys.path.insert(0, name)
        packaged(folder / "cold", "cold", COLD)
        (folder / "cold" / "empty.py").write_text(EMPTY)
        packaged(folder / "warm_push", "warm_push", WARM)
        sys.path.remove(name)
        return [*starting(folder / "cold"), *calls(folder / "warm_push"), sending(folder / "cold")]


def size_kib() -> float:
    """Our part of a function's archive."""
    with TemporaryDirectory() as name:
        sys.path.insert(0, name)
        made = packaged(Path(name) / "sized_push", "sized_push", COLD)
        sys.path.remove(name)
        return bundle(joined(_ours(made)), made).size / KIB


def packaged(folder: Path, name: str, program: str) -> Package:
    """The package of an application, unpacked into a folder."""
    folder.mkdir()
    (folder.parent / f"{name}.py").write_text(program)
    (folder / f"{name}.py").write_text(program)
    app = to_ir(import_module(name).app, entry=f"{name}:app")
    made = package(Ground(STAGE, app, Definitions()))
    for path, content in joined([*_ours(made), ("entries", made.files)]).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content if isinstance(content, bytes) else content.read_bytes())
    return made


def _ours(made: Package) -> list[tuple[str, Mapping[str, bytes | Path]]]:
    return [(own.module, lean_files(own_files(own, made.site))) for own in (made.core, *made.own)]


# --- cold ----------------------------------------------------------------------------------------------------


def starting(folder: Path) -> list[Table]:
    """How long a start takes."""
    framework = tools.find("functions-framework")
    subprocess.run([Path(framework).parent / "python", "-m", "compileall", "-q", str(folder)], check=True)
    sources = {"empty": ("empty.py", "receive"), "ours": ("cloudless_main.py", "on_take")}
    walls: dict[str, list[float]] = {name: [] for name in sources}
    works: dict[str, list[float]] = {name: [] for name in sources}
    entries: dict[str, list[float]] = {name: [] for name in sources}
    began, turn = monotonic(), warming(1)
    while not enough(turn, ROUNDS, began, BUDGET_S):
        turn += 1
        for name, (source, target) in sources.items():
            wall, work = started(framework, folder, source, target)
            entry = entered(framework, folder, source, target)
            if turn:
                walls[name].append(wall)
                works[name].append(work)
                entries[name].append(entry)
    kinds = (("until the answer", walls), ("of the processor", works), ("without the framework's own", entries))
    return [_started(f"A cold start under functions-framework, {what}", times) for what, times in kinds]


def _started(title: str, times: Mapping[str, list[float]]) -> Table:
    rows = (
        figure(times["empty"]).row("an empty function, whole", REFERENCE, "ms"),
        over(times["ours"], times["empty"]).row("cloudless, dict body", OURS, "ms", Goal(10, VALUE)),
    )
    return Table(title, "ms", rows, "ms more than an empty function, of which the first row is the whole")


def started(framework: str | Path, folder: Path, source: str, target: str) -> tuple[float, float]:
    """Seconds until the answer to the first push, and seconds of the processor that it took until then."""
    port = tools.free_port()
    words = ["--source", source, "--target", target, "--host", "127.0.0.1", "--port", str(port)]
    began = perf_counter()
    process = subprocess.Popen(
        [str(framework), *words], cwd=folder, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        status = answered(port)
        wall, work = perf_counter() - began, worked(process.pid)
    finally:
        process.terminate()
        process.wait()
    assert status == 204, status
    return wall, work


def entered(framework: str | Path, folder: Path, source: str, target: str) -> float:
    """Seconds of the processor for the function and its first push, once the framework is imported: hardly noisy."""
    words = [str(Path(framework).parent / "python"), "-c", ENTERED, target, source, push(TEXT).decode()]
    done = subprocess.run(words, cwd=folder, env=environment(), stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout)


def worked(pid: int) -> float:
    """Seconds of the processor that a process and its children had until now, 0 where Linux does not tell.

    https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat
    """
    found = 0.0
    for task in Path(f"/proc/{pid}/task").glob("*"):
        found += int((task / "schedstat").read_text().split()[0]) / 1e9
        found += sum(worked(int(child)) for child in (task / "children").read_text().split())
    return found


def environment() -> dict[str, str]:
    """Of a function."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return kept | {"K_SERVICE": "bench", "PYTHONDONTWRITEBYTECODE": "1", "THREADS": "1"}


def answered(port: int) -> int:
    """The status of a push, as soon as somebody answers."""
    pause, body = Event(), push(TEXT)
    while True:
        with suppress(ConnectionRefusedError), closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            connection.request("POST", "/", body, {"content-type": "application/json"})
            return connection.getresponse().status
        pause.wait(0.0005)


def push(text: str) -> bytes:
    """A push of a message of ours."""
    system = {"id": "a" * 32, "attempt": 1, "sent": 1767355200.25, "traceparent": f"00-{'a' * 32}-{'a' * 16}-01"}
    message = {
        "data": b64encode(text.encode()).decode(),
        "messageId": "7",
        "publishTime": "2026-01-02T12:00:00.250Z",
        "attributes": {"cloudless": json.dumps(system, separators=(",", ":"))},
    }
    return json.dumps({"message": message, "subscription": "projects/p/subscriptions/s", "deliveryAttempt": 1}).encode()


# --- warm ----------------------------------------------------------------------------------------------------


def calls(folder: Path) -> list[Table]:
    """What a call costs that comes then: measured by serving.py, in the framework's own Python."""
    python = Path(tools.find("functions-framework")).parent / "python"
    env = environment() | {"PYTHONPATH": os.pathsep.join([str(folder), str(ROOT), str(ROOT / "providers" / "gcp")])}
    words = [str(python), "-m", "tests.benchmarks.serving", push(TEXT).decode(), TEXT]
    done = subprocess.run(words, cwd=folder, env=env, stdout=subprocess.PIPE, text=True, check=True)
    found = {kind: {name: Figure(*one) for name, one in each.items()} for kind, each in json.loads(done.stdout).items()}
    note = "× a handler by hand with dicts, in functions-framework's request"
    queue, http = {"ours, dict body": 2.0}, {"ours, pydantic body": 2.5}
    return [
        table("A push under functions-framework, a message", found["queue"], queue, note=note, references=2),
        table("A request under functions-framework", found["http"], http, note=note, references=2),
    ]


# --- sending -------------------------------------------------------------------------------------------------


def sending(folder: Path) -> Table:
    """From the start of a process to its first message."""
    python = Path(tools.find("functions-framework")).parent / "python"
    theirs = catalogue.python("google")
    (folder / "bare.py").write_text(SENDING)
    (folder / "ours.py").write_text(OURS_SENDING)
    (folder / "official.py").write_text(OFFICIAL)
    pythons = {"bare": python, "ours": python, "official": theirs} if theirs else {"bare": python, "ours": python}
    times: dict[str, list[float]] = {name: [] for name in pythons}
    with pubsub_emulator() as host:
        with closing(HTTPConnection(host, timeout=30)) as connection:
            connection.request("PUT", f"/v1/{TOPIC}", "{}", {"content-type": "application/json"})
            assert connection.getresponse().status == 200
        env = environment() | {"PUBSUB_EMULATOR_HOST": host, "PYTHONPATH": str(folder / "packages")}
        since, turn = monotonic(), warming(1)
        while not enough(turn, ROUNDS, since, BUDGET_S):
            turn += 1
            for name, took in times.items():
                began = perf_counter()
                subprocess.run([pythons[name], f"{name}.py", host, TOPIC], cwd=folder, env=env, check=True)
                if turn:
                    took.append(perf_counter() - began)
    return Table(
        "A process of a function until its first message is at Pub/Sub's emulator", "ms", _sent(times), "× urllib"
    )


def _sent(times: Mapping[str, list[float]]) -> tuple[Row, ...]:
    """The rows of the three; of two where Google's client is not installed."""
    bare = times["bare"]
    rows = [
        figure(bare, bare).row("urllib, by hand", REFERENCE, "ms"),
        figure(times["ours"], bare).row("cloudless", OURS, "ms", Goal(1.3)),
    ]
    if "official" not in times:
        return (*rows, Row("google-cloud-pubsub", PEER, failed="not installed"))
    version = catalogue.peer("google").requirements[0].partition("==")[2]
    return (*rows, figure(times["official"], bare).row("google-cloud-pubsub", PEER, "ms", version=version))
