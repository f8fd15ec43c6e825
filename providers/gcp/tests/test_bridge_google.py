"""The bridge from a build for Google Cloud: what it makes of a document, and what it refuses as Google would."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from providers.gcp.tests.bridge import Document, Google, Unreadable, apply, problems
from providers.gcp.tests.discovery import Call

P, R = "shop-123", "europe-west1"
ROOT, PLACE = f"projects/{P}", f"projects/{P}/locations/{R}"
URL = f"https://{R}-{P}.cloudfunctions.net/shop-prod-take"
SERVICES = (
    "apigateway", "artifactregistry", "cloudbuild", "cloudfunctions", "cloudscheduler", "cloudtasks", "firestore",
    "iam", "monitoring", "pubsub", "run", "secretmanager", "servicecontrol", "servicemanagement", "storage",
    "workflowexecutions", "workflows",
)  # fmt: skip
OPENAPI = {
    "swagger": "2.0",
    "info": {"title": "shop", "version": "1"},
    "paths": {
        "/orders": {
            "post": {
                "operationId": "create",
                "responses": {"default": {"description": "whatever"}},
                "x-google-backend": {"address": URL, "path_translation": "APPEND_PATH_TO_ADDRESS"},
            }
        }
    },
}
WORKFLOW = {
    "main": {
        "steps": [
            {"call": {"call": "http.post", "args": {"url": URL, "auth": {"type": "OIDC"}}, "result": "answer"}},
            {"done": {"return": "${answer.body}"}},
        ]
    }
}
Plain = dict[str, Any]


def account(id: str) -> Plain:
    return {"account_id": f"shop-prod-{id}"}


def member(role: str, who: str, **of: Any) -> Plain:
    return {**of, "role": f"roles/{role}", "member": f"${{{who}.member}}"}


def of_function(who: str) -> Plain:
    place = {"project": P, "location": R, "name": "${google_cloudfunctions2_function.take.name}"}
    return member("run.invoker", f"google_service_account.{who}", **place)


def of_project(role: str, who: str, condition: str = "") -> Plain:
    found = member(role, f"google_service_account.{who}", project=P)
    return {**found, "condition": {"title": "only there", "expression": condition}} if condition else found


AGENT = "google_project_service_identity"
REPOSITORY = "google_artifact_registry_repository"


def resources() -> Plain:
    """A queue with dead letters, its consumer, an endpoint, a schedule, an orchestration, and all that they need."""
    return {
        "google_project_service": {
            one: {"project": P, "service": f"{one}.googleapis.com", "disable_on_destroy": False} for one in SERVICES
        },
        AGENT: {one: {"service": f"{one}.googleapis.com"} for one in ("pubsub", "cloudscheduler")},
        "google_service_account": {one: account(one) for one in ("take", "push", "build", "http", "fulfil")},
        "google_storage_bucket": {
            "code": {
                "name": "shop-prod-code-1a2b",
                "location": R,
                "uniform_bucket_level_access": True,
                "public_access_prevention": "enforced",
            }
        },
        "google_storage_bucket_object": {
            "code": {
                "bucket": "${google_storage_bucket.code.name}",
                "name": "bundle.zip",
                "source": "${path.module}/bundle.zip",
            }
        },
        REPOSITORY: {"images": {"location": R, "repository_id": "shop-prod", "format": "DOCKER"}},
        f"{REPOSITORY}_iam_member": {
            "build": member(
                "artifactregistry.writer",
                "google_service_account.build",
                location=R,
                repository=f"${{{REPOSITORY}.images.name}}",
            )
        },
        "google_project_iam_member": {
            "logs": of_project("logging.logWriter", "build"),
            "reads": of_project("storage.objectViewer", "build", 'resource.name.startsWith("projects/_/buckets/gcf-")'),
            "keeps": of_project("datastore.user", "take", f'resource.name == "{ROOT}/databases/shop-prod-ledger"'),
            "fulfil": of_project("logging.logWriter", "fulfil"),
        },
        "google_cloudfunctions2_function": {
            "take": {
                "location": R,
                "name": "shop-prod-take",
                "build_config": {
                    "runtime": "python312",
                    "entry_point": "on_take",
                    "service_account": "${google_service_account.build.id}",
                    "docker_repository": f"${{{REPOSITORY}.images.id}}",
                    "environment_variables": {"GOOGLE_FUNCTION_SOURCE": "cloudless_main.py"},
                    "source": {
                        "storage_source": {
                            "bucket": "${google_storage_bucket_object.code.bucket}",
                            "object": "${google_storage_bucket_object.code.name}",
                        }
                    },
                },
                "service_config": {
                    "available_memory": "256Mi",
                    "timeout_seconds": 70,
                    "max_instance_count": 100,
                    "service_account_email": "${google_service_account.take.email}",
                },
                "depends_on": [
                    f"{REPOSITORY}_iam_member.build",
                    "google_project_iam_member.logs",
                    "google_project_iam_member.reads",
                ],
            }
        },
        "google_cloud_run_v2_service_iam_member": {one: of_function(one) for one in ("push", "http", "fulfil")},
        "google_service_account_iam_member": {
            "tokens": member(
                "iam.serviceAccountTokenCreator",
                f"{AGENT}.pubsub",
                service_account_id="${google_service_account.push.name}",
            )
        },
        "google_pubsub_topic": {one: {"name": f"shop-prod-{one}"} for one in ("orders", "orders-dead", "report")},
        "google_pubsub_subscription": {
            "orders": {
                "name": "shop-prod-orders",
                "topic": "${google_pubsub_topic.orders.id}",
                "ack_deadline_seconds": 70,
                "expiration_policy": {"ttl": ""},
                "retry_policy": {"minimum_backoff": "1s", "maximum_backoff": "600s"},
                "dead_letter_policy": {
                    "dead_letter_topic": "${google_pubsub_topic.orders-dead.id}",
                    "max_delivery_attempts": 5,
                },
                "push_config": {
                    "push_endpoint": URL,
                    "oidc_token": {"service_account_email": "${google_service_account.push.email}", "audience": URL},
                },
                "filter": 'attributes.region = "eu"',
            },
            "orders-dead": {
                "name": "shop-prod-orders-dead",
                "topic": "${google_pubsub_topic.orders-dead.id}",
                "expiration_policy": [{"ttl": ""}],
            },
        },
        "google_pubsub_topic_iam_member": {
            "letters": member("pubsub.publisher", f"{AGENT}.pubsub", topic="${google_pubsub_topic.orders-dead.id}"),
            "ticks": member("pubsub.publisher", f"{AGENT}.cloudscheduler", topic="${google_pubsub_topic.report.id}"),
        },
        "google_pubsub_subscription_iam_member": {
            "letters": member(
                "pubsub.subscriber", f"{AGENT}.pubsub", subscription="${google_pubsub_subscription.orders.name}"
            )
        },
        "google_cloud_tasks_queue": {
            "orders": {"location": R, "name": "shop-prod-orders", "retry_config": {"max_attempts": -1}}
        },
        "google_cloud_tasks_queue_iam_member": {
            "orders": member(
                "cloudtasks.enqueuer",
                "google_service_account.take",
                location=R,
                name="${google_cloud_tasks_queue.orders.name}",
            )
        },
        "google_cloud_scheduler_job": {
            "report": {
                "region": R,
                "name": "shop-prod-report",
                "schedule": "0 * * * *",
                "time_zone": "Etc/UTC",
                "pubsub_target": {
                    "topic_name": "${google_pubsub_topic.report.id}",
                    "data": b64encode(b"{}").decode(),
                },
            }
        },
        "google_firestore_database": {
            "ledger": {"name": "shop-prod-ledger", "location_id": R, "type": "FIRESTORE_NATIVE"}
        },
        "google_firestore_field": {
            "leases": {
                "database": "${google_firestore_database.ledger.name}",
                "collection": "leases",
                "field": "expires",
                "ttl_config": {},
                "index_config": {},
            }
        },
        "google_secret_manager_secret": {"key": {"secret_id": "shop-prod-key", "replication": {"auto": {}}}},
        "google_secret_manager_secret_iam_member": {
            "key": member(
                "secretmanager.secretAccessor",
                "google_service_account.take",
                secret_id="${google_secret_manager_secret.key.id}",
            )
        },
        "google_workflows_workflow": {
            "fulfil": {
                "region": R,
                "name": "shop-prod-fulfil",
                "service_account": "${google_service_account.fulfil.id}",
                "source_contents": '${file("${path.module}/fulfil.json")}',
                "deletion_protection": False,
            }
        },
        "google_api_gateway_api": {"http": {"api_id": "shop-prod"}},
        "google_api_gateway_api_config": {
            "http": {
                "api": "${google_api_gateway_api.http.api_id}",
                "api_config_id_prefix": "shop-prod-",
                "openapi_documents": [
                    {
                        "document": {
                            "path": "openapi.json",
                            "contents": '${filebase64("${path.module}/openapi.json")}',
                        }
                    }
                ],
                "gateway_config": {
                    "backend_config": {"google_service_account": "${google_service_account.http.email}"}
                },
            }
        },
        "google_api_gateway_gateway": {
            "http": {
                "api_config": "${google_api_gateway_api_config.http.id}",
                "gateway_id": "shop-prod",
                "region": R,
            }
        },
        "google_monitoring_notification_channel": {
            "email": {"type": "email", "labels": {"email_address": "ops@example.com"}}
        },
        "google_monitoring_alert_policy": {
            "letters": {
                "display_name": "letters",
                "combiner": "OR",
                "notification_channels": ["${google_monitoring_notification_channel.email.id}"],
                "documentation": {"content": "There are dead letters."},
                "conditions": [
                    {
                        "display_name": "letters",
                        "condition_threshold": {
                            "filter": 'metric.type = "pubsub.googleapis.com/subscription/num_undelivered_messages" AND '
                            'resource.type = "pubsub_subscription" AND '
                            'resource.label."subscription_id" = one_of("shop-prod-orders-dead")',
                            "comparison": "COMPARISON_GT",
                            "threshold_value": 0,
                            "duration": "0s",
                            "aggregations": [{"alignment_period": "300s", "per_series_aligner": "ALIGN_MAX"}],
                        },
                    }
                ],
            }
        },
    }


def _ready(found: Plain) -> Plain:
    """Everything but services comes after them."""
    services = [f"google_project_service.{one}" for one in found["google_project_service"]]
    for type, named in found.items():
        if type != "google_project_service":
            for body in named.values():
                body["depends_on"] = [*body.get("depends_on", []), *services]
    return found


class Build:
    """A folder with a document."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.resources = resources()
        self.calls: list[Call] = []
        with ZipFile(folder / "bundle.zip", "w") as package:
            package.writestr("cloudless_main.py", "")
            package.writestr("requirements.txt", "functions-framework==3.10.2\n")
        (folder / "openapi.json").write_text(json.dumps(OPENAPI))
        (folder / "fulfil.json").write_text(json.dumps(WORKFLOW))

    def made(self) -> Google:
        providers = {"google": {"project": P, "region": R, "default_labels": {"cloudless-app": "shop"}}}
        document = {"provider": providers, "resource": _ready(deepcopy(self.resources))}
        (self.folder / "main.tf.json").write_text(json.dumps(document))
        google = Google(project=P, number="123456789012", region=R, made=self._made)
        apply(Document.read(self.folder), google, {})
        return google

    def _made(self, call: Call) -> Plain:
        self.calls.append(call)
        return {}

    def change(self, path: str, value: Any) -> None:
        """path: "google_pubsub_topic/orders/name". value: REMOVED to take it away."""
        *above, last = path.split("/")
        body = self.resources
        for one in above:
            body = body[one]
        if value is REMOVED:
            del body[last]
        else:
            body[last] = value


