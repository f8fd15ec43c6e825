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

A noun a file; every name is made of a place (place.py) and what something is called in the program.

    x_id(place, …)      what it is called in its project: Terraform's documents say that
    x_of(place, …)      its full name, URL or e-mail address: addresses and requests say that

No name of a program has two hyphens in a row (CL103): what is ours alone has.
May import: the standard library, `cloudless.driver.names`, `cloudless.node`.
"""

from __future__ import annotations

from cloudless_gcp.names.account import BUILD, CALLERS, DELAYS, GATEWAY, PUSH, account_id, account_of, delayer
from cloudless_gcp.names.address import addresses_of
from cloudless_gcp.names.delay import delayed_of, delays_of, tasks_id, tasks_of
from cloudless_gcp.names.function import base_of, function_id, url_of
from cloudless_gcp.names.http import api_config_prefix, api_id
from cloudless_gcp.names.ledger import executions_id, executions_of, ledger_id, ledger_of
from cloudless_gcp.names.orchestration import workflow_id, workflow_of
from cloudless_gcp.names.place import NO_PROJECT, NO_REGION, Place, place_of
from cloudless_gcp.names.publication import bucket_id, repository_id
from cloudless_gcp.names.queue import queue_subscription_id, queues_of, subscriptions_of
from cloudless_gcp.names.schedule import job_id
from cloudless_gcp.names.secret import secret_id, secret_of
from cloudless_gcp.names.topic import retries_id, subscription_id, subscription_of, topic_id, topic_of

__all__ = [
    "BUILD",
    "CALLERS",
    "DELAYS",
    "GATEWAY",
    "NO_PROJECT",
    "NO_REGION",
    "PUSH",
    "Place",
    "account_id",
    "account_of",
    "addresses_of",
    "api_config_prefix",
    "api_id",
    "base_of",
    "bucket_id",
    "delayed_of",
    "delayer",
    "delays_of",
    "executions_id",
    "executions_of",
    "function_id",
    "job_id",
    "ledger_id",
    "ledger_of",
    "place_of",
    "queue_subscription_id",
    "queues_of",
    "repository_id",
    "retries_id",
    "secret_id",
    "secret_of",
    "subscription_id",
    "subscription_of",
    "subscriptions_of",
    "tasks_id",
    "tasks_of",
    "topic_id",
    "topic_of",
    "url_of",
    "workflow_id",
    "workflow_of",
]
