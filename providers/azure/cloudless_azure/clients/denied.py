"""What Azure refuses, as people need it: see `cloudless.driver.denied`.

May import: `cloudless.driver`.
"""

from __future__ import annotations

from cloudless.driver.denied import Authority, Grant
from cloudless.source import is_ours

__all__ = ["READER", "RECEIVER", "SENDER", "Grant", "address_of", "denied", "needing"]

SENDER = "the role Azure Service Bus Data Sender"
RECEIVER = "the role Azure Service Bus Data Receiver"
READER = "the role Key Vault Secrets User"
"""https://learn.microsoft.com/en-us/azure/role-based-access-control/built-in-roles"""
_PACKAGE = __file__.rpartition("clients")[0]


def _is_theirs(file: str) -> bool:
    return is_ours(file) or file.startswith(_PACKAGE)


_OUTSIDE = "Give that to it, or add it to the variable `callers`; a new role counts after up to ten minutes"
_INSIDE = (
    "Mention it in the handler, or add {use} to its decorator, then build and deploy; "
    "a new role counts after up to ten minutes"
)
_AZURE = Authority("Azure", _is_theirs, outside=_OUTSIDE, inside=_INSIDE)
needing = _AZURE.needing
denied = _AZURE.denied
address_of = _AZURE.address_of
