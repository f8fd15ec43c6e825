"""Calls of Cloud Run functions, in functions-framework's own Python: what cloudfunctions.py starts.

Arguments: a push, and the body of a request. Prints {"queue": {name: [seconds, ratio to the first]}, "http": …}.
"""

from __future__ import annotations

import json
import sys
from base64 import b64decode
from importlib import import_module
from io import BytesIO
from time import perf_counter
from typing import Any

from tests.benchmarks.order import Order
from tests.benchmarks.rounds import compare, units

CALLS = units(1_000)
flask: Any = import_module("flask")
entries: Any = import_module("cloudless_main")


def by_hand(request: Any) -> Any:
    order = json.loads(b64decode(request.get_json()["message"]["data"]))
    assert order["n"] == 1
    return "", 204


def typed_by_hand(request: Any) -> Any:
    order = Order.model_validate_json(b64decode(request.get_json()["message"]["data"]))
    assert order.n == 1
    return "", 204


def answer_by_hand(request: Any) -> Any:
    order = json.loads(request.get_data())
    count = sum(line["qty"] for line in order["lines"])
    return flask.Response(
        json.dumps({"id": int(request.path[8:]), "count": count}), 200, content_type="application/json"
    )


def answer_typed_by_hand(request: Any) -> Any:
    order = Order.model_validate_json(request.get_data())
    count = sum(line.qty for line in order.lines)
    return flask.Response(
        json.dumps({"id": int(request.path[8:]), "count": count}), 200, content_type="application/json"
    )


def timed(handler: Any, content: bytes, path: str, status: int) -> float:
    """Seconds a call."""
    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": path, "RAW_URI": path, "QUERY_STRING": "", "SERVER_NAME": "x",
        "SERVER_PORT": "443", "wsgi.url_scheme": "https", "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(content)), "HTTP_HOST": "x", "HTTP_ACCEPT": "*/*", "HTTP_AUTHORIZATION": "Bearer x",
        "HTTP_FUNCTION_EXECUTION_ID": "abcdefabcdef", "HTTP_USER_AGENT": "APIs-Google",
        "HTTP_TRACEPARENT": f"00-{'a' * 32}-{'b' * 16}-01", "HTTP_X_FORWARDED_FOR": "203.0.113.7",
    }  # fmt: skip
    assert _status(handler(flask.Request({**environ, "wsgi.input": BytesIO(content)}))) == status
    began = perf_counter()
    for _ in range(CALLS):
        handler(flask.Request({**environ, "wsgi.input": BytesIO(content)}))
    return (perf_counter() - began) / CALLS


def _status(answer: Any) -> Any:
    return answer.status_code if hasattr(answer, "status_code") else answer[1]


def main(push: bytes, body: bytes) -> None:
    with flask.Flask("bench").app_context():
        take, soon, typed = entries.on_take, entries.on_take_soon, entries.on_take_typed
        create = entries.http_create
    queue = compare({
        "by hand": lambda: timed(by_hand, push, "/", 204),
        "pydantic, by hand": lambda: timed(typed_by_hand, push, "/", 204),
        "ours, dict body": lambda: timed(take, push, "/", 204),
        "ours, dict body, a coroutine": lambda: timed(soon, push, "/", 204),
        "ours, pydantic body": lambda: timed(typed, push, "/", 204),
    })  # fmt: skip
    http = compare({
        "dicts, by hand": lambda: timed(answer_by_hand, body, "/orders/7", 200),
        "pydantic, by hand": lambda: timed(answer_typed_by_hand, body, "/orders/7", 200),
        "ours, pydantic body": lambda: timed(create, body, "/orders/7", 200),
    })  # fmt: skip
    sys.stdout.write(json.dumps({"queue": queue, "http": http}))


main(sys.argv[1].encode(), sys.argv[2].encode())
