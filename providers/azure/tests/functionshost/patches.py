"""What tests change in a process that talks to our stand-ins, by settings; also used by the tests' own process.

    FUNCTIONSHOST_PLAIN_AMQP   any text: Microsoft's Service Bus client goes without TLS, which our broker does not have
    FUNCTIONSHOST_PAGES        a file, {url: text}: what urllib finds at these addresses, e.g. the keys of an issuer
    FUNCTIONSHOST_PRELOAD      a file of Python, which is executed before the app is imported

`ServiceBusClient(host, credential)` reaches the service with TLS only; a connection string may say otherwise, but comes
with a key in place of an identity. Standard library, and Microsoft's packages when called.
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

PLAIN_AMQP = "FUNCTIONSHOST_PLAIN_AMQP"
PAGES = "FUNCTIONSHOST_PAGES"
PRELOAD = "FUNCTIONSHOST_PRELOAD"


def patch() -> None:
    """Change what the environment asks for."""
    if os.environ.get(PLAIN_AMQP):
        plain_amqp()
    if file := os.environ.get(PAGES):
        pages(Path(file))
    if file := os.environ.get(PRELOAD):
        run_path(file)


def plain_amqp() -> None:
    """Let every Service Bus client of this process that says nothing of TLS go without it (the sync one: ours)."""
    client = import_module("azure.servicebus").ServiceBusClient
    original: Any = client.__init__
    if original.__dict__.get("is_plain"):
        return

    def connect(self: Any, *arguments: Any, **options: Any) -> None:
        original(self, *arguments, **{"use_tls": False, **options})

    connect.__dict__["is_plain"] = True
    client.__init__ = connect


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
