"""Lambda functions: ours, as they are generated, against handlers that one writes by hand.

A cold start is that of a process with Amazon's own runtime client, from its start to the answer to an event of SQS, in
a folder that holds what a zip does, byte code included. Calls are measured in this process, in turns. Needs the tool
`awslambdaric`: `python -m tests.tools install awslambdaric`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from cloudless.compiler import Definitions
from cloudless.compiler.bundle import bundle, joined
from cloudless.compiler.lean import lean_files
from cloudless.compiler.package import Package
from cloudless.compiler.sources import own_files
from cloudless.config.stage import Stage
from cloudless.driver.current import serve_from
from cloudless.frontend import compile as to_ir
from cloudless_aws.clients.cloud import AwsCloud
from cloudless_aws.compile.ground import Ground
from cloudless_aws.compile.package import package
from cloudless_aws.runtime.http import endpoint
from cloudless_aws.runtime.queue import consumer
from providers.aws.tests.runtimeapi import Call, Instance
from tests import tools
from tests.benchmarks.order import TEXT, Order
from tests.benchmarks.rounds import compare, show

ROUNDS = 25
CALLS = 1_000
BATCH = 10
KIB = 1024
STAGE = Stage.model_validate({"name": "prod", "provider": "aws", "region": "eu-central-1", "python": "3.12"})

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
WARM = """
from typing import Any
from cloudless import App
from tests.benchmarks.order import Order

app = App("warm")
handled = [0]

@app.queue("orders", dict[str, Any]).consumer
def take(order: dict[str, Any]) -> None:
    handled[0] += order["n"]

@app.queue("typed", Order).consumer
def take_typed(order: Order) -> None:
    handled[0] += order.n

@app.post("/orders/{id}", public=True)
def create(id: int, order: Order) -> dict[str, Any]:
    return {"id": id, "count": sum(line.qty for line in order.lines)}
