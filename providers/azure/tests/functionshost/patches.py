"""What tests change in a process that talks to our stand-ins, by settings; also used by the tests' own process.

    FUNCTIONSHOST_PLAIN_AMQP   any text: Microsoft's Service Bus client goes without TLS, which our broker has not,
                               and looks often whether what it waits for has come

and what `tests.hosting.patches` says. `ServiceBusClient(host, credential)` reaches the service with TLS only; a
connection string may say otherwise, but comes with a key in place of an identity. Standard library, and Microsoft's
packages when called.
"""

from __future__ import annotations

import os
import time
from importlib import import_module
from typing import Any

from tests.hosting import patches

PLAIN_AMQP = "FUNCTIONSHOST_PLAIN_AMQP"
OFTEN = 20
"""How often that client looks, in place of once: a broker on loopback answers in less than a millisecond."""
_POLLING = ("_base_handler", "_servicebus_sender", "_servicebus_receiver", "_pyamqp.client")


def patch() -> None:
    """Change what the environment asks for."""
    if os.environ.get(PLAIN_AMQP):
        plain_amqp()
        look_often()
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


def look_often() -> None:
    """Let Service Bus clients of this process look for what they wait for, e.g. a link or its end, without long breaks.

    They sleep for 50 ms, or a second, in between, and before another try. What limits a wait is counted by the clock,
    and stays as it is.
    """
    for name in _POLLING:
        import_module(f"azure.servicebus.{name}").__dict__["time"] = _Often()


class _Often:
    """The module `time`, with shorter sleeps."""

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    @staticmethod
    def sleep(seconds: float) -> None:
        time.sleep(seconds / OFTEN)
