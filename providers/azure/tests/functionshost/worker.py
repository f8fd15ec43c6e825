"""A process around one function app: `python -m …functionshost.worker FOLDER`, driven by JSON lines.

It indexes the app, writes {"functions": [{"id", "name", "bindings"}]} or {"error": text}, and then answers each line
{"id": …, "parameter": …, "data": …, "metadata": …} with {"error": null} or {"error": text}, until its input ends.
data: a text, or a list of texts for cardinality many.

The library's state is global: one app a process.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from providers.azure.tests.functionshost import protos

library: Any = import_module("azure_functions_runtime")  # not in the environment that checks types


class Request:
    """What the library calls a request: a message and properties."""

    def __init__(self, message: protos.StreamingMessage | None = None) -> None:
        self.name = "host"
        self.request = message
        self.properties = {"host": "127.0.0.1", "protos": protos}


async def index(folder: str) -> dict[str, Any]:
    """Import the app and read its functions."""
    init = protos.WorkerInitRequest(function_app_directory=folder)
    answer = await library.worker_init_request(Request(protos.StreamingMessage(worker_init_request=init)))
    if answer.result.status != protos.StatusResult.Success:
        return {"error": f"{answer.result.exception.message}\n{answer.result.exception.stack_trace}"}
    found = await library.functions_metadata_request(Request())
    functions: list[Any] = found.function_metadata_results or []
    return {"functions": [_described(one) for one in functions]}


def _described(function: Any) -> dict[str, Any]:
    bindings = [json.loads(binding) for binding in function.raw_bindings]
    return {"id": function.function_id, "name": function.name, "bindings": bindings}


async def invoke(order: dict[str, Any]) -> dict[str, Any]:
    """Call a function; what it raised is the answer."""
    request = protos.InvocationRequest(
        invocation_id=order["invocation"],
        function_id=order["id"],
        input_data=[protos.ParameterBinding(name=order["parameter"], data=_data(order["data"]))],
        trigger_metadata={name: _field(value) for name, value in order["metadata"].items()},
    )
    answer = await library.invocation_request(Request(protos.StreamingMessage(invocation_request=request)))
    failed = answer.result.status != protos.StatusResult.Success
    return {"error": answer.result.exception.message if failed else None}


def _data(data: str | list[str]) -> protos.TypedData:
    if isinstance(data, str):
        return protos.TypedData(string=data)
    return protos.TypedData(collection_string=protos.CollectionString(string=data))


def _field(value: Any) -> protos.TypedData:
    """A field of the metadata: text as it is, anything else as JSON, as the host sends them."""
    return protos.TypedData(string=value) if isinstance(value, str) else protos.TypedData(json=json.dumps(value))


async def main(folder: str, orders: IO[str], answers: IO[str]) -> None:
    """Answer until there is nothing more to do."""

    def answer(what: dict[str, Any]) -> None:
        answers.write(json.dumps(what) + "\n")
        answers.flush()

    library.start_threadpool_executor()
    answer(await index(folder))
    while line := await asyncio.to_thread(orders.readline):
        answer(await invoke(json.loads(line)))


if __name__ == "__main__":
    # What the app prints goes to stderr: stdout is ours.
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.path.insert(0, str(Path(sys.argv[1]).resolve()))
    asyncio.run(main(sys.argv[1], sys.stdin, own))
    os._exit(0)  # threads of SDK clients would hold the process
