"""A process around one function app, driven by JSON lines over a socket.

It indexes the app and writes {"functions": [{"id", "name", "bindings"}]} or {"error": text}; then it takes orders

    {"number", "invocation", "function", "inputs": {name: typed data}, "metadata": {name: typed data}}

and writes {"number", "error", "stack", "return": typed data, "outputs": {name: typed data}} as each of them is done;
error: null, or the text of the exception. Orders are carried out side by side, as the library does it. The process ends
when the socket does. Started by launcher.py, or forked by the zygote.

The library's state is global: one app a process. Standard library and Microsoft's packages only.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import socket
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from providers.azure.tests.functionshost import protos
from providers.azure.tests.functionshost.patches import patch
from providers.azure.tests.functionshost.typed import Plain, plain, typed

library: Any = import_module("azure_functions_runtime")  # not in the environment that checks types

PACKAGES = Path(".python_packages", "lib", "site-packages")
"""Where an app brings its own: https://learn.microsoft.com/en-us/azure/azure-functions/functions-reference-python."""

ROOT = Path(__file__).parents[4]
OURS = ("", str(ROOT), str(ROOT / "providers" / "azure"))
"""What launchers put on the path for this module's sake; not for apps."""

MODULES = (
    "azure.functions", "azure.durable_functions", "azure.servicebus", "cronsim", "tests.hosting.warm", "zoneinfo",
    "cloudless.app", "cloudless.codec", "cloudless_azure.runtime.queue", "cloudless_azure.runtime.durable_task",
)  # fmt: skip
"""What is imported before a fork: Microsoft's packages, and of ours what an app would import that brings no copy."""

_LINE_MAX = 2**28


class Request:
    """What the library calls a request: a message and properties."""

    def __init__(self, message: protos.StreamingMessage | None = None) -> None:
        self.name = "host"
        self.request = message
        self.properties = {"host": "127.0.0.1", "protos": protos}


def serve(link: socket.socket, folder: str) -> None:
    """Be the worker of the app in `folder` until the socket's other end is closed. Never returns."""
    random.seed()
    _find_modules(Path(folder).resolve())
    os.chdir(folder)
    patch()
    asyncio.run(_main(link, folder))
    os._exit(0)  # threads of SDK clients would hold the process


def _find_modules(folder: Path) -> None:
    """The app's own packages before all others; what is loaded of ours goes where it brings a copy."""
    own = folder / PACKAGES
    hidden = {"tests"}
    if own.is_dir():
        hidden |= {"cloudless", "cloudless_azure"}
        sys.dont_write_bytecode = False  # beside what was unpacked: the next process of the app reads it
    for name in [name for name in sys.modules if name.partition(".")[0] in hidden]:
        del sys.modules[name]
    given = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    rest = [path for path in sys.path if path not in {*OURS, *given}]
    sys.path[:] = [str(folder), str(own), *given, *rest]


async def _main(link: socket.socket, folder: str) -> None:
    orders, answers = await asyncio.open_unix_connection(sock=link, limit=_LINE_MAX)

    async def carry_out(order: Plain) -> None:
        answer(await _invoked(order))

    def answer(what: Plain) -> None:
        answers.write(json.dumps(what).encode() + b"\n")

    library.start_threadpool_executor()
    answer(await _indexed(folder))
    running: set[asyncio.Task[None]] = set()
    while line := await orders.readline():
        task = asyncio.create_task(carry_out(json.loads(line)))
        running.add(task)
        task.add_done_callback(running.discard)


async def _indexed(folder: str) -> Plain:
    """Import the app and read its functions."""
    init = protos.WorkerInitRequest(function_app_directory=folder)
    answer = await library.worker_init_request(Request(protos.StreamingMessage(worker_init_request=init)))
    if answer.result.status != protos.StatusResult.Success:
        return {"error": f"{answer.result.exception.message}\n{answer.result.exception.stack_trace}"}
    found = await library.functions_metadata_request(Request())
    functions: list[Any] = found.function_metadata_results or []
    return {"functions": [_described(one) for one in functions]}


def _described(function: Any) -> Plain:
    bindings = [json.loads(binding) for binding in function.raw_bindings]
    return {"id": function.function_id, "name": function.name, "bindings": bindings}


async def _invoked(order: Plain) -> Plain:
    """Call a function; what it raised is an answer too."""
    request = protos.InvocationRequest(
        invocation_id=order["invocation"],
        function_id=order["function"],
        input_data=[protos.ParameterBinding(name=name, data=typed(data)) for name, data in order["inputs"].items()],
        trigger_metadata={name: typed(data) for name, data in order["metadata"].items()},
    )
    answer = await library.invocation_request(Request(protos.StreamingMessage(invocation_request=request)))
    if answer.result.status != protos.StatusResult.Success:
        problem = answer.result.exception
        return {"number": order["number"], "error": problem.message, "stack": problem.stack_trace}
    outputs = {one.name: plain(one.data) for one in answer.output_data}
    return {"number": order["number"], "error": None, "return": plain(answer.return_value), "outputs": outputs}


def main(descriptor: str, folder: str) -> None:
    """Serve on an inherited socket."""
    serve(socket.socket(fileno=int(descriptor)), folder)


def forked(arguments: list[str], descriptors: tuple[int, ...]) -> None:
    """Serve in a process that was forked: the socket, and the folder of the app."""
    serve(socket.socket(fileno=descriptors[0]), *arguments)
