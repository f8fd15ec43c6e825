"""What tests change in a process that talks to stand-ins, by its environment.

    CLOUDLESS_TIME_FILE   a file that says what time it is for every cloud of the process (see timefile.py)
    CLOUDLESS_PAGES       a file, {url: text}: what urllib finds at these addresses, e.g. the keys of an issuer
    CLOUDLESS_PRELOAD     a file of Python, which is executed before the program is imported

Standard library, and cloudless when called.
"""

from __future__ import annotations

import json
import os
from email.message import Message
from importlib import import_module
from io import BytesIO
from pathlib import Path
from runpy import run_path
from typing import Any
from urllib.request import OpenerDirector, Request
from urllib.response import addinfourl

from tests.hosting.timefile import VARIABLE, time_in

PAGES = "CLOUDLESS_PAGES"
PRELOAD = "CLOUDLESS_PRELOAD"


def patch() -> None:
    """Change what the environment asks for."""
    if file := os.environ.get(VARIABLE):
        live_by(Path(file))
    if file := os.environ.get(PAGES):
        pages(Path(file))
    if file := os.environ.get(PRELOAD):
        run_path(file)


def live_by(file: Path) -> None:
    """Let every cloud of this process take the time from a file."""
    deployed = import_module("cloudless.driver.deployed").Deployed
    deployed.__init__.__defaults__ = (lambda: time_in(file),)


def pages(file: Path) -> None:
    """Let urllib find what the file holds, as it is at that time."""
    original: Any = OpenerDirector.open

    def open_page(self: OpenerDirector, url: str | Request, *options: Any, **more: Any) -> Any:
        address = url.full_url if isinstance(url, Request) else url
        found: dict[str, str] = json.loads(file.read_text("utf-8")) if file.exists() else {}
        if address not in found:
            return original(self, url, *options, **more)
        return addinfourl(BytesIO(found[address].encode()), Message(), address, 200)

    OpenerDirector.open = open_page  # type: ignore[method-assign, assignment]  # pyright: ignore[reportAttributeAccessIssue]
