"""Physical names: what a stage's resources are called, for the compiler that makes them and the callers that use them.

    app shop, stage prod                 resource group shop-prod, namespace shop-prod-1a2b3c, vault shop-prod-1a2b3c,
                                         accounts shopprodcode1a2b3c, shopprodledger1a2b3c
    queue orders, its dead letters       orders, orders-dead-letters in that namespace; a topic likewise
    subscription order-placed-mail       of that name, and the queue of that name that it forwards to
    its ledger                           the table `ledger` in its account
    group on-take (compile/group.py)     function app shop-prod-on-take-4d5e6f, host on-take-4d5e6f,
                                         account shopprodontake4d5e6f7a8b
    the key of invoking `charge`         secret cloudless--invoke-charge in the vault
    execution 7 of `fulfil`              instance fulfil:7 of Durable Functions

Names of namespaces, vaults, accounts and function apps are unique in the world: the end is a digest of app, stage and
subscription. https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/resource-name-rules
May import: the standard library, `cloudless.driver.names`.
"""

from __future__ import annotations

from cloudless.driver.names import DIGEST, digest_of, shorten
from cloudless.errors import UnsupportedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Protocol

    from cloudless.ir import Application, Queue, Secret, Topic

    class Stage(Protocol):
        """What this needs of a table in cloudless.toml."""

        @property
        def name(self) -> str: ...
        @property
        def settings(self) -> Mapping[str, str]: ...
        @property
        def config(self) -> Mapping[str, Any]: ...


LEDGER = "ledger"
CODE, LEDGERS, HUB = "code", "ledger", "hub"
"""What a storage account of a stage is for: packages, the ledger, and what Durable keeps."""
INVOKE, START, CONTROL, SEND = "invoke", "start", "control", "send"
"""What a key allows: to invoke a function, to start or control executions, to send an event."""
_LONG_DIGEST = 10
"""Of accounts of apps, of which a stage may have hundreds, whose names have little room for more."""
_NAMESPACE_MAX = 50
_VAULT_MAX = 24
_SECRET_MAX = 127
"""https://learn.microsoft.com/en-us/azure/key-vault/general/about-keys-secrets-certificates#object-identifiers"""
_ACCOUNT_MAX = 24
_APP_MAX = 60
_HOST_ID_MAX = 32
"""https://learn.microsoft.com/en-us/azure/azure-functions/storage-considerations#host-id-considerations"""
_INSTANCE_MAX = 100
"""https://learn.microsoft.com/en-us/azure/durable-task/common/durable-task-instance-management#instance-ids"""
_EXECUTION_MAX = 64


def addresses_of(application: Application, stage: Stage) -> dict[str, Any]:
    """What `AzureCloud` is given to find a whole stage from outside."""
    app, name, subscription = application.name, stage.name, stage.settings.get("subscription", "")
    return {
        **entities_of(application),
        "ledger": LEDGER,
        "secrets": {secret.name: vault_secret_of(secret) for secret in application.secrets},
        "functions": [function.name for function in application.functions],
        "orchestrations": {
            one.name: [event.name for event in application.events if one.name in event.waiters]
            for one in application.orchestrations
        },
        "service_bus": f"{namespace_of(app, name, subscription)}.servicebus.windows.net",
        "tables": f"https://{account_of(app, name, subscription, LEDGERS)}.table.core.windows.net",
        "vault": f"https://{vault_of(app, name, subscription)}.vault.azure.net",
        "steps": f"https://{host_of(app, name, 'steps', subscription)}",
        "http": f"https://{host_of(app, name, 'http', subscription)}",
        "config": dict(stage.config),
    }


def entities_of(application: Application) -> dict[str, dict[str, str]]:
    """Names in the namespace by logical name: {"queues": …, "topics": …}. A subscription with a handler has a queue."""
    queues = {queue.name: entity_of(queue) for queue in application.queues}
    queues |= {one.name: one.name for one in application.subscriptions if one.handler}
    return {"queues": queues, "topics": {topic.name: topic_of(topic) for topic in application.topics}}


def entity_of(queue: Queue) -> str:
    """Name of a queue in the stage's namespace; `existing={"azure": "name"}` names one that is there already."""
    return _entity("queue", queue.name, queue.existing.get("azure") or queue.name)


def topic_of(topic: Topic) -> str:
    """Name of a topic in the stage's namespace, as for a queue."""
    return _entity("topic", topic.name, topic.existing.get("azure") or topic.name)


def is_elsewhere(one: Queue | Topic) -> bool:
    """Whether it is told by an Azure resource id, as what another namespace has."""
    return one.existing.get("azure", "").startswith("/")


def _entity(noun: str, name: str, entity: str) -> str:
    if entity.startswith("/"):
        raise UnsupportedError(
            f"{noun} {name!r}: azure: a {noun} of another namespace is not built; "
            f"existing= takes the name of a {noun} in the stage's own"
        )
    return entity


