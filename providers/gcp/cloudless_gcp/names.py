"""Physical names: what a stage's resources are called, for the compiler that makes them and the callers that use them.

    app shop, stage prod, in europe-west1     shop-prod begins every name; a name that is too long ends in a digest
    queue orders                              topic shop-prod-orders, with a subscription of that name
    its dead letters                          topic shop-prod-orders-dead-letters, with a subscription of that name
    topic order-placed                        topic shop-prod-order-placed
    subscription order-placed-mail            subscription shop-prod-order-placed-mail of that topic; with a filter,
                                              whose digest it ends in, shop-prod-order-placed-mail-1a2b3c
    what comes again for it alone             topic shop-prod-order-placed-mail, with a subscription …-retries
    handler take_all                          function shop-prod-take-all: Cloud Run has lower case and hyphens only
    what steps besides handlers run in        function shop-prod--worker, and for events shop-prod--broker
    orchestration fulfil                      workflow shop-prod-fulfil
    ledger                                    the Firestore database shop-prod-ledger
    what the broker keeps                     the Firestore database shop-prod-executions
    secret stripe-key                         shop-prod-stripe-key
    delays of a queue, or of a subscription   queue shop-prod-orders of Cloud Tasks
    who a function is                         service account shop-prod-take@<project>.iam.gserviceaccount.com
    as whom what was delayed is published     service account shop-prod--delays-orders@<project>.iam.gserviceaccount.com

Everything is known from app, stage, project and region. No name of a program has two hyphens in a row (CL103): what is
ours alone has.
May import: the standard library, `cloudless.driver.names`.
"""

from __future__ import annotations

import re

from cloudless.driver.names import broker_of, digest_of, prefix_of, shorten

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
        def project(self) -> str | None: ...
        @property
        def region(self) -> str | None: ...
        @property
        def config(self) -> Mapping[str, Any]: ...


NO_PROJECT, NO_REGION = "no-project", "europe-west1"
"""Of a build without a stage, which can be read and not deployed: `cloudless build --provider gcp`."""
CALLERS, PUSH, GATEWAY, BUILD, DELAYS = "-callers", "-push", "-http", "-build", "-delays-"
"""Service accounts of ours, by what follows the prefix: see `account_of`. After DELAYS a destination's name follows."""
_DEAD_LETTERS = "dead_letters"  # cloudless.ir.DEAD_LETTERS
_FUNCTION_MAX = 49
"""Fewer than 50 characters, of the service that a function is: its own could have 63.

https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services/create#query-parameters
"""
_WORKFLOW_MAX = 64
_ACCOUNT_MIN, _ACCOUNT_MAX = 6, 30
_TASKS_MAX = 100
_BUCKET_MAX = 63
_API_MAX = 49
_API_CONFIG_MAX, _TERRAFORM_DIGITS = 63, 26
"""https://cloud.google.com/workflows/docs/reference/rest/v1/projects.locations.workflows/create#query-parameters
https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/create#request-body
https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues#Queue.FIELDS.name
https://cloud.google.com/storage/docs/buckets#naming
https://cloud.google.com/api-gateway/docs/reference/rest/v1/projects.locations.gateways/create#query-parameters
https://cloud.google.com/api-gateway/docs/creating-api-config
https://developer.hashicorp.com/terraform/plugin/sdkv2/resources/unique-names
"""


def addresses_of(application: Application, stage: Stage) -> dict[str, Any]:
    """What `GoogleCloud` is given to find a whole stage from outside."""
    prefix, project, region = prefix_of(application.name, stage.name), project_of(stage), region_of(stage)
    found: dict[str, Any] = {
        "project": project,
        "region": region,
        "queues": queues_of(application, prefix, project),
        "subscriptions": subscriptions_of(application, prefix, project),
        "topics": {one.name: topic_of(one, prefix, project) for one in application.topics},
        "functions": {
            one.name: url_of(project, region, function_of(prefix, one.handler)) for one in application.functions
        },
        "orchestrations": {
            one.name: workflow_of(prefix, one.name, project, region) for one in application.orchestrations
        },
        "events": {one.name: list(one.waiters) for one in application.events},
        "broker": url_of(project, region, broker_of(prefix))
        if application.orchestrations or application.events
        else "",
        "secrets": {one.name: secret_of(one, prefix, project) for one in application.secrets},
        "ledger": ledger_of(prefix, project),
        "records": executions_of(prefix, project) if application.orchestrations or application.events else "",
        "delays": delays_of(application, prefix, project, region),
        "account": account_of(prefix, CALLERS, project),
        "config": dict(stage.config),
    }
    return {part: value for part, value in found.items() if value}


def project_of(stage: Stage) -> str:
    """The id of a stage's project, or what stands for one."""
    return stage.project or NO_PROJECT


