"""A process around one function: functions-framework, as Google's build starts it.

Arguments: the folder of the code, the file in it, the function's name, and what comes after the folder on the path.
Descriptors: the socket to listen on. Forked by the zygote; standard library and the function's packages only.
https://cloud.google.com/docs/buildpacks/python#entrypoint
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.hosting.patches import patch

MODULES = (
    "functions_framework",
    "functions_framework._http.gunicorn",
    "gunicorn.arbiter",
    "gunicorn.workers.gthread",
    "gunicorn.workers.sync",
    "http.client",
    "urllib.request",
    "cronsim",
    "tests.hosting.warm",
    "zoneinfo",
    "jwt",
    "cryptography.hazmat.primitives.asymmetric.ec",
    "cloudless.codec",
    "cloudless.runtime.boot",
    "cloudless.driver.rest",
    "cloudless_gcp.clients.cloud",
    "cloudless_gcp.runtime.queue",
)
"""What is imported before a fork: packages, and of ours what a function imports that brings no copy."""

ROOT = Path(__file__).parents[4]
OURS = ("", str(ROOT), str(ROOT / "providers" / "gcp"))
"""What launchers put on the path for this module's sake; not for functions."""
_INHERITED = 3
"""The number of a socket that a server is given, rather than making one.

https://www.freedesktop.org/software/systemd/man/latest/sd_listen_fds.html
"""

_DIE_WITH_PARENT = 1
"""Of prctl: a server would outlive tests that are killed. https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html"""


def forked(arguments: list[str], descriptors: tuple[int, ...]) -> None:
    """Be the function until the process is ended."""
    folder, source, target, *more = arguments
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    _find_modules(folder, more)
    os.chdir(folder)
    patch()
    framework: Any = import_module("functions_framework")
    server: Any = import_module("functions_framework._http")
    app = framework.create_app(target, source, "http")
    os.dup2(descriptors[0], _INHERITED)
    os.environ.update({"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"})
    server.create_server(app, False, control_socket_disable=True).run("127.0.0.1", 0)


def _find_modules(folder: str, more: list[str]) -> None:
    """The function's own packages before all others; what is loaded of ours goes where it brings a copy."""
    hidden = {"tests", "providers"}
    if (Path(folder) / "cloudless").is_dir():
        hidden |= {"cloudless", "cloudless_gcp"}
        sys.dont_write_bytecode = False  # beside what was unpacked: the next process of the function reads it
    for name in [name for name in sys.modules if name.partition(".")[0] in hidden]:
        del sys.modules[name]
    sys.path[:] = [folder, *more, *(path for path in sys.path if path not in OURS)]
