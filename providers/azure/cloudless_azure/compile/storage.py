"""Storage accounts: of the Functions hosts, of packages, of the ledger, and of what Durable Functions keeps.

Each for one thing, so that a role on an account reaches no further. Keys are off, but where the platform takes nothing
else (compile/publication.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless_azure.compile.scope import ACCOUNT
from cloudless_azure.names import HOST, account_of

if TYPE_CHECKING:
    from cloudless.compiler import Address
    from cloudless_azure.compile.ground import Ground


SIGNED = "02.00:00:00"
"""A URL with a signature that is good for longer than these two days is written into the account's log."""


def account(ground: Ground, use: str, *, keys: bool = False, comment: str = "") -> Address:
    """A storage account, in one region, three times. use: HOST, CODE, LEDGERS or HUB, which is its label as well."""
    return ground.document.resource(
        ACCOUNT,
        use,
        {
            **ground.place(account_of(*ground.parts, use)),
            "account_kind": "StorageV2",
            "account_tier": "Standard",
            "account_replication_type": "LRS",
            "allow_nested_items_to_be_public": False,
            "cross_tenant_replication_enabled": False,
            "default_to_oauth_authentication": True,
            "https_traffic_only_enabled": True,
            "local_user_enabled": False,
            "min_tls_version": "TLS1_2",
            "shared_access_key_enabled": keys,
            **({"sas_policy": {"expiration_period": SIGNED}} if keys else {}),
        },
        comment=comment,
    )


def host(ground: Ground) -> None:
    """What the Functions hosts of all apps share; each keeps there what is its own, by its host id."""
    account(ground, HOST, comment="locks, and keys of the Functions hosts")