REMOVED = object()


@pytest.fixture
def build(tmp_path: Path) -> Build:
    return Build(tmp_path)


def test_everything_is_made(build: Build) -> None:
    google = build.made()
    assert list(problems(google)) == []
    function = google.functions["shop-prod-take"]
    assert (function.url, function.entry_point, function.account) == (
        URL, "on_take", f"shop-prod-take@{P}.iam.gserviceaccount.com",
    )  # fmt: skip
    subscription = google.subscriptions[f"{ROOT}/subscriptions/shop-prod-orders"]
    assert subscription.push is not None
    assert (subscription.push.url, subscription.filter) == (URL, 'attributes.region = "eu"')
    assert subscription.settings.maximum_backoff_s == 600
    assert google.databases[f"{ROOT}/databases/shop-prod-ledger"].ttl == {("leases", "expires")}
    assert f"{PLACE}/workflows/shop-prod-fulfil" in google.workflows
    assert [one.host for one in google.gateways.values()] == ["shop-prod-abcdefgh.ew.gateway.dev"]
    assert list(google.tasks.queues) == [f"{PLACE}/queues/shop-prod-orders"]
    assert list(google.scheduler.jobs) == [f"{PLACE}/jobs/shop-prod-report"]
    assert google.secrets.names == [f"{ROOT}/secrets/shop-prod-key"]


