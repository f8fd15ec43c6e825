"""A worker around one function app, for functions.py: `python -m … index|call http|queue FOLDER`.

index: prints how many seconds of the processor importing and indexing it took. call: prints seconds per call, for each
line that it reads. Runs in the tool `azure-worker`, with the standard library, Microsoft's and ours.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from time import perf_counter, process_time
from typing import Any

from providers.azure.tests.functionshost import protos
from tests.benchmarks.rounds import units

CALLS = units(400)
BODY = json.dumps({
    "id": "o-1",
    "customer": {"id": "c-1", "name": "Jane Doe of Somewhere"},
    "lines": [{"sku": "a-100", "qty": 2}, {"sku": "b-200", "qty": 1}],
    "total": 99.5,
    "note": "leave it at the door, please do",
    "n": 1,
})  # fmt: skip
PROPERTIES = json.dumps(
    {
        "cloudless": '{"id":"0123456789abcdef0123456789abcdef","attempt":1,"sent":1767355200.25,'
        '"traceparent":"00-0123456789abcdef0123456789abcdef-0123456789abcdef-01","correlation":"c"}'
    }
)
HEADERS = {
    "host": "bench.azurewebsites.net", "content-type": "application/json", "content-length": str(len(BODY)),
    "user-agent": "bench/1", "accept": "*/*", "accept-encoding": "gzip, deflate", "x-forwarded-for": "203.0.113.7:4711",
    "x-forwarded-proto": "https", "traceparent": "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01",
}  # fmt: skip


class Asked:
    """What the library calls a request."""

    def __init__(self, message: Any = None) -> None:
        self.request = message
        self.properties = {"host": "127.0.0.1", "protos": protos}


def message() -> dict[str, Any]:
    """A delivery, as the host hands it over."""
    texts = {"MessageId": "0" * 32, "LockToken": "0" * 32, "SessionId": "", "EnqueuedTimeUtc": "2026-01-02T08:00:00Z"}
    values = {"DeliveryCount": "1", "SequenceNumber": "7", "ApplicationProperties": PROPERTIES, "UserProperties": "{}"}
    return {
        "input_data": [protos.ParameterBinding(name="message", data=protos.TypedData(string=BODY))],
        "trigger_metadata": {
            **{name: protos.TypedData(string=text) for name, text in texts.items()},
            **{name: protos.TypedData(json=text) for name, text in values.items()},
        },
    }


def request() -> dict[str, Any]:
    """A request, likewise."""
    http = protos.RpcHttp(
        method="POST",
        url="https://bench.azurewebsites.net/orders/7",
        headers=HEADERS,
        params={"path": "orders/7"},
        query={},
        body=protos.TypedData(bytes=BODY.encode()),
    )
    return {
        "input_data": [protos.ParameterBinding(name="req", data=protos.TypedData(http=http))],
        "trigger_metadata": {},
    }


async def main(what: str, kind: str, folder: str) -> None:
    os.environ["CLOUDLESS_APP"] = kind
    sys.path.insert(0, folder)
    library: Any = import_module("azure_functions_runtime")
    library.start_threadpool_executor()
    init = protos.WorkerInitRequest(function_app_directory=folder)
    began = process_time()
    answer = await library.worker_init_request(Asked(protos.StreamingMessage(worker_init_request=init)))
    took = process_time() - began
    assert answer.result.status == protos.StatusResult.Success, answer.result.exception.stack_trace
    if what == "index":
        print(took)
        return
    found = await library.functions_metadata_request(Asked())
    ids = {one.name: one.function_id for one in found.function_metadata_results}
    wanted = "take_7" if kind == "queue" else "http" if "http" in ids else "create_7"
    make = message if kind == "queue" else request
    while sys.stdin.readline():
        print(await _seconds(library, ids[wanted], make), flush=True)


async def _seconds(library: Any, function: str, make: Callable[[], dict[str, Any]]) -> float:
    """Seconds per call of a function, one after the other."""
    began = perf_counter()
    for number in range(CALLS):
        call = protos.InvocationRequest(invocation_id=str(number), function_id=function, **make())
        answer = await library.invocation_request(Asked(protos.StreamingMessage(invocation_request=call)))
        assert answer.result.status == protos.StatusResult.Success, answer.result.exception.message
    return (perf_counter() - began) / CALLS


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
    os._exit(0)
