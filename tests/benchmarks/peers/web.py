"""Web frameworks that are run in functions, and their clients for tests: FastAPI with Mangum, Flask."""

from __future__ import annotations

import json
from functools import cache
from importlib import import_module
from time import perf_counter
from typing import Any

from tests.benchmarks.payload import REQUEST, TEXT, Context
from tests.benchmarks.peers import Contestant, Peer

PEER = Peer(
    name="web",
    requirements=("fastapi==0.165.0", "mangum==0.22.0", "flask==3.1.3", "httpx==0.28.1"),
    link="https://fastapi.tiangolo.com/tutorial/testing/",
    used="FastAPI behind Mangum, lifespan off; FastAPI's TestClient; Flask's test client, with pydantic by hand",
    more="whole web frameworks: middleware, templates, streaming, websockets",
    less="HTTP only",
)


def model() -> Any:
    return import_module("tests.benchmarks.order").Order


@cache
def fastapi() -> Any:
    app: Any = import_module("fastapi").FastAPI()

    async def create(id: int, order: Any) -> dict[str, Any]:
        return {"id": id, "count": sum(line.qty for line in order.lines)}

    create.__annotations__ = {"id": int, "order": model(), "return": dict}
    app.post("/orders/{id}")(create)
    return app


@cache
def flask() -> Any:
    library: Any = import_module("flask")
    app, order = library.Flask("bench"), model()

    def create(id: int) -> dict[str, Any]:
        found = order.model_validate_json(library.request.get_data())
        return {"id": id, "count": sum(line.qty for line in found.lines)}

    app.post("/orders/<int:id>")(create)
    return app


@cache
def mangum() -> Any:
    return import_module("mangum").Mangum(fastapi(), lifespan="off")


def request(count: int) -> float:
    handler = mangum()
    assert json.loads(handler(REQUEST, Context)["body"]) == {"id": 7, "count": 3}
    began = perf_counter()
    for _ in range(count):
        handler(REQUEST, Context)
    return perf_counter() - began


def fastapi_client(count: int) -> float:
    client = import_module("fastapi.testclient").TestClient(fastapi())
    headers = {"content-type": "application/json"}
    assert client.post("/orders/7", content=TEXT, headers=headers).json() == {"id": 7, "count": 3}
    began = perf_counter()
    for _ in range(count):
        client.post("/orders/7", content=TEXT, headers=headers)
    return perf_counter() - began


def flask_client(count: int) -> float:
    client = flask().test_client()
    assert client.post("/orders/7", data=TEXT, content_type="application/json").json == {"id": 7, "count": 3}
    began = perf_counter()
    for _ in range(count):
        client.post("/orders/7", data=TEXT, content_type="application/json")
    return perf_counter() - began


CONTESTANTS = (
    Contestant("request", "FastAPI behind Mangum", request, 300),
    Contestant("client", "Flask's test client", flask_client, 300),
    Contestant("client", "FastAPI's TestClient", fastapi_client, 50),
)
FIRST = {
    "a request": """
from fastapi import FastAPI
from fastapi.testclient import TestClient

app = FastAPI()

@app.post("/orders")
def create(order: dict) -> dict:
    return order

assert TestClient(app).post("/orders", json={"id": "1"}).json() == {"id": "1"}
"""
}
IMPORTS = {
    "FastAPI and Mangum, an app": ("from fastapi import FastAPI; from mangum import Mangum; Mangum(FastAPI())", 0),
}
"""Statements of a cold start, and the number of the requirement that they import."""