def vault_secret_of(secret: Secret) -> str:
    """Name of a secret in the stage's vault, or the URL of one in another vault.

    `existing={"azure": …}` takes the name of one that is made elsewhere, or its Azure resource id:
    /subscriptions/…/providers/Microsoft.KeyVault/vaults/<vault>/secrets/<name>.
    """
    name = secret.existing.get("azure") or secret.name
    if len(name) <= _SECRET_MAX and name.isascii() and name.replace("-", "").isalnum():
        return name
    vault, _, own = name.partition("/vaults/")[2].partition("/secrets/")
    if not name.startswith("/") or not vault or not own or "/" in own:
        raise UnsupportedError(
            f"secret {secret.name!r}: azure: {name!r} is not the resource id of a secret, nor a name of up to "
            f"{_SECRET_MAX} letters, digits and hyphens: "
            "/subscriptions/…/resourceGroups/…/providers/Microsoft.KeyVault/vaults/<vault>/secrets/<name>"
        )
    return f"https://{vault}.vault.azure.net/secrets/{own}"


def key_of(verb: str, name: str) -> str:
    """Name of the vault's secret that holds the key of a call: cloudless--invoke-charge.

    verb: INVOKE, START, CONTROL or SEND. No secret of a user's has two hyphens in a row; "_" becomes two, so that no
    two names become one (CL102, CL103: a hyphen of theirs stands between letters and digits).
    https://learn.microsoft.com/en-us/azure/key-vault/general/about-keys-secrets-certificates#object-identifiers
    """
    return f"cloudless--{verb}-{name.replace('_', '--')}"


def instance_of(orchestration: str, execution: str) -> str:
    """Id of an execution for Durable Functions, at most 100 characters: fulfil:7."""
    return f"{instance_prefix_of(orchestration)}{execution}"


def instance_prefix_of(orchestration: str) -> str:
    """What the ids of all executions of an orchestration begin with, and those of no other.

    A name too long ends in a digest after "~", which is in no name.
    """
    return f"{shorten(orchestration, _INSTANCE_MAX - _EXECUTION_MAX - 1, between='~')}:"


def head_of(app: str, stage: str) -> str:
    """What names begin with that need to be unique in the resource group only: shop-prod."""
    return _plain(f"{app}-{stage}")


def resource_group_of(app: str, stage: Stage) -> str:
    """Name of the resource group: the stage's own, or ours."""
    return stage.settings.get("resource_group") or head_of(app, stage.name)


def namespace_of(app: str, stage: str, subscription: str) -> str:
    """Name of the Service Bus namespace: letters, digits and hyphens, 6 to 50 characters."""
    return _world(f"{app}-{stage}", _NAMESPACE_MAX, app, stage, subscription)


def vault_of(app: str, stage: str, subscription: str) -> str:
    """Name of the Key Vault: letters, digits and single hyphens, 3 to 24 characters."""
    return _world(f"{app}-{stage}", _VAULT_MAX, app, stage, subscription)


def account_of(app: str, stage: str, subscription: str, use: str) -> str:
    """Name of a storage account: lower-case letters and digits, 3 to 24 characters. use: CODE, LEDGERS or HUB."""
    head = _letters(app, stage)[: _ACCOUNT_MAX - len(use) - DIGEST]
    return f"{head}{use}{digest_of(app, stage, subscription)}"


def app_account_of(app: str, stage: str, group: str, subscription: str) -> str:
    """Name of the storage account of a group's function app: as above."""
    head = _letters(app, stage, group)[: _ACCOUNT_MAX - _LONG_DIGEST]
    return f"{head}{digest_of(app, stage, group, subscription, digits=_LONG_DIGEST)}"


def function_app_of(app: str, stage: str, group: str, subscription: str) -> str:
    """Name of a group's function app: letters, digits and hyphens, 2 to 60 characters."""
    return _world(f"{app}-{stage}-{group}", _APP_MAX, app, stage, group, subscription)


def host_of(app: str, stage: str, group: str, subscription: str) -> str:
    """Host of a group's function app."""
    return f"{function_app_of(app, stage, group, subscription)}.azurewebsites.net"


def host_id_of(app: str, stage: str, group: str, subscription: str) -> str:
    """What a group's Functions host is called in its storage account: at most 32 characters."""
    return _world(group, _HOST_ID_MAX, app, stage, group, subscription)


def container_of(group: str) -> str:
    """Name of the container of a group's package: lower-case letters, digits and single hyphens, 3 to 63 characters."""
    return f"app-{group}"


def _world(head: str, longest: int, *parts: str) -> str:
    """A name that is unique in the world: the head as far as it fits, and a digest of the parts."""
    return f"{_plain(head)[: longest - DIGEST - 1].rstrip('-')}-{digest_of(*parts)}"


def _plain(name: str) -> str:
    """Without hyphens in a row, or at the end."""
    return "-".join(filter(None, name.split("-")))


def _letters(*parts: str) -> str:
    """What an account may be called of names: lower-case letters and digits."""
    return "".join(filter(str.isalnum, "".join(parts).lower()))
