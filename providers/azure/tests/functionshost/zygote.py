"""Zygote: a process that has imported what every worker needs, and forks a worker for each function app.

Importing Microsoft's libraries takes most of a worker's start. What the worker library knows of an app is global, so
nothing is indexed before the fork. Requests are JSON over a socket, with the worker's socket and the file for its
output as descriptors:

    {"folder": …, "env": {…}}  ──►  {"pid": …}
    {"await": pid}             ──►  {"code": …}      as subprocess counts: below 0 for a signal

Its own modules: the standard library, and Microsoft's packages by way of worker.py.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import traceback
from importlib import import_module
from typing import Any

MODULES = ("azure.functions", "azure.durable_functions", "azure.servicebus", "pydantic", "cronsim", "zoneinfo")
OURS = ("cloudless.app", "cloudless.codec", "cloudless_azure.runtime.queue", "cloudless_azure.runtime.durable_task")
"""What an app that does not bring its own copy would import of ours."""

_REQUEST_MAX = 2**20


def main(descriptor: str) -> None:
    """Fork on request until the other end of the inherited socket is closed."""
    control = socket.socket(fileno=int(descriptor))
    worker: Any = import_module("providers.azure.tests.functionshost.worker")
    for name in (*MODULES, *OURS):
        import_module(name)
    control.send(b"{}")
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, _REQUEST_MAX, 2)
        if not message:
            return
        request: dict[str, Any] = json.loads(message)
        if "await" in request:
            code = os.waitstatus_to_exitcode(os.waitpid(request["await"], 0)[1])
            control.send(json.dumps({"code": code}).encode())
            continue
        pid = os.fork()
        if pid == 0:
            control.close()
            _become(worker, request, *descriptors)
        for each in descriptors:
            os.close(each)
        control.send(json.dumps({"pid": pid}).encode())


def _become(worker: Any, request: dict[str, Any], link: int, log: int) -> None:
    """The rest of a forked process's life."""
    try:
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.environ.clear()
        os.environ.update(request["env"])
        worker.serve(socket.socket(fileno=link), request["folder"])
    except BaseException:  # noqa: BLE001  (nothing may get into the zygote's loop)
        traceback.print_exc()
        sys.stderr.flush()
    os._exit(1)
