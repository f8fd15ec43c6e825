"""Scopes: what roles are on, what subscriptions read, what functions use, as references.

What a function uses is made before it, and goes after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless_gcp import names

if TYPE_CHECKING:
    from cloudless_gcp.compile.ground import Ground

TOPIC, SUBSCRIPTION = "google_pubsub_topic", "google_pubsub_subscription"
FUNCTION, WORKFLOW = "google_cloudfunctions2_function", "google_workflows_workflow"
TASKS, SECRET, DATABASE = "google_cloud_tasks_queue", "google_secret_manager_secret", "google_firestore_database"
LEDGER, EXECUTIONS = "ledger", "executions"
"""Labels of databases."""
GIVEN_UP = "cloudless--given-up"
"""The topic of what may be lost, to which nobody subscribes."""


def of_queue(name: str) -> str:
    """Label of the topic of a queue; its subscription has the queue's own name."""
    return f"queue--{name}"


def of_subscriber(name: str) -> str:
    """Label of a subscription of a topic of the program's; no name has two hyphens in a row (CL103)."""
    return f"subscriber--{name}"


def of_retries(name: str) -> str:
    """Label of the topic of what comes again for one subscriber alone, and of its subscription."""
    return f"retries--{name}"


def queue_topic(ground: Ground, name: str) -> str:
    """The full name of a queue's topic, or of that of a subscription's retries, by its logical name."""
    queue = ground.queues.get(name)
    if queue is not None and queue.existing.get("gcp"):
        return names.topic_of(ground.place, queue)
    label = of_retries(name) if queue is None else of_queue(name)
    return ground.document.address(TOPIC, label)["id"]


def topic(ground: Ground, name: str) -> str:
    """The full name of a topic of the program."""
    one = ground.topics[name]
    if one.existing.get("gcp"):
        return names.topic_of(ground.place, one)
    return ground.document.address(TOPIC, name)["id"]


def secret(ground: Ground, name: str) -> str:
    """The full name of a secret."""
    one = ground.secrets[name]
    if one.existing.get("gcp"):
        return names.secret_of(ground.place, one)
    return ground.document.address(SECRET, name)["id"]


def function_name(ground: Ground, unit: str) -> str:
    """The name of a unit's function, which is that of its service, too."""
    return ground.document.address(FUNCTION, unit)["name"]
