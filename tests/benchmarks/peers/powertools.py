"""Powertools for AWS Lambda: what AWS recommends inside of a function."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from importlib import import_module
from time import perf_counter
from typing import Any

from tests.benchmarks.payload import RECORDS, REQUEST, Context
from tests.benchmarks.peers import Contestant, Peer, counted

PEER = Peer(
    name="powertools",
    requirements=("aws-lambda-powertools[parser]==3.37.0", "awslambdaric==4.2.2"),
    link="https://docs.powertools.aws.dev/lambda/python/latest/utilities/batch/",
    used="BatchProcessor with dicts, and with a pydantic model; APIGatewayHttpResolver by hand, and with validation",
    more="tracing, metrics, idempotency, feature flags, in their own modules",
    less="nothing is simulated, and nothing built",
)
handled = [0]


def model() -> Any:
    return import_module("tests.benchmarks.order").Order


@cache
def consumer() -> Callable[[Any, Any], Any]:
    """A handler of batches, dicts."""
    library: Any = import_module("aws_lambda_powertools.utilities.batch")
    processor = library.BatchProcessor(event_type=library.EventType.SQS)
    return _handler(library.process_partial_response, processor, lambda record: record.json_body["n"])


@cache
def typed_consumer() -> Callable[[Any, Any], Any]:
    """The same, a pydantic model."""
    library: Any = import_module("aws_lambda_powertools.utilities.batch")
    record: Any = import_module("aws_lambda_powertools.utilities.parser.models").SqsRecordModel
    json_of: Any = import_module("pydantic").Json
    own = type("Record", (record,), {"__module__": __name__, "__annotations__": {"body": json_of[model()]}})
    processor = library.BatchProcessor(event_type=library.EventType.SQS, model=own)
    return _handler(library.process_partial_response, processor, lambda record: record.body.n)


def _handler(respond: Any, processor: Any, count: Callable[[Any], int]) -> Callable[[Any, Any], Any]:
    def take(record: Any) -> None:
        handled[0] += count(record)

    def handler(event: Any, context: Any) -> Any:
        return respond(event=event, record_handler=take, processor=processor, context=context)

    return handler


def timed_batch(handler: Callable[[Any, Any], Any], count: int) -> float:
    handled[0] = 0
    began = perf_counter()
    for _ in range(0, count, 10):
        handler(RECORDS, Context)
    took = perf_counter() - began
    counted(handled[0], -(-count // 10) * 10)
    return took


def batch(count: int) -> float:
    return timed_batch(consumer(), count)


def typed_batch(count: int) -> float:
    return timed_batch(typed_consumer(), count)


@cache
def resolver() -> Any:
    """Routes; the handler validates."""
    app: Any = import_module("aws_lambda_powertools.event_handler").APIGatewayHttpResolver()
    order = model()

    def create(id: str) -> dict[str, Any]:
        found = order.model_validate_json(app.current_event.body)
        return {"id": int(id), "count": sum(line.qty for line in found.lines)}

    app.post("/orders/<id>")(create)
    return app


@cache
def validating() -> Any:
    """Routes; they validate."""
    app: Any = import_module("aws_lambda_powertools.event_handler").APIGatewayHttpResolver(enable_validation=True)

    def create(id: int, order: Any) -> dict[str, Any]:
        return {"id": id, "count": sum(line.qty for line in order.lines)}

    create.__annotations__ = {"id": int, "order": model(), "return": dict}
    app.post("/orders/<id>")(create)
    return app


def timed_request(app: Any, count: int) -> float:
    assert json.loads(app.resolve(REQUEST, Context)["body"]) == {"id": 7, "count": 3}
    began = perf_counter()
    for _ in range(count):
        app.resolve(REQUEST, Context)
    return perf_counter() - began


def request(count: int) -> float:
    return timed_request(resolver(), count)


def validated_request(count: int) -> float:
    return timed_request(validating(), count)


CONTESTANTS = (
    Contestant("batch", "powertools BatchProcessor, dicts", batch, 3_000),
    Contestant("batch", "powertools BatchProcessor, pydantic", typed_batch, 3_000),
    Contestant("request", "powertools resolver, pydantic by hand", request, 1_000),
    Contestant("request", "powertools resolver, enable_validation", validated_request, 500),
)
FIRST: dict[str, str] = {}
LAMBDA = {
    "powertools BatchProcessor": """
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

processor = BatchProcessor(event_type=EventType.SQS)

def take(record):
    assert record.json_body["n"] == 1

def handler(event, context):
    return process_partial_response(event=event, record_handler=take, processor=processor, context=context)
""",
    "powertools parser, pydantic": """
from pydantic import BaseModel
from aws_lambda_powertools.utilities.parser import envelopes, parse

class Order(BaseModel):
    id: str
    n: int

def handler(event, context):
    for order in parse(event=event, model=Order, envelope=envelopes.SqsEnvelope):
        assert order.n == 1
    return {"batchItemFailures": []}
""",
}
"""Modules with a `handler` of an event of SQS, for cold starts."""
BATCHES = (
    "from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response; "
    "BatchProcessor(event_type=EventType.SQS)"
)
IMPORTS = {
    "powertools, batches": (BATCHES, 0),
    "powertools, routes": (
        "from aws_lambda_powertools.event_handler import APIGatewayHttpResolver; APIGatewayHttpResolver()",
        0,
    ),
}
"""Statements of a cold start, and the number of the requirement that they import."""
