"""A `cloudless dev` of its own, and what is asked of it without a browser."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any
from urllib.request import Request, urlopen

from tests.hosting.launcher import Zygote

ROOT = str(Path(__file__).parents[2])
PATIENCE_S = 180  # of a machine that is busy with other tests
_WORDS = ["dev", "--port", "0"]


class Served:
    """url: of the application. page: of the page."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.page = f"{url}/_cloudless/"
        self.folder = folder

    def post(self, path: str, body: Any) -> Any:
        """The answer of the server, as JSON."""
        data = json.dumps(body).encode()
        request = Request(f"{self.url}{path}", data, {"content-type": "application/json"})
        with urlopen(request, timeout=PATIENCE_S) as answer:
            return json.loads(answer.read() or b"null")

    def act(self, name: str, **given: Any) -> Any:
        """Carry out an action of the page."""
        return self.post(f"/_cloudless/api/actions/{name}", given)

    def order(self, id: str, region: str = "eu", total: float = 9.5) -> None:
        """Let an order come in."""
        self.post("/orders", {"id": id, "region": region, "total": total})


@contextmanager
def served(folder: Path) -> Generator[Served]:
    """Runs `cloudless dev` there on a free port; what it prints is kept in a file, so that it never waits."""
    command = [sys.executable, "-u", "-m", "cloudless.cli", *_WORDS]
    log = folder / "dev.log"
    with log.open("w") as out, subprocess.Popen(command, cwd=folder, env=_env(), stdout=out, stderr=out) as process:
        try:
            yield Served(_url(log, lambda: process.poll() is not None), folder)
        finally:
            process.terminate()


@contextmanager
def forked(zygote: Zygote, folder: Path) -> Generator[Served]:
    """The same without reloads, at once. zygote: of tests.browser.worker."""
    log = folder / "dev.log"
    with log.open("wb") as out:
        process = zygote.fork(_env(), [str(folder), *_WORDS, "--no-reload"], out)
    ending = Thread(target=process.wait)
    ending.start()
    try:
        yield Served(_url(log, lambda: not ending.is_alive()), folder)
    finally:
        process.kill()
        ending.join()


def _env() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": ROOT, "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def _url(log: Path, is_lost: Callable[[], bool]) -> str:
    """What it says once it listens."""
    end_s = monotonic() + PATIENCE_S
    while monotonic() < end_s and not is_lost():
        if found := re.search(r"(http://\S+)/_cloudless/", log.read_text()):
            return found[1]
        sleep(0.02)
    raise AssertionError(f"cloudless dev did not begin:\n{log.read_text()}")
