"""Storage accounts: of each function app, of packages, of the ledger, and of what Durable Functions keeps.

Each for one thing, so that a role on an account reaches no further. Keys are off, but where the platform takes nothing
else (compile/publication.py). In that of an app lie the keys of its Functions host, with which one may do anything to
it, and its package: no other app has a role there.
https://learn.microsoft.com/en-us/azure/azure-functions/storage-considerations
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless_azure.compile.scope import ACCOUNT
from cloudless_azure.names import account_of, app_account_of

if TYPE_CHECKING:
    from cloudless.compiler import Address
    from cloudless_azure.compile.ground import Ground
    from cloudless_azure.compile.group import Group


SIGNED = "02.00:00:00"
"""A URL with a signature that is good for longer than these two days is written into the account's log."""


def account(ground: Ground, use: str, *, keys: bool = False, comment: str = "") -> Address:
    """An account of the stage. use: CODE, LEDGERS or HUB, which is its label as well."""
    return _account(ground, use, account_of(*ground.parts, use), keys=keys, comment=comment)


def app_account(ground: Ground, group: Group) -> Address:
    """The account of a group's app, under the group's label."""
    app, stage, subscription = ground.parts
    name = app_account_of(app, stage, group.name, subscription)
    return _account(ground, group.name, name, comment="locks and keys of the Functions host, and its package")


def _account(ground: Ground, label: str, name: str, *, keys: bool = False, comment: str) -> Address:
    """A storage account, in one region, three times."""
    return ground.document.resource(
        ACCOUNT,
        label,
        {
            **ground.place(name),
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
