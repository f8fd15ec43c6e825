"""How the package gets into the apps: one upload a build, then the platform's own deployment for each app.

    bundle-1a2b3c.zip ──► blob packages/bundle-1a2b3c/released-package.zip ──onedeploy──► container of each app

Flex Consumption takes a package in one way only, from a URL; what lies in an app's container otherwise is not deployed.
The URL has a signature that reads for a day, hence this account has keys; no app and no setting does. The argument
`zip_deploy_file` of the provider speaks to an endpoint that Flex does not have
(https://github.com/hashicorp/terraform-provider-azurerm/issues/29630).
https://learn.microsoft.com/en-us/azure/azure-functions/functions-infrastructure-as-code#deployment-package
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless.compiler import digest_of
from cloudless.compiler.wait import joined, wait
from cloudless_azure import names
from cloudless_azure.compile.caller import deployer
from cloudless_azure.compile.ground import ROLES_TAKE_S
from cloudless_azure.compile.need import BLOB_CONTRIBUTOR
from cloudless_azure.compile.storage import account

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cloudless.compiler import Address
    from cloudless_azure.compile.ground import Ground
    from cloudless_azure.compile.group import Group

SITES = "Microsoft.Web/sites@2024-04-01"
PACKAGES = "packages"
_BLOB = '${trimsuffix(local.bundle, ".zip")}/released-package.zip'
"""The name that the vendor asks for, in a folder of its own, so that a build never takes another's package away."""
_ROLES_STAY_S = 180
"""How long a role stays that is taken away: new ones take a minute to make, and ROLES_TAKE_S to be known."""


def publication(ground: Ground) -> None:
    """The account of packages, and the package of this build in it."""
    document = ground.document
    kept = account(ground, names.CODE, keys=True, comment="the package of each build")
    container = document.resource(
        "azurerm_storage_container", PACKAGES, {"name": PACKAGES, "storage_account_id": kept["id"]}
    )
    ready = deployer(ground, BLOB_CONTRIBUTOR, kept["id"], "packages")
    document.resource(
        "azurerm_storage_blob",
        "package",
        {
            "name": _BLOB,
            "storage_container_id": container["id"],
            "type": "Block",
            "source": "${path.module}/${local.bundle}",
            "lifecycle": {"create_before_destroy": True},
            "depends_on": [ready],
        },
    )
    document.data(
        "azurerm_storage_account_blob_container_sas",
        "package",
        {
            "connection_string": kept["primary_connection_string"],
            "container_name": container["name"],
            "https_only": True,
            "start": '${timeadd(plantimestamp(), "-15m")}',
            "expiry": '${timeadd(plantimestamp(), "24h")}',
            "permissions": {
                "read": True, "add": False, "create": False, "write": False, "delete": False, "list": False,
            },
        },
    )  # fmt: skip


def published(ground: Ground) -> tuple[str, ...]:
    """What is made when new code begins to run: addresses of the deployments of all apps."""
    return tuple(str(ground.document.address("azapi_resource_action", one.name)) for one in ground.groups)


def publish(ground: Ground, group: Group, app: Address, roles: Sequence[Address]) -> None:
    """Deploy the package to a group's app, once it has its roles; again with each build, and not in between."""
    document, waited = ground.document, _wait(ground, group, roles)
    blob = document.address("azurerm_storage_blob", "package")
    sas = document.address("data.azurerm_storage_account_blob_container_sas", "package")
    document.resource(
        "azapi_resource_action",
        group.name,
        {
            "type": SITES,
            "resource_id": app["id"],
            "action": "extensions/onedeploy",
            "method": "PUT",
            "sensitive_body": {"properties": {"packageUri": f"{blob['url']}{sas['sas']}", "remoteBuild": False}},
            "sensitive_body_version": {"properties.packageUri": "${local.bundle}"},
            "depends_on": [str(waited)],
        },
    )


def _wait(ground: Ground, group: Group, roles: Sequence[Address]) -> Address:
    """Until a group's roles are known everywhere; another one for another set of roles.

    So the wait for new roles begins at once, beside the end of the one before, which holds the roles that are taken
    away: until the package is published, code runs that still needs them. As one resource that is replaced it would
    wait for their end first. `create_before_destroy` would do the same exactly, and to the queues under the roles too,
    which cannot be there twice under one name when they are replaced.
    """
    label = f"{group.name}_{digest_of(*map(str, roles))}"
    triggers = {"roles": joined(roles)}
    return wait(ground.document, label, triggers, made_s=ROLES_TAKE_S, gone_s=_ROLES_STAY_S, after=roles)
