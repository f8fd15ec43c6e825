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
from contextlib import suppress
from http.client import HTTPConnection
from importlib import import_module
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Event
from time import perf_counter

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
from tests.benchmarks.order import TEXT
from tests.benchmarks.rounds import show

ROOT = Path(__file__).parents[2]
ROUNDS = 15
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
OURS = """
import json, sys
from cloudless.message import Envelope
from cloudless_gcp.clients.cloud import GoogleCloud

cloud = GoogleCloud({"region": "europe-west1", "project": "bench", "queues": {"done": sys.argv[2]}})
assert not cloud.queues.send("done", [Envelope("a" * 32, '{"n":1}')])
"""


def main() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        sys.path.insert(0, name)
        cold = packaged(folder / "cold", "cold", COLD)
        (folder / "cold" / "empty.py").write_text(EMPTY)
        size = bundle(joined(_ours(cold)), cold).size
        print("\nour part of a function's archive")
        print(f"  zipped                                       {size / KIB:>10.1f} KiB   goal ≤ 150 KiB")
        starting(folder / "cold")
        packaged(folder / "warm", "warm", WARM)
        calls(folder / "warm")
        sys.path.remove(name)
        sending(folder / "cold")


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


def starting(folder: Path) -> None:
    """How long a start takes."""
    framework = tools.require("functions-framework")
    subprocess.run([Path(framework).parent / "python", "-m", "compileall", "-q", str(folder)], check=True)
    sources = {"empty": ("empty.py", "receive"), "ours": ("cloudless_main.py", "on_take")}
    walls: dict[str, list[float]] = {name: [] for name in sources}
    works: dict[str, list[float]] = {name: [] for name in sources}
    entries: dict[str, list[float]] = {name: [] for name in sources}
    for turn in range(ROUNDS + 1):
        for name, (source, target) in sources.items():
            wall, work = started(framework, folder, source, target)
            entry = entered(framework, folder, source, target)
            if turn:
                walls[name].append(wall)
                works[name].append(work)
                entries[name].append(entry)
    print("\na function under functions-framework, from the start of a process to a handled push")
    titles = (("until the answer", walls), ("of the processor", works), ("without the framework's own", entries))
    for title, times in titles:
        over = median(ours - theirs for ours, theirs in zip(times["ours"], times["empty"], strict=True))
        print(f"  an empty function, {title:<25} {median(times['empty']) * 1e3:>10.2f} ms")
        print(f"  ours over it, {title:<30} {over * 1e3:>10.2f} ms   goal ≤ 10 ms")


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
        with suppress(ConnectionRefusedError):
            connection = HTTPConnection("127.0.0.1", port, timeout=30)
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


def calls(folder: Path) -> None:
    """What a call costs that comes then: measured by serving.py, in the framework's own Python."""
    python = Path(tools.require("functions-framework")).parent / "python"
    env = environment() | {"PYTHONPATH": os.pathsep.join([str(folder), str(ROOT), str(ROOT / "providers" / "gcp")])}
    words = [str(python), "-m", "tests.benchmarks.serving", push(TEXT).decode(), TEXT]
    done = subprocess.run(words, cwd=folder, env=env, stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(done.stdout)
    show("a push, per message, in functions-framework's request", found["queue"], {"ours, dict body": 2.0})
    show("a request, in functions-framework's request", found["http"], {"ours, pydantic body": 2.5})


# --- sending -------------------------------------------------------------------------------------------------


def sending(folder: Path) -> None:
    """From the start of a process to its first message."""
    python = Path(tools.require("functions-framework")).parent / "python"
    (folder / "bare.py").write_text(SENDING)
    (folder / "ours.py").write_text(OURS)
    times: dict[str, list[float]] = {"bare": [], "ours": []}
    with pubsub_emulator() as host:
        connection = HTTPConnection(host, timeout=30)
        connection.request("PUT", f"/v1/{TOPIC}", "{}", {"content-type": "application/json"})
        assert connection.getresponse().status == 200
        env = environment() | {"PUBSUB_EMULATOR_HOST": host, "PYTHONPATH": str(folder / "packages")}
        for turn in range(ROUNDS + 1):
            for name, took in times.items():
                began = perf_counter()
                subprocess.run([python, f"{name}.py", host, TOPIC], cwd=folder, env=env, check=True)
                if turn:
                    took.append(perf_counter() - began)
    ratio = median(ours / bare for ours, bare in zip(times["ours"], times["bare"], strict=True))
    print("\nfrom the start of a process to the first message from inside a function")
    print(f"  urllib                                       {median(times['bare']) * 1e3:>10.2f} ms")
    print(f"  ours {ratio:>54.2f} ×   goal ≤ 1.3 ×")