def test_who_may_what_is_what_the_members_say(build: Build) -> None:
    google = build.made()
    take = google.accounts[f"shop-prod-take@{P}.iam.gserviceaccount.com"].member
    assert google.iam.allows(take, "secretmanager.versions.access", f"{ROOT}/secrets/shop-prod-key/versions/latest")
    assert google.iam.allows(take, "datastore.entities.create", f"{ROOT}/databases/shop-prod-ledger")
    assert google.iam.allows(take, "cloudtasks.tasks.create", f"{PLACE}/queues/shop-prod-orders")
    assert not google.iam.allows(take, "datastore.entities.create", f"{ROOT}/databases/other")
    assert not google.iam.allows(take, "pubsub.topics.publish", f"{ROOT}/topics/shop-prod-orders")


def test_calls_come_in_the_order_of_references(build: Build) -> None:
    build.made()
    made = [call.params["name"] for call in build.calls if call.service == "pubsub"]
    assert made.index(f"{ROOT}/topics/shop-prod-orders-dead") < made.index(f"{ROOT}/subscriptions/shop-prod-orders")
    (subscription,) = [one for one in build.calls if one.params.get("name") == f"{ROOT}/subscriptions/shop-prod-orders"]
    assert subscription.body["pushConfig"]["oidcToken"]["audience"] == URL
    assert subscription.body["deadLetterPolicy"]["maxDeliveryAttempts"] == 5


