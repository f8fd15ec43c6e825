"""Which permissions a role has, as far as builds give it: https://cloud.google.com/iam/docs/roles-permissions.

Only those of what members of ours do at run time; what a role has beside them (`resourcemanager.projects.get`, tags,
recommender) changes nothing here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from tests.bridge import Unreadable

ROLES: Mapping[str, str] = {
    # https://cloud.google.com/iam/docs/roles-permissions/pubsub
    "roles/pubsub.publisher": "pubsub.topics.publish",
    "roles/pubsub.subscriber": "pubsub.snapshots.seek pubsub.subscriptions.consume pubsub.topics.attachSubscription",
    "roles/pubsub.viewer": (
        "pubsub.schemas.get pubsub.schemas.list pubsub.snapshots.get pubsub.snapshots.list pubsub.subscriptions.get"
        " pubsub.subscriptions.list pubsub.topics.get pubsub.topics.list"
    ),
    # https://cloud.google.com/iam/docs/roles-permissions/run
    "roles/run.invoker": "run.jobs.run run.routes.invoke",
    # https://cloud.google.com/iam/docs/roles-permissions/secretmanager
    "roles/secretmanager.secretAccessor": "secretmanager.versions.access",
    "roles/secretmanager.secretVersionAdder": "secretmanager.versions.add",
    # https://cloud.google.com/iam/docs/roles-permissions/firestore
    "roles/datastore.user": (
        "datastore.databases.get datastore.databases.getMetadata datastore.databases.list"
        " datastore.entities.allocateIds datastore.entities.create datastore.entities.delete datastore.entities.get"
        " datastore.entities.list datastore.entities.update datastore.indexes.list datastore.namespaces.get"
        " datastore.namespaces.list datastore.statistics.get datastore.statistics.list"
    ),
    "roles/datastore.viewer": (
        "datastore.databases.get datastore.databases.getMetadata datastore.databases.list datastore.entities.get"
        " datastore.entities.list datastore.indexes.get datastore.indexes.list datastore.namespaces.get"
        " datastore.namespaces.list datastore.statistics.get datastore.statistics.list"
    ),
    # https://cloud.google.com/iam/docs/roles-permissions/workflows
    "roles/workflows.invoker": (
        "workflows.callbacks.list workflows.callbacks.send workflows.executions.cancel workflows.executions.create"
        " workflows.executions.get workflows.executions.list workflows.stepEntries.get workflows.stepEntries.list"
    ),
    "roles/workflows.viewer": (
        "workflows.callbacks.list workflows.executions.get workflows.executions.list workflows.locations.get"
        " workflows.locations.list workflows.operations.get workflows.operations.list workflows.stepEntries.get"
        " workflows.stepEntries.list workflows.workflows.get workflows.workflows.list workflows.workflows.listRevision"
    ),
    # https://cloud.google.com/iam/docs/roles-permissions/cloudtasks
    "roles/cloudtasks.enqueuer": "cloudtasks.tasks.create cloudtasks.tasks.fullView",
    # https://cloud.google.com/iam/docs/roles-permissions/iam
    "roles/iam.serviceAccountUser": (
        "iam.serviceAccounts.actAs iam.serviceAccounts.get iam.serviceAccounts.list"
    ),
    "roles/iam.serviceAccountTokenCreator": (
        "iam.serviceAccounts.get iam.serviceAccounts.getAccessToken iam.serviceAccounts.getOpenIdToken"
        " iam.serviceAccounts.implicitDelegation iam.serviceAccounts.list iam.serviceAccounts.signBlob"
        " iam.serviceAccounts.signJwt"
    ),
    "roles/iam.serviceAccountOpenIdTokenCreator": "iam.serviceAccounts.getOpenIdToken",
    # https://cloud.google.com/iam/docs/roles-permissions/logging
    "roles/logging.logWriter": "logging.logEntries.create logging.logEntries.route",
    # https://cloud.google.com/iam/docs/roles-permissions/monitoring
    "roles/monitoring.viewer": (
        "monitoring.metricDescriptors.get monitoring.metricDescriptors.list monitoring.timeSeries.list"
    ),
    # https://cloud.google.com/iam/docs/roles-permissions/storage
    "roles/storage.objectViewer": "storage.objects.get storage.objects.list",
    # https://cloud.google.com/iam/docs/roles-permissions/artifactregistry
    "roles/artifactregistry.writer": (
        "artifactregistry.repositories.downloadArtifacts artifactregistry.repositories.uploadArtifacts"
    ),
    # https://cloud.google.com/iam/docs/roles-permissions/cloudbuild
    "roles/cloudbuild.builds.builder": (
        "artifactregistry.repositories.downloadArtifacts artifactregistry.repositories.uploadArtifacts"
        " logging.logEntries.create storage.objects.get"
    ),
}  # fmt: skip


@cache
def permissions(role: str) -> frozenset[str]:
    """Raises Unreadable for a role that builds of ours do not give, basic ones (roles/editor) above all."""
    if role not in ROLES:
        raise Unreadable(f"what members of {role} may do")
    return frozenset(ROLES[role].split())
