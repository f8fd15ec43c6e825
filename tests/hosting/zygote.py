"""Zygote: a process that has imported what every worker needs, and forks one whenever it is asked.

Importing an SDK and a worker library takes most of a worker's start. Requests are JSON over a socket, with the file
for the worker's output, and whatever else it takes, as descriptors:

    {"env": {…}, "arguments": […]}  ──►  {"pid": …}
    {"await": pid}                  ──►  {"code": …}      as subprocess counts: below 0 for a signal

Standard library only.
"""

from __future__ import annotations

import gc
import json
import os
import socket
import sys
import traceback
from importlib import import_module
from typing import Any

DESCRIPTORS_MAX = 4
_REQUEST_MAX = 2**20


def main(descriptor: str, worker: str) -> None:
    """Fork on request until the other end of the inherited socket is closed. worker: see `launcher.Zygote`."""
    control = socket.socket(fileno=int(descriptor))
    module: Any = import_module(worker)
    for name in module.MODULES:
        import_module(name)
    gc.freeze()  # no collection in a fork touches, and so copies, what is shared
    control.send(b"{}")
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, _REQUEST_MAX, DESCRIPTORS_MAX)
        if not message:
            return
        request: dict[str, Any] = json.loads(message)
        if "await" in request:
            code = os.waitstatus_to_exitcode(os.waitpid(request["await"], 0)[1])
            control.send(json.dumps({"code": code}).encode())
            continue
        pid = os.fork()
        if pid == 0:
            os.setpgid(0, 0)
            control.close()
            _become(module, request, *descriptors)
        os.setpgid(pid, pid)  # both do it: whoever is first
        for each in descriptors:
            os.close(each)
        control.send(json.dumps({"pid": pid}).encode())


def _become(module: Any, request: dict[str, Any], log: int, *descriptors: int) -> None:
    """The rest of a forked process's life."""
    try:
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.environ.clear()
        os.environ.update(request["env"])
        module.forked(request["arguments"], descriptors)
    except BaseException:  # noqa: BLE001  (nothing may get into the zygote's loop)
        traceback.print_exc()
        sys.stderr.flush()
    os._exit(1)