FUNCTION = "google_cloudfunctions2_function/take"
SUBSCRIPTION = "google_pubsub_subscription/orders"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("google_acme_thing", {"one": {}}),
        ("google_pubsub_topic/orders/strange", 1),
        ("google_pubsub_topic/orders/name", "goog-orders"),
        ("google_pubsub_topic/orders/name", "shop-prod-report"),
        ("google_pubsub_topic/orders/project", "other"),
        ("google_pubsub_topic/orders/message_retention_duration", "599s"),
        ("google_pubsub_topic/orders/labels", {"Not": "lower"}),
        (f"{SUBSCRIPTION}/topic", "projects/shop-123/topics/other"),
        (f"{SUBSCRIPTION}/ack_deadline_seconds", 601),
        (f"{SUBSCRIPTION}/filter", "attributes.region = eu"),
        (f"{SUBSCRIPTION}/filter", f"attributes:{'a' * 250}"),
        (f"{SUBSCRIPTION}/retry_policy/minimum_backoff", "601s"),
        (f"{SUBSCRIPTION}/dead_letter_policy/max_delivery_attempts", 4),
        (f"{SUBSCRIPTION}/dead_letter_policy/dead_letter_topic", f"{ROOT}/topics/other"),
        (f"{SUBSCRIPTION}/push_config/push_endpoint", "http://example.com"),
        (f"{SUBSCRIPTION}/push_config/oidc_token/service_account_email", "a@b"),
        (f"{SUBSCRIPTION}/expiration_policy", {"ttl": "3600s"}),
        (f"{FUNCTION}/name", "shop_prod_take"),
        (f"{FUNCTION}/name", "a" * 50),
        (f"{FUNCTION}/location", "us-central1"),
        (f"{FUNCTION}/build_config/runtime", "python310"),
        (f"{FUNCTION}/build_config/environment_variables", {}),
        (f"{FUNCTION}/build_config/service_account", "projects/shop-123/serviceAccounts/other"),
        (f"{FUNCTION}/build_config/source/storage_source/object", "other.zip"),
        (f"{FUNCTION}/service_config/timeout_seconds", 3_601),
        (f"{FUNCTION}/service_config/available_memory", "64Mi"),
        (f"{FUNCTION}/service_config/min_instance_count", 101),
        (f"{FUNCTION}/service_config/max_instance_request_concurrency", 2),
        (f"{FUNCTION}/service_config/environment_variables", {"K_SERVICE": "a"}),
        (f"{FUNCTION}/service_config/ingress_settings", "ALLOW_SOME"),
        ("google_project_iam_member/logs/role", "roles/editor"),
        ("google_project_iam_member/reads/condition/expression", 'resource.name.startsWith("projects/_/buckets/x")'),
        ("google_project_service/pubsub", REMOVED),
        ("google_project_service/cloudbuild", REMOVED),
        ("google_project_service/pubsub/disable_on_destroy", True),
        ("google_project_service_identity/pubsub/service", "acme.googleapis.com"),
        ("google_pubsub_topic_iam_member/ticks/member", "serviceAccount:other@shop-123.iam.gserviceaccount.com"),
        ("google_pubsub_topic_iam_member/ticks/topic", "other"),
        ("google_service_account/take/account_id", "take"),
        ("google_service_account/take/account_id", "shop-prod-push"),
        ("google_storage_bucket/code/name", "google-code"),
        ("google_storage_bucket/code/public_access_prevention", "inherited"),
        ("google_storage_bucket_object/code/source", "${path.module}/other.zip"),
        ("google_cloud_tasks_queue/orders/name", "shop_prod"),
        ("google_cloud_tasks_queue/orders/retry_config/max_attempts", 0),
        ("google_cloud_scheduler_job/report/schedule", "every hour"),
        ("google_cloud_scheduler_job/report/time_zone", "Europe/Berlin"),
        ("google_cloud_scheduler_job/report/pubsub_target/topic_name", f"{ROOT}/topics/other"),
        ("google_firestore_database/ledger/name", "abc"),
        ("google_firestore_database/ledger/type", "DATASTORE_MODE"),
        ("google_firestore_field/leases/database", "other"),
        ("google_secret_manager_secret/key/secret_id", "a.b"),
        ("google_secret_manager_secret/key/replication", {}),
        ("google_workflows_workflow/fulfil/name", "1st"),
        ("google_workflows_workflow/fulfil/source_contents", '{"main": {"steps": []}}'),
        ("google_workflows_workflow/fulfil/deletion_protection", True),
        ("google_api_gateway_gateway/http/region", "europe-west3"),
        ("google_api_gateway_gateway/http/gateway_id", "Shop"),
        ("google_monitoring_alert_policy/letters/combiner", "SOME"),
        ("google_monitoring_notification_channel/email/type", "sms"),
    ],
)
def test_what_google_refuses_or_nobody_knows(build: Build, path: str, value: Any) -> None:
    build.change(path, value)
    with pytest.raises(Unreadable):
        build.made()


