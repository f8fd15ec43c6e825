"""Google's emulators and Google's function server, as processes of ours on loopback.

The jars are started directly: `gcloud beta emulators … start` leaves its Java child behind.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests import tools

ROOT = Path(__file__).parents[3]
PATHS = (ROOT, ROOT / "providers" / "gcp")
"""What a bundle would hold: the core and this provider."""
JAVA = ["-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
"""Starts sooner and needs less on a small machine; nothing here runs long enough for the big compiler."""


@contextmanager
def pubsub_emulator() -> Generator[str]:
    """Run the Pub/Sub emulator; gives `host:port`."""
    port = tools.free_port()
    jar: list[str | Path] = ["-jar", tools.require("pubsub-emulator"), "--host=127.0.0.1", f"--port={port}"]
    with tools.serve([tools.require("java"), *JAVA, *jar], port=port):
        yield f"127.0.0.1:{port}"


@contextmanager
def firestore_emulator() -> Generator[str]:
    """Run the Firestore emulator (native mode); gives `host:port`."""
    port = tools.free_port()
    jar: list[str | Path] = [
        "-cp",
        tools.require("firestore-emulator"),
        tools.FIRESTORE_MAIN,
        "--host=127.0.0.1",
        f"--port={port}",
    ]
    with tools.serve([tools.require("java"), *JAVA, *jar], port=port):
        yield f"127.0.0.1:{port}"


@contextmanager
def function(source: Path, env: Mapping[str, str], *, target: str = "receive") -> Generator[tools.Server]:
    """Serve a function of `source` (a main.py) under functions-framework, as Cloud Run functions does.

    It runs in a Python of its own, which has the client libraries and not cloudless: that is found on the
    path, as in a bundle. One worker; a worker that dies is replaced, as an instance is.
    """
    port = tools.free_port()
    words: list[str | Path] = [
        "--target",
        target,
        "--source",
        source,
        "--signature-type",
        "http",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    path = ":".join(map(str, (*PATHS, source.parent)))
    with tools.serve(
        [tools.require("functions-framework"), *words], {"PYTHONPATH": path, "THREADS": "1", **env}, port=port
    ) as server:
        yield server


def eventually(happened: Callable[[], bool], within_s: float = 15) -> bool:
    """Whether it happens within so many real seconds: for what only the emulators can do, in their own time."""
    deadline, pause = time.monotonic() + within_s, threading.Event()
    while not happened():
        if time.monotonic() > deadline:
            return False
        pause.wait(0.02)
    return True
