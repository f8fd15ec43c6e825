"""What tests change in a process that talks to our stand-ins, by settings; also used by the tests' own process.

    FUNCTIONSHOST_PLAIN_AMQP   any text: Microsoft's Service Bus client goes without TLS, which our broker does not have

and what `tests.hosting.patches` says. `ServiceBusClient(host, credential)` reaches the service with TLS only; a
connection string may say otherwise, but comes with a key in place of an identity. Standard library, and Microsoft's
packages when called.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

from tests.hosting import patches

PLAIN_AMQP = "FUNCTIONSHOST_PLAIN_AMQP"


def patch() -> None:
    """Change what the environment asks for."""
    if os.environ.get(PLAIN_AMQP):
        plain_amqp()
    patches.patch()


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