def test_an_openapi_document_is_read(build: Build) -> None:
    (build.folder / "openapi.json").write_text(json.dumps({**OPENAPI, "swagger": "3.0"}))
    with pytest.raises(Unreadable, match=r"OpenAPI 2\.0"):
        build.made()


def _filter(text: str) -> Callable[[Build], None]:
    def change(build: Build) -> None:
        policy = build.resources["google_monitoring_alert_policy"]["letters"]
        policy["conditions"][0]["condition_threshold"]["filter"] = text

    return change


_UNDELIVERED = 'metric.type = "pubsub.googleapis.com/subscription/num_undelivered_messages"'


@pytest.mark.parametrize(
    "text",
    [
        "anything",
        _UNDELIVERED,
        f'{_UNDELIVERED} AND resource.type = "cloud_run_revision"',
        f'{_UNDELIVERED} AND resource.type = "pubsub_subscription" AND resource.label."queue" = "a"',
        f'{_UNDELIVERED} AND resource.type = "pubsub_subscription" AND metric.label."status" = "a"',
        'metric.type = "acme.com/count" AND resource.type = "pubsub_subscription"',
        'metric.type = "run.googleapis.com/request_count" AND resource.type = "cloud_run_revision"',
    ],
)
def test_an_alert_watches_what_there_is(build: Build, text: str) -> None:
    _filter(text)(build)
    with pytest.raises(Unreadable):
        build.made()


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (f"{SUBSCRIPTION}/expiration_policy", REMOVED, "goes after a month"),
        (f"{SUBSCRIPTION}/push_config/push_endpoint", f"{URL}-2", "which no function is"),
        (f"{SUBSCRIPTION}/push_config/oidc_token/audience", f"{URL}-2", "tokens are for"),
        (f"{SUBSCRIPTION}/push_config/oidc_token", REMOVED, "nobody may not call"),
        ("google_cloud_run_v2_service_iam_member/push", REMOVED, "may not call shop-prod-take"),
        ("google_cloud_run_v2_service_iam_member/http", REMOVED, "POST /orders: .* may not call shop-prod-take"),
        ("google_cloud_run_v2_service_iam_member/fulfil", REMOVED, "may not call shop-prod-take"),
        ("google_service_account_iam_member/tokens", REMOVED, "Pub/Sub may not have tokens"),
        ("google_pubsub_topic_iam_member/letters", REMOVED, "may not publish dead letters"),
        ("google_pubsub_subscription_iam_member/letters", REMOVED, "may not take dead letters"),
        ("google_pubsub_subscription/orders-dead", REMOVED, "dead letters are lost"),
        ("google_pubsub_topic_iam_member/ticks", REMOVED, "Cloud Scheduler may not publish"),
        ("google_project_iam_member/fulfil", REMOVED, "may not log"),
        ("google_pubsub_subscription/orders-dead/name", "shop-prod-other", "which there are not"),
        ("google_project_iam_member/keeps/condition", REMOVED, "is roles/datastore.user on the whole project"),
        ("google_cloud_run_v2_service_iam_member/push/member", "allUsers", "everybody is roles/run.invoker"),
    ],
)
def test_what_no_service_says_at_once(build: Build, path: str, value: Any, said: str) -> None:
    build.change(path, value)
    found = list(problems(build.made()))
    assert found, "nothing is wrong"
    assert any(re.search(said, one) for one in found), found
