"""`cloudless dev` as people use it: a process, real HTTP on loopback, and what it prints."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection
from json import dumps, loads
from pathlib import Path
from queue import Empty, SimpleQueue
from socket import create_connection, create_server
from threading import Thread
from typing import Any, NamedTuple

import pytest

from tests.unit.cli.conftest import Run

pytest.importorskip("uvicorn", reason="needs the extra dev")
ROOT = str(Path(__file__).parents[3])
PATIENCE_S = 30  # of a machine that is busy with other tests
TOML = 'app = "stall_app:app"\n\n[stages.dev]\nprovider = "memory"\nconfig = { greeting = "hello" }\n'
APP = """\
import asyncio
import os
from datetime import timedelta

from cloudless import App, HttpError, Retry, api_key, jwt

app = App("stall")
key = app.secret("api-key")
spare = app.secret("spare-key")
greeting = app.config("greeting", str)
orders = app.queue("orders", dict[str, str], retry=Retry(attempts=2))
notes = app.queue("notes", dict[str, str])
drafts = app.queue("drafts", dict[str, str])
placed = app.topic("placed", dict[str, str])


@app.get("/", public=True)
async def root() -> dict[str, object]:
    return {"version": 1, "greeting": greeting.value, "process": os.getpid()}


@app.post("/orders", public=True, status=201)
def create(order: dict[str, str]) -> dict[str, str]:
    orders.send(order)
    return order


@app.get("/orders/{id}", auth=api_key(key))
def show(id: str) -> dict[str, str]:
    if id == "none":
        raise HttpError(404, "no such order")
    return {"id": id}


@app.get("/spare", auth=api_key(spare))
def spared() -> str:
    return "spare"


@app.get("/me", auth=jwt(issuer="https://issuer.example", audience="stall"))
def me() -> str:
    return "me"


@app.get("/echo", public=True)
async def echo() -> str:
    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(reply, "127.0.0.1", 0) as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"back from the wire\\n")
        line = await reader.readline()
        writer.close()
        await writer.wait_closed()
        return line.decode().strip()


@app.get("/end", public=True)
def end() -> None:
    raise SystemExit(3)


@app.post("/bytes", public=True)
def size(body: bytes) -> int:
    return len(body)


@orders.consumer
def take(order: dict[str, str]) -> None:
    print("taking", order["id"])
    if order["id"] == "flaky":
        raise ConnectionError("the shop\\nis down")
    placed.publish(order)


@placed.subscriber
async def pack(order: dict[str, str]) -> None: ...


hidden = {}


@app.get("/hide", public=True)
def hide() -> None:
    hidden["send"] = notes.send


@app.get("/sneak", public=True)
def sneak() -> None:
    hidden["send"]({"id": "1"})


@app.schedule(every=timedelta(minutes=1))
def tick() -> None: ...


