"""Services of Google's, and their agents: who Pub/Sub and Cloud Scheduler are where they use what is ours.

https://cloud.google.com/iam/docs/service-agents
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless_gcp.compile.ground import BETA

if TYPE_CHECKING:
    from cloudless_gcp.compile.ground import Ground

PUBSUB, SCHEDULER, TASKS, WORKFLOWS = "pubsub", "cloudscheduler", "cloudtasks", "workflows"
FUNCTIONS, RUN, BUILD, IMAGES, STORAGE = "cloudfunctions", "run", "cloudbuild", "artifactregistry", "storage"
IAM, TOKENS, POLICIES, MONITORING = "iam", "iamcredentials", "cloudresourcemanager", "monitoring"
FIRESTORE, SECRETS, EXECUTIONS = "firestore", "secretmanager", "workflowexecutions"
GATEWAY, MANAGEMENT, CONTROL = "apigateway", "servicemanagement", "servicecontrol"
"""Names of services, without .googleapis.com."""


def agent(ground: Ground, service: str) -> str:
    """The member that a service of Google's is in this project, as a reference."""
    if service not in ground.agents:
        ground.agents[service] = ground.document.resource(
            "google_project_service_identity",
            service,
            {"provider": BETA, **ground.of(service), "service": f"{service}.googleapis.com"},
        )
    return ground.agents[service]["member"]
