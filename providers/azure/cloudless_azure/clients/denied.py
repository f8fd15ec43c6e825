"""PermissionDenied as people need it: what to write in the program, and which role that gives on Azure.

May import: `cloudless.driver`.
"""

from __future__ import annotations

from cloudless.driver.current import HERE
from cloudless.driver.denied import NotSignedIn
from cloudless.driver.grant import use_of
from cloudless.errors import PermissionDenied

_SINCE = "build and deploy; a new role counts after up to ten minutes"
SENDER = "the role Azure Service Bus Data Sender"
RECEIVER = "the role Azure Service Bus Data Receiver"
READER = "the role Key Vault Secrets User"
"""https://learn.microsoft.com/en-us/azure/role-based-access-control/built-in-roles"""


def denied(verb: str, noun: str, name: str, wanted: str, said: Exception) -> PermissionDenied:
    """The error of a call that Azure refused.

    verb, noun, name: of the permission, e.g. "send", "queue", "orders". wanted: what a caller outside of a function
    lacks, e.g. the role "…" on …. said: Azure's own error; of NotSignedIn, which no role helps, another one like it.
    """
    if isinstance(said, NotSignedIn):
        return _again(said)
    found = HERE.get(None)
    handler = found[1] if found else None
    use = f"uses=[{use_of(verb, name)}]"
    if handler is None:
        who, remedy = "this identity", f"outside of a function it needs {wanted}"
    else:
        who = f"handler {handler!r}"
        remedy = f"mention it in the handler, or add {use} to its decorator, then {_SINCE}"
    error = PermissionDenied(f"{who} may not {verb} {noun} {name!r}: {remedy}. Azure said: {said}")
    error.native = getattr(said, "native", None) or said
    return error


def _again(said: NotSignedIn) -> NotSignedIn:
    """The same error, to be raised from that one."""
    error = NotSignedIn(*said.args)
    error.native = said.native
    return error