@app.schedule("0 8 * * *", timezone="Europe/Berlin")
def report() -> None: ...
"""


class Reply(NamedTuple):
    status: int
    type: str
    body: bytes


class Dev:
    """A running `cloudless dev`. lines: what it has printed and nobody has waited for yet."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.seen: list[str] = []
        self._lines: SimpleQueue[str | None] = SimpleQueue()
        self._reader = Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def wait_for(self, pattern: str) -> str:
        """The next line that matches."""
        while True:
            try:
                line = self._lines.get(timeout=PATIENCE_S)
            except Empty:
                line = None
            assert line is not None, f"no {pattern!r} in:\n" + "\n".join(self.seen)
            self.seen.append(line)
            if re.search(pattern, line):
                return line

    def wait_for_start(self) -> None:
        self.port = int(self.wait_for(r"http://").rpartition(":")[2])
        self.wait_for(r"Ctrl-C stops it")

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """The answer to a request. headers: with _ for -."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None and not isinstance(body, bytes):
            body, named = dumps(body), {"Content-Type": "application/json", **named}
        with closing(connection):
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return Reply(answer.status, answer.getheader("content-type", ""), answer.read())

    def get(self, path: str) -> Any:
        return loads(self.ask("GET", path).body)

    def ended(self) -> int:
        """The exit code, and the rest of the output in `seen`."""
        code = self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        while (line := self._lines.get(timeout=PATIENCE_S)) is not None:
            self.seen.append(line)
        return code


Start = Callable[..., Dev]


@contextmanager
def running(folder: Path, *words: str, **environment: str) -> Generator[Dev]:
    """Runs `cloudless dev` on a free port, and ends it."""
    command = [sys.executable, "-m", "cloudless.cli", "dev", "--port", "0", *words]
    env = {**os.environ, "PYTHONPATH": ROOT, "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1", **environment}
    with subprocess.Popen(
        command,
        cwd=folder,
        env=env,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        dev = Dev(process)
        try:
            yield dev
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def project(folder: Path) -> Path:
    (folder / "cloudless.toml").write_text(TOML)
    (folder / "stall_app.py").write_text(APP)
    return folder


@pytest.fixture
def stall(tmp_path: Path) -> Path:
    return project(tmp_path)


@pytest.fixture
def start(stall: Path) -> Iterator[Start]:
    with ExitStack() as stack:
        yield lambda *words, **environment: stack.enter_context(running(stall, *words, **environment))


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    """One server for the tests that leave nothing behind; a minute passes in a second."""
    folder = project(tmp_path_factory.mktemp("stall"))
    words = ("--no-reload", "--speed", "60", "--secret", "api-key=hush")
    with running(folder, *words, CLOUDLESS_SECRET_API_KEY="other") as found:
        found.wait_for_start()
        yield found
        found.process.terminate()
        assert found.ended() == 0
        assert not any("Traceback" in line for line in found.seen)


def test_the_start_says_what_there_is(dev: Dev) -> None:
    lines = [re.sub(r"next .*", "next …", line) for line in dev.seen[1:15]]
    assert lines == [
        "  GET   /             root    public",
        "  POST  /orders       create  public",
        "  GET   /orders/{id}  show    X-Api-Key of secret api-key",
        "  GET   /spare        spared  X-Api-Key of secret spare-key",
        "  GET   /me           me      token of https://issuer.example",
        "  GET   /echo         echo    public",
        "  GET   /end          end     public",
        "  POST  /bytes        size    public",
        "  GET   /hide         hide    public",
        "  GET   /sneak        sneak   public",
        "  schedule  report  0 8 * * *   next …",
        "  schedule  tick    every 60 s  next …",
        "  queues  drafts, notes, orders",
        "  topics  placed",
    ]
    assert dev.seen[0].startswith("stall  http://127.0.0.1:")
    assert dev.seen[-1] == "running, 60 times as fast as the clock on the wall; Ctrl-C stops it"


def test_a_secret_without_a_value_is_named_at_the_start(dev: Dev) -> None:
    remedy = "set CLOUDLESS_SECRET_SPARE_KEY, or give cloudless dev --secret spare-key=…"
    assert [line for line in dev.seen if line.startswith("warning")] == [
        f"warning: secret 'spare-key' has no value: {remedy}"
    ]


def test_endpoints_answer_with_the_configuration_of_the_stage(dev: Dev) -> None:
    answer = dev.ask("GET", "/")
    assert (answer.status, answer.type) == (200, "application/json")
    assert loads(answer.body) == {"version": 1, "greeting": "hello", "process": dev.process.pid}
    assert re.match(r"\w{3} [\d:]{8}  GET / 200 \d+ ms$", dev.wait_for(r"GET / "))


def test_an_async_endpoint_does_real_input_and_output(dev: Dev) -> None:
    assert dev.ask("GET", "/echo").body == b'"back from the wire"'


def test_an_option_gives_a_secret_before_the_environment_does(dev: Dev) -> None:
    assert dev.ask("GET", "/orders/7", x_api_key="other").status == 401
    assert dev.ask("GET", "/orders/7", x_api_key="hush").status == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "detail"),
    [
        ("GET", "/orders/none", 404, "no such order"),
        ("GET", "/nowhere", 404, "there is nothing at this path"),
        ("GET", "/orders/%zz", 400, "the path cannot be read"),
        ("DELETE", "/orders", 405, "this path has OPTIONS, POST"),
        ("POST", "/orders", 422, ""),
        ("GET", "/end", 502, "the function died"),
    ],
)
def test_errors_are_problem_details(dev: Dev, method: str, path: str, status: int, detail: str) -> None:
    answer = dev.ask(method, path, [] if method == "POST" else None, x_api_key="hush")
    assert (answer.status, answer.type) == (status, "application/problem+json")
    assert loads(answer.body)["detail"].startswith(detail)


def test_head_has_the_headers_of_get_and_no_body(dev: Dev) -> None:
    with create_connection(("127.0.0.1", dev.port), PATIENCE_S) as raw:
        raw.sendall(b"HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        head, _, body = b"".join(iter(lambda: raw.recv(65_536), b"")).partition(b"\r\n\r\n")
    assert (head.split(b"\r\n")[0], body) == (b"HTTP/1.1 200 OK", b"")
    assert int(re.findall(rb"content-length: (\d+)", head)[0]) > 20


def test_a_message_is_followed_from_hand_to_hand(dev: Dev) -> None:
    assert dev.ask("POST", "/orders", {"id": "1"}).status == 201
    dev.wait_for(r"POST /orders 201 \d+ ms$")
    dev.wait_for(r'  send orders {"id": "1"}$')
    dev.wait_for(r"^taking 1$")
    dev.wait_for(r"  take ✓$")
    dev.wait_for(r'    publish placed {"id": "1"}$')
    dev.wait_for(r"  pack ✓$")


def test_a_failure_is_told_with_its_line_and_comes_again_after_its_back_off(dev: Dev) -> None:
    line = APP.splitlines().index('        raise ConnectionError("the shop\\nis down")') + 1
    dev.ask("POST", "/orders", {"id": "flaky"})
    why = "ConnectionError: the shop is down"
    dev.wait_for(rf"  take ✗ attempt 1: {why}, again in [\d.]+ m?s  stall_app\.py:{line}$")
    dev.wait_for(rf"  take ✗ attempt 2: {why}  stall_app\.py:{line}$")
    dev.wait_for(rf"    dead letter in orders-dead-letters: {why}$")


def test_a_schedule_runs_when_it_is_due(dev: Dev) -> None:
    first, second = dev.wait_for("fire tick"), dev.wait_for("fire tick")
    assert re.search(r"\d\d:\d\d:00", first) and re.search(r"\d\d:\d\d:00", second)
    assert first != second
    dev.wait_for("tick ✓")


def test_what_a_handler_may_not_do_is_an_error_of_the_server(dev: Dev) -> None:
    assert dev.ask("GET", "/hide").status == 204
    assert dev.ask("GET", "/sneak").status == 500
    line = dev.wait_for(r"GET /sneak 500")
    assert "PermissionDenied: handler 'sneak' may not send queue 'notes'" in line
    assert dev.ask("GET", "/").status == 200


@pytest.mark.parametrize("host", ["shop.example", "127.0.0.1.shop.example:80", "192.168.0.1", "localhost.", ""])
def test_a_request_for_another_host_is_refused_with_a_hint(dev: Dev, host: str) -> None:
    answer = dev.ask("GET", "/", Host=host)
    assert answer.status == 403
    assert loads(answer.body)["detail"].endswith("name this host: cloudless dev --host")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:8000", "[::1]:8000", "[::1]"])
def test_a_request_for_this_machine_is_not(dev: Dev, host: str) -> None:
    assert dev.ask("GET", "/", Host=host).status == 200


@pytest.mark.parametrize(("size", "status"), [(4_194_304, 200), (4_194_305, 413), (11_000_000, 413)])
def test_a_body_has_at_most_4_mib(dev: Dev, size: int, status: int) -> None:
    assert dev.ask("POST", "/bytes", bytes(size)).status == status
    assert dev.ask("GET", "/").status == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"GARBAGE\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: shop.example\r\n\r\n",
        b"POST /bytes HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
        b"GET /" + b"x" * 100_000,
    ],
)
def test_what_is_no_http_is_a_bad_request(dev: Dev, sent: bytes) -> None:
    with create_connection(("127.0.0.1", dev.port), PATIENCE_S) as raw:
        raw.sendall(sent)
        assert raw.recv(65_536).startswith(b"HTTP/1.1 400 ")


# --- what ends at once


@pytest.mark.parametrize("words", [[], ["--no-reload"]])
def test_a_port_that_is_taken_is_one_error_before_anything_is_started(
    home: Path, cloudless: Run, words: list[str]
) -> None:
    (home / "wares_app.py").write_text("print('imported')\n")
    with create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = cloudless("dev", "--port", str(port), *words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"error: port {port} is taken: end what listens there, or choose another")
    assert "--port" in result.stderr


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--speed", "0"], "error: --speed 0: give a number above 0, up to 100,000"),
        (["--speed", "nan"], "error: --speed nan: give a number above 0, up to 100,000"),
        (["--secret", "x"], "error: --secret: write NAME=VALUE"),
        (["--host", ""], "error: --host is empty: give 127.0.0.1, or 0.0.0.0 for every interface"),
        (["--host", "192.0.2.1"], "error: --host 192.0.2.1: this machine has no such address"),
        (["--config", "none.toml"], "none.toml  CL501  there is no none.toml in "),
        (["--no-reload", "--stage", "prod"], "error: cloudless.toml has no stage 'prod'"),
        (
            ["--no-reload", "--secret", "api-kye=x"],
            "error: app 'shop' has no secret 'api-kye': did you mean 'api-key'?",
        ),
    ],
)
def test_what_cannot_begin_is_one_error(home: Path, cloudless: Run, words: list[str], text: str) -> None:
    (home / "wares_app.py").write_text('from cloudless import App\napp = App("shop")\nkey = app.secret("api-key")\n')
    result = cloudless("dev", "--port", "0", *words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(text)


def test_without_its_extra_it_says_what_to_install(cloudless: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    result = cloudless("dev")
    assert (result.exit_code, result.stderr) == (
        1,
        "error: cloudless dev needs uvicorn and starlette: pip install 'cloudless-sdk[cli,dev]'\n",
    )


def test_a_program_with_errors_is_told_as_check_tells_it(home: Path, cloudless: Run) -> None:
    app = (home / "wares_app.py").read_text()
    (home / "wares_app.py").write_text(app + "@orders.consumer\ndef again(order: dict) -> None: ...\n")
    result = cloudless("dev", "--port", "0", "--no-reload")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr in cloudless("check").stdout


def test_help_says_what_a_reload_keeps(cloudless: Run) -> None:
    shown = " ".join(cloudless("dev", "--help").stdout.split())
    assert "with its messages, delays, dead letters and executions" in shown
    assert not any(hidden in shown for hidden in ("--fd", "--parent", "--state", "--go"))


def test_the_page_is_served_beside_the_endpoints(dev: Dev) -> None:
    assert b"<title>cloudless dev</title>" in dev.ask("GET", "/_cloudless/").body
    assert dev.get("/_cloudless/api/app")["name"] == "stall"
    assert dev.ask("GET", "/_cloudlessly").status == 404  # the application's
    assert dev.ask("GET", "/_cloudless/", Host="shop.example").status == 403
    assert dev.ask("GET", "/_cloudless/", Origin="http://shop.example").status == 403


def test_what_is_sent_on_the_page_is_told_in_the_terminal(dev: Dev) -> None:
    assert dev.ask("POST", "/_cloudless/api/actions/send", {"queue": "orders", "body": '{"id": "p"}'}).status == 200
    dev.wait_for(r'send orders {"id": "p"}$')
    dev.wait_for(r"  pack ✓$")


# --- with reload


def test_an_edit_is_served_within_a_moment_on_the_same_port(start: Start, stall: Path) -> None:
    dev = start()
    dev.wait_for_start()
    assert dev.get("/")["version"] == 1
    port = dev.port
    (stall / "stall_app.py").write_text(APP.replace('"version": 1', '"version": 2'))
    dev.wait_for("^-- stall_app.py changed: starting again$")
    assert dev.get("/")["version"] == 2  # not refused: it waits for the new server
    dev.wait_for_start()
    assert dev.port == port


READER = """
@notes.consumer
def read(note: dict[str, str]) -> None:
    print("reading", note["id"])