def region_of(stage: Stage) -> str:
    """The region of a stage, or what stands for one."""
    return stage.region or NO_REGION


# --- Pub/Sub ------------------------------------------------------------------------------------------


def topic_id(prefix: str, name: str) -> str:
    """What the topic of a queue, of a topic or of a subscription's retries is called within its project.

    https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names
    """
    return f"{prefix}-{name}"


def queues_of(application: Application, prefix: str, project: str) -> dict[str, str]:
    """Every queue's topic, in full, by logical name; of a subscription with a handler, that of its retries."""
    found = {one.name: queue_of(one, prefix, project) for one in application.queues}
    retried = [one.name for one in application.subscriptions if one.handler]
    return {**found, **{name: _topic(topic_id(prefix, name), project) for name in retried}}


def queue_of(queue: Queue, prefix: str, project: str) -> str:
    """The full name of a queue's topic; what `existing=` says, an id or a full name, where it is there already."""
    return _topic(queue.existing.get("gcp") or topic_id(prefix, queue.name), project)


def topic_of(topic: Topic, prefix: str, project: str) -> str:
    """The full name of a topic; what `existing=` says, an id or a full name, where it is there already."""
    return _topic(topic.existing.get("gcp") or topic_id(prefix, topic.name), project)


def subscriptions_of(application: Application, prefix: str, project: str) -> dict[str, str]:
    """The subscriptions that can be pulled from, in full, by queue: of queues of ours that nothing consumes."""
    consumed = {one.queue for one in application.consumers} | {one.queue for one in application.schedules}
    consumed |= {one.queue for one in application.functions}
    waiting = [one for one in application.queues if one.name not in consumed and not one.existing.get("gcp")]
    return {one.name: subscription_of(queue_subscription_id(one, prefix), project) for one in waiting}


def queue_subscription_id(queue: Queue, prefix: str) -> str:
    """What the subscription of a queue is called."""
    return subscription_id(prefix, queue.name, "ordered" if queue.ordered else "", queue.existing.get("gcp", ""))


def subscription_id(prefix: str, name: str, *fixed: str) -> str:
    """What the subscription of a queue or subscriber is called.

    fixed: what of it is for good, where there is something to say: the text of its filter, that it keeps an order,
    whose topic it is of. Another one is another subscription, which is there before the one of before goes.
    https://cloud.google.com/pubsub/docs/subscription-properties
    """
    said = " ".join(filter(None, fixed))
    return f"{prefix}-{name}-{digest_of(said)}" if said else f"{prefix}-{name}"


def retries_id(prefix: str, name: str) -> str:
    """What the subscription is called by which a subscriber gets what comes again for it alone."""
    return f"{prefix}-{name}-retries"


def subscription_of(id: str, project: str) -> str:
    """The full name of a subscription."""
    return f"projects/{project}/subscriptions/{id}"


def _topic(name: str, project: str) -> str:
    return name if "/" in name else f"projects/{project}/topics/{name}"


# --- functions and workflows ---------------------------------------------------------------------------


def function_of(prefix: str, handler: str) -> str:
    """The name of a handler's function, and of the service of Cloud Run that it is."""
    return shorten(f"{prefix}-{_folded(handler)}", _FUNCTION_MAX)


def base_of(project: str, region: str) -> str:
    """What the URLs of all functions begin with."""
    return f"https://{region}-{project}.cloudfunctions.net/"


def url_of(project: str, region: str, function: str) -> str:
    """Where a function of that physical name is called; the audience of tokens for it, too.

    https://cloud.google.com/functions/docs/calling/http
    """
    return f"{base_of(project, region)}{function}"


def workflow_id(prefix: str, orchestration: str) -> str:
    """What the workflow of an orchestration is called."""
    return shorten(f"{prefix}-{_folded(orchestration)}", _WORKFLOW_MAX)


def workflow_of(prefix: str, orchestration: str, project: str, region: str) -> str:
    """The full name of the workflow of an orchestration."""
    return f"projects/{project}/locations/{region}/workflows/{workflow_id(prefix, orchestration)}"


# --- who they are --------------------------------------------------------------------------------------


def account_id(prefix: str, name: str) -> str:
    """What a service account is called.

    name: of the handler whose function it is, of the orchestration whose workflow, "-worker" or "-broker"; CALLERS,
    PUSH, GATEWAY, BUILD; what `delayer` says.
    """
    own = name if name.startswith("-") else _folded(name)
    whole = f"{prefix}-{own}"
    return shorten(whole if len(whole) >= _ACCOUNT_MIN else _told_apart(whole, whole), _ACCOUNT_MAX)


