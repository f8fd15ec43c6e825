"""Chalice: AWS's framework for functions on Lambda."""

from __future__ import annotations

import json
from functools import cache
from importlib import import_module
from time import perf_counter
from typing import Any

from tests.benchmarks.payload import FEW, RECORDS, TEXT, Context, rest_event
from tests.benchmarks.peers import Contestant, Peer, counted

PEER = Peer(
    name="chalice",
    requirements=("chalice==1.34.0", "awslambdaric==4.2.2", "pydantic==2.14.3"),
    link="https://aws.github.io/chalice/topics/testing",
    used="on_sqs_message, routes with pydantic by hand, chalice.test.Client, `chalice package` to CloudFormation",
    more="S3, Kinesis, DynamoDB streams, websockets",
    less="a batch fails as a whole, no dead letters, no delays, one role for all; bodies are decoded by the handler",
)


def model() -> Any:
    return import_module("tests.benchmarks.order").Order


@cache
def application() -> tuple[Any, Any, list[int]]:
    """An app with a route, its consumer, and what that handled."""
    app: Any = import_module("chalice").Chalice(app_name="bench")
    order, handled = model(), [0]

    def take(event: Any) -> None:
        for record in event:
            handled[0] += json.loads(record.body)["n"]

    def create(id: str) -> dict[str, Any]:
        found = order.model_validate_json(app.current_request.raw_body)
        return {"id": int(id), "count": sum(line.qty for line in found.lines)}

    app.route("/orders/{id}", methods=["POST"])(create)
    return app, app.on_sqs_message(queue="orders", batch_size=10)(take), handled


def batch(count: int) -> float:
    _, take, handled = application()
    handled[0] = 0
    began = perf_counter()
    for _ in range(0, count, 10):
        take(RECORDS, Context)
    took = perf_counter() - began
    counted(handled[0], -(-count // 10) * 10)
    return took


def request(count: int) -> float:
    app, *_ = application()
    event = rest_event(FEW)
    assert json.loads(app(event, Context)["body"]) == {"id": 7, "count": 3}
    began = perf_counter()
    for _ in range(count):
        app(event, Context)
    return perf_counter() - began


def client(count: int) -> float:
    app, *_ = application()
    headers = {"content-type": "application/json"}
    with import_module("chalice.test").Client(app) as opened:
        assert opened.http.post("/orders/7", body=TEXT, headers=headers).json_body == {"id": 7, "count": 3}
        began = perf_counter()
        for _ in range(count):
            opened.http.post("/orders/7", body=TEXT, headers=headers)
        return perf_counter() - began


CONTESTANTS = (
    Contestant("batch", "chalice on_sqs_message, dicts", batch, 3_000),
    Contestant("request", "chalice, a route and pydantic", request, 1_000),
    Contestant("client", "chalice.test.Client", client, 1_000),
)
FIRST = {
    "a request": """
from chalice import Chalice
from chalice.test import Client

app = Chalice(app_name="first")

@app.route("/orders", methods=["POST"])
def create():
    return app.current_request.json_body

with Client(app) as client:
    answer = client.http.post("/orders", body=b'{"id": "1"}', headers={"content-type": "application/json"})
assert answer.json_body == {"id": "1"}
"""
}
LAMBDA = {
    "chalice": """
import json
from chalice import Chalice

app = Chalice(app_name="bench")

@app.on_sqs_message(queue="orders", batch_size=10)
def handler(event):
    for record in event:
        assert json.loads(record.body)["n"] == 1
"""
}
"""Modules with a `handler` of an event of SQS, for cold starts."""
PACKAGED = """
import os
from chalice import Chalice

app = Chalice(app_name="bench")

def make(number):
    @app.on_sqs_message(queue=f"queue-{number}", batch_size=10, name=f"take_{number}")
    def take(event):
        pass

for number in range(int(os.environ["FUNCTIONS"])):
    make(number)
"""
"""An app of some functions with a queue each, for `chalice package`."""
IMPORTS = {
    "chalice, an app": ("from chalice import Chalice; app = Chalice(app_name='x')", 0),
}
"""Statements of a cold start, and the number of the requirement that they import."""