"""


@pytest.mark.slow
def test_queued_messages_outlive_an_edit_and_a_mistake_but_not_their_queue(start: Start, stall: Path) -> None:
    dev = start()
    dev.wait_for_start()
    for queue, number in (("notes", "1"), ("notes", "2"), ("drafts", "3")):
        dev.ask("POST", "/_cloudless/api/actions/send", {"queue": queue, "body": f'{{"id": "{number}"}}'})
    dev.wait_for("send drafts.*3")
    (stall / "stall_app.py").write_text(APP + "x = 1 +\n")
    dev.wait_for("^-- waiting for a change$")
    (stall / "stall_app.py").write_text((APP + READER).replace('app.queue("drafts"', 'app.queue("sketches"'))
    dev.wait_for("^warning: lost 1 messages of 'drafts', which is gone$")
    assert {dev.wait_for("^reading ")[-1] for _ in range(2)} == {"1", "2"}


@pytest.mark.slow
def test_an_edit_waits_for_no_handler_and_loses_no_message(start: Start, stall: Path) -> None:
    blocking = APP.replace(
        'print("taking", order["id"])', 'print("blocked", flush=True); __import__("time").sleep(600)'
    )
    (stall / "stall_app.py").write_text(blocking)
    dev = start()
    dev.wait_for_start()
    for number in ("1", "2"):
        dev.ask("POST", "/_cloudless/api/actions/send", {"queue": "notes", "body": f'{{"id": "{number}"}}'})
    dev.ask("POST", "/orders", {"id": "3"})
    dev.wait_for("^blocked$")
    (stall / "stall_app.py").write_text(APP + READER)
    told = {dev.wait_for("^(reading|taking) ") for _ in range(3)}
    assert told == {"reading 1", "reading 2", "taking 3"}


@pytest.mark.slow
def test_a_broken_program_is_told_and_served_again_when_mended(start: Start, stall: Path) -> None:
    (stall / "stall_app.py").write_text(APP + "x = 1 +\n")
    dev = start()
    dev.wait_for(r"stall_app.py:\d+:\d+  CL\d+  importing 'stall_app' raised SyntaxError: invalid syntax")
    dev.wait_for("^-- waiting for a change$")
    (stall / "stall_app.py").write_text(APP + "@orders.consumer\ndef more(order: dict[str, str]) -> None: ...\n")
    dev.wait_for("CL161")
    dev.wait_for("^-- waiting for a change$")
    (stall / "stall_app.py").write_text(APP)
    dev.wait_for_start()
    assert dev.get("/")["version"] == 1
    (stall / "cloudless.toml").write_text("app = 5\n")
    dev.wait_for("^-- waiting for a change$")
    with pytest.raises(ConnectionRefusedError):
        dev.get("/")
    (stall / "cloudless.toml").write_text(TOML)
    dev.wait_for_start()


def is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_a_signal_stops_it_and_leaves_nothing_running(start: Start, number: signal.Signals) -> None:
    dev = start()
    dev.wait_for_start()
    child = dev.get("/")["process"]
    assert child != dev.process.pid
    if number == signal.SIGINT:
        os.killpg(dev.process.pid, number)  # as a terminal does it
    else:
        dev.process.send_signal(number)
    assert dev.ended() == 0
    assert not is_there(child)
    assert not re.search("Traceback|Error|Abort", "\n".join(dev.seen))


@pytest.mark.slow
def test_a_server_whose_supervisor_was_killed_ends_too(start: Start) -> None:
    dev = start()
    dev.wait_for_start()
    dev.process.kill()
    dev.ended()  # its output ends when the last process that holds it has ended
