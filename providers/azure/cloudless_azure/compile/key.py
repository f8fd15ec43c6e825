"""Keys of calls between apps: one for each capability of the app `steps`, made by Terraform, kept in the vault.

Whoever may read the secret cloudless--invoke-charge may invoke `charge`: callers sign with it, `steps` verifies. A
Microsoft Entra token would need an app registration, which is no resource of a subscription; a key of the Functions
host opens the whole app.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from cloudless.ir import Application
from cloudless_azure.names import CONTROL, INVOKE, SEND, START, key_of

if TYPE_CHECKING:
    from cloudless_azure.compile.ground import Ground

LENGTH = 64
"""Letters and digits: 381 bits."""


def call_keys(application: Application, orchestrations: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Verb and name of every call that `steps` answers.

    orchestrations: with those of earlier builds whose executions may still run: they are controlled, not started.
    """
    for function in application.functions:
        yield INVOKE, function.name
    for one in application.orchestrations:
        yield START, one.name
    for name in orchestrations:
        yield CONTROL, name
    for event in application.events:
        yield SEND, event.name


def keys(ground: Ground, orchestrations: Iterable[str], vault: str, ready: list[str]) -> None:
    """The keys of all calls. vault: reference to its id. ready: what must be there before secrets can be written."""
    for verb, name in call_keys(ground.application, orchestrations):
        secret = key_of(verb, name)
        password = ground.document.resource("random_password", secret, {"length": LENGTH, "special": False})
        ground.document.resource(
            "azurerm_key_vault_secret",
            secret,
            {
                "name": secret,
                "key_vault_id": vault,
                "value": password["result"],
                "content_type": "cloudless/key",
                "depends_on": ready,
            },
            comment=f"who reads it may {_SAID[verb]} {name}",
        )


_SAID = {INVOKE: "invoke function", START: "start orchestration", CONTROL: "control executions of", SEND: "send event"}