def delayer(name: str) -> str:
    """As whom delayed messages of a queue, or of a subscription, are published: its name for `account_id`.

    Queues may differ in hyphens and underscores alone, but not in case (CL101).
    """
    plain = name.lower().replace("_", "-")
    return f"{DELAYS}{plain if '_' not in name else _told_apart(plain, name)}"


def account_of(prefix: str, name: str, project: str) -> str:
    """The e-mail address of a service account."""
    return f"{account_id(prefix, name)}@{project}.iam.gserviceaccount.com"


# --- what they use -------------------------------------------------------------------------------------


def ledger_of(prefix: str, project: str) -> str:
    """The full name of the ledger's database."""
    return f"projects/{project}/databases/{ledger_id(prefix)}"


def ledger_id(prefix: str) -> str:
    """What the ledger's database is called: 4 to 63 characters.

    https://cloud.google.com/firestore/docs/manage-databases#database_id
    """
    return f"{prefix}-ledger"


def executions_of(prefix: str, project: str) -> str:
    """The full name of the database in which the broker keeps executions and their events."""
    return f"projects/{project}/databases/{executions_id(prefix)}"


def executions_id(prefix: str) -> str:
    """What that database is called."""
    return f"{prefix}-executions"


def secret_of(secret: Secret, prefix: str, project: str) -> str:
    """The full name of a secret; what `existing=` says, an id or a full name, where it is there already."""
    name = secret.existing.get("gcp") or secret_id(prefix, secret.name)
    return name if "/" in name else f"projects/{project}/secrets/{name}"


def secret_id(prefix: str, name: str) -> str:
    """What a secret is called."""
    return f"{prefix}-{name}"


def delays_of(application: Application, prefix: str, project: str, region: str) -> dict[str, dict[str, str]]:
    """Where delayed messages wait, by queue or subscription.

    {"orders": {"queue": full name, "topic": full name, "account": e-mail address of who publishes}}
    """
    topics = queues_of(application, prefix, project)
    return {
        name: {
            "queue": tasks_of(prefix, name, project, region),
            "topic": topics[name],
            "account": account_of(prefix, delayer(name), project),
        }
        for name in delayed_of(application)
    }


def delayed_of(application: Application) -> list[str]:
    """The queues and subscriptions whose messages may wait: not ordered ones, which a copy would overtake.

    Nor dead letters, unless something consumes them.
    """
    consumed = {one.queue for one in application.consumers}
    found = [
        one.name
        for one in application.queues
        if not one.ordered and (one.role != _DEAD_LETTERS or one.name in consumed)
    ]
    return sorted([*found, *(one.name for one in application.subscriptions if one.handler)])


def tasks_id(prefix: str, name: str) -> str:
    """What the queue of Cloud Tasks is called in which a queue's delayed messages wait: letters, digits and hyphens.

    No two names differ in case alone (CL101), but they may in hyphens and underscores.
    """
    plain = re.sub("[^A-Za-z0-9-]", "-", name)
    return shorten(f"{prefix}-{plain}" if plain == name else _told_apart(f"{prefix}-{plain}", name), _TASKS_MAX)


def tasks_of(prefix: str, name: str, project: str, region: str) -> str:
    """The full name of a queue of Cloud Tasks."""
    return f"projects/{project}/locations/{region}/queues/{tasks_id(prefix, name)}"


def job_id(prefix: str, schedule: str) -> str:
    """What the job of a schedule in Cloud Scheduler is called."""
    return f"{prefix}-{schedule}"


def bucket_of(prefix: str, project: str, region: str) -> str:
    """The name of the bucket of packages, unique in the world."""
    digits = digest_of(prefix, project, region, digits=12)
    return f"{prefix[: _BUCKET_MAX - len(digits) - 1].rstrip('-')}-{digits}"


def repository_id(prefix: str) -> str:
    """What the repository of Artifact Registry is called that keeps the images of functions."""
    return prefix.rstrip("-")


def api_id(prefix: str) -> str:
    """What the API is called, and its gateway."""
    return shorten(prefix.rstrip("-"), _API_MAX)


def api_config_prefix(prefix: str) -> str:
    """What the names of the API's configurations begin with; Terraform adds 26 digits."""
    return f"{shorten(prefix.rstrip('-'), _API_CONFIG_MAX - _TERRAFORM_DIGITS - 1)}-"


def _folded(name: str) -> str:
    """The name of a routine in lower case, digits and hyphens.

    No two are one there (CL102), but for underscores at an end, and two in a row: those are told apart by a digest.
    """
    plain = re.sub("-+", "-", name.lower().replace("_", "-")).strip("-")
    return plain if plain == name.lower().replace("_", "-") else _told_apart(plain, name)


def _told_apart(plain: str, name: str) -> str:
    return f"{plain}-{digest_of(name)}"