"""
SYSTEM = (
    '{"id":"0123456789abcdef0123456789abcdef","attempt":1,"sent":1767355200.25,'
    '"traceparent":"00-0123456789abcdef0123456789abcdef-0123456789abcdef-01","correlation":"c"}'
)
FEW = {"content-type": "application/json", "host": "id.execute-api.eu-central-1.amazonaws.com"}
MANY = {
    **FEW, "accept": "*/*", "accept-encoding": "gzip, deflate, br", "content-length": str(len(TEXT)), "user-agent": "x",
    "x-amzn-trace-id": "Root=1-65a1b2c3-0123456789abcdef01234567", "x-forwarded-for": "203.0.113.7",
    "x-forwarded-port": "443", "x-forwarded-proto": "https",
}  # fmt: skip
"""Headers of a request: what there is at least, and what browsers and the gateway send besides."""


class Context:
    """What Lambda says of an event."""

    aws_request_id = "8f5ac2bc-0a1e-4d27-8a3c-1f8c9c2f0e11"
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:bench:live"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 600_000


def main() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        sys.path.insert(0, name)
        cold = packaged(folder / "cold", "cold", COLD)
        (folder / "cold" / "by_hand.py").write_text(BY_HAND)
        size = bundle(joined(_ours(cold)), cold).size
        print("\nour part of a Lambda's zip")
        print(f"  zipped                                       {size / KIB:>10.1f} KiB   goal ≤ 150 KiB")
        starting(folder / "cold")
        warm = packaged(folder / "warm", "warm", WARM)
        calls(warm)
        sys.path.remove(name)


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
    python = str(tools.require("awslambdaric"))
    subprocess.run([python, "-m", "compileall", "-q", str(folder)], check=True)
    handlers = {"by hand": "by_hand.handler", "ours": "cloudless_entry.on_take.handler"}
    walls: dict[str, list[float]] = {name: [] for name in handlers}
    works: dict[str, list[float]] = {name: [] for name in handlers}
    for turn in range(ROUNDS + 1):
        for name, handler in handlers.items():
            wall, work = started(python, folder, handler)
            if turn:
                walls[name].append(wall)
                works[name].append(work)
    print("\nLambda, from the start of a process to a handled message")
    for title, times in (("until the answer", walls), ("of the processor", works)):
        over = median(ours - theirs for ours, theirs in zip(times["ours"], times["by hand"], strict=True))
        print(f"  by hand, {title:<35} {median(times['by hand']) * 1e3:>10.2f} ms")
        print(f"  ours over by hand, {title:<25} {over * 1e3:>10.2f} ms   goal ≤ 6 ms")


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
    assert json.loads(answer.body) == {"batchItemFailures": []}, answer
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

    def wait(self) -> int:
        _, status, used = os.wait4(self._popen.pid, 0)
        self.work = used.ru_utime + used.ru_stime
        self._popen.returncode = os.waitstatus_to_exitcode(status)
        return self._popen.returncode

    def output(self) -> str:
        return ""

    def close(self) -> None:
        self._popen.kill()


# --- warm ----------------------------------------------------------------------------------------------------


def calls(made: Package) -> None:
    """What a call costs that comes then."""
    program: Any = import_module("warm")
    cloud = AwsCloud({})
    serve_from(cloud)
    take, typed = (consumer(_facts(made, name), cloud) for name in ("on_take", "on_take_typed"))
    show(
        "an event of 10 messages, per message",
        compare({
            "json.loads, in a loop by hand": lambda: timed(by_hand(program), sqs_event(BATCH), BATCH),
            "ours, dict body": lambda: timed(take, sqs_event(BATCH), BATCH),
            "ours, dict body, sent by us": lambda: timed(take, sqs_event(BATCH, ours=True), BATCH),
            "ours, pydantic body": lambda: timed(typed, sqs_event(BATCH), BATCH),
            "ours, pydantic body, sent by us": lambda: timed(typed, sqs_event(BATCH, ours=True), BATCH),
        }),
        {"ours, dict body": 1.8, "ours, dict body, sent by us": 1.8, "ours, pydantic body": 2.0,
         "ours, pydantic body, sent by us": 2.0},
    )  # fmt: skip
    answer = endpoint(_facts(made, "http_create"), cloud)
    show(
        "an event of API Gateway, per request",
        compare({
            "dicts, by hand": lambda: timed(answer_by_hand, http_event(FEW), 1),
            "pydantic, by hand": lambda: timed(answer_typed_by_hand, http_event(FEW), 1),
            "ours, pydantic body": lambda: timed(answer, http_event(FEW), 1),
            "ours, pydantic body, 10 headers": lambda: timed(answer, http_event(MANY), 1),
        }),
        {"ours, pydantic body": 2.5},
    )  # fmt: skip


def _facts(made: Package, module: str) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(made.files[f"cloudless_entry/{module}.json"])["facts"]
    return facts


def by_hand(program: Any) -> Any:
    handled = program.handled

    def use(order: dict[str, Any]) -> None:
        handled[0] += order["n"]

    def handler(event: Any, context: object) -> Any:
        failed: list[dict[str, str]] = []
        for record in event["Records"]:
            try:
                use(json.loads(record["body"]))
            except Exception:  # noqa: BLE001
                failed.append({"itemIdentifier": record["messageId"]})
        return {"batchItemFailures": failed}

    return handler


def answer_by_hand(event: Any, context: object) -> Any:
    order = json.loads(event["body"])
    found = {"id": int(event["pathParameters"]["id"]), "count": sum(line["qty"] for line in order["lines"])}
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(found)}


def answer_typed_by_hand(event: Any, context: object) -> Any:
    order = Order.model_validate_json(event["body"])
    found = {"id": int(event["pathParameters"]["id"]), "count": sum(line.qty for line in order.lines)}
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(found)}


def timed(handler: Any, event: Any, units: int) -> float:
    """Seconds a unit."""
    began = perf_counter()
    for _ in range(CALLS):
        handler(event, Context)
    return (perf_counter() - began) / CALLS / units


def sqs_event(count: int, *, ours: bool = False) -> dict[str, Any]:
    """Messages as Lambda hands them over. ours: sent by a program of ours."""
    attributes = {"cloudless": {"stringValue": SYSTEM, "dataType": "String"}} if ours else {}
    return {
        "Records": [
            {
                "messageId": f"059f36b4-87a3-44ab-83d2-66197{n:07d}",
                "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
                "body": TEXT,
                "attributes": {
                    "ApproximateReceiveCount": "1",
                    "SentTimestamp": "1767355200250",
                    "SenderId": "AIDAIENQZJOLO23YVJ4VO",
                    "ApproximateFirstReceiveTimestamp": "1767355200255",
                },
                "messageAttributes": attributes,
                "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:orders",
                "awsRegion": "eu-central-1",
            }
            for n in range(count)
        ]
    }


def http_event(headers: Mapping[str, str]) -> dict[str, Any]:
    """A request as API Gateway hands it over."""
    return {
        "version": "2.0",
        "routeKey": "POST /orders/{id}",
        "rawPath": "/orders/7",
        "rawQueryString": "",
        "headers": headers,
        "pathParameters": {"id": "7"},
        "requestContext": {
            "accountId": "123456789012", "apiId": "id", "stage": "$default", "requestId": "id",
            "http": {"method": "POST", "path": "/orders/7", "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7"},
        },
        "body": TEXT,
        "isBase64Encoded": False,
    }  # fmt: skip
