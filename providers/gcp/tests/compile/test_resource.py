"""What is made: queues, subscriptions, functions, publication, workflows, secrets, the ledger, delays, alerts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from math import ceil
from typing import Any

import pytest

from cloudless import App, Retry
from cloudless.ir import DEAD_LETTERS, Application
from cloudless.node import replace
from cloudless.passes.plans import plans
from cloudless_gcp import names
from cloudless_gcp.deadline import OURS_S, START_S
from cloudless_gcp.limits import ACKNOWLEDGE_S
from providers.gcp.tests.compile import documents
from providers.gcp.tests.compile.documents import (
    PROJECT,
    REGION,
    compiled,
    conformance,
    document,
    example,
    program,
    resources,
    settled,
)

SUBSCRIPTION, FUNCTION = "google_pubsub_subscription", "google_cloudfunctions2_function"


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_every_subscription_keeps_its_messages_for_as_long_as_it_can_and_itself_for_ever(
    application: Callable[[], Application],
) -> None:
    for one in resources(application(), SUBSCRIPTION).values():
        assert (one["message_retention_duration"], one["expiration_policy"]) == ("2678400s", {"ttl": ""})


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_pushes_keep_the_contract(application: Callable[[], Application]) -> None:
    """docs/mechanisms.md: failure, lock, back-off, order."""
    made = document(application())
    functions = made["resource"].get(FUNCTION, {})
    for source, plan in plans(application()).items():
        labels = [source, f"subscriber--{source}", f"retries--{source}"]
        for one in (
            made["resource"][SUBSCRIPTION][label] for label in labels if label in made["resource"].get(SUBSCRIPTION, {})
        ):
            url = f"https://{REGION}-{PROJECT}.cloudfunctions.net/{functions[plan.handler]['name']}"
            assert one["push_config"]["push_endpoint"] == url
            token = {"service_account_email": "${google_service_account.cloudless--push.email}", "audience": url}
            assert one["push_config"]["oidc_token"] == token
            assert one["ack_deadline_seconds"] == ceil(plan.timeout_s) + OURS_S + START_S <= ACKNOWLEDGE_S[1]
            assert one["ack_deadline_seconds"] >= functions[plan.handler]["service_config"]["timeout_seconds"]
            assert one.get("enable_message_ordering", False) == plan.ordered
            if plan.endless:
                assert one["dead_letter_policy"]["max_delivery_attempts"] == 100
            else:
                letters = plan.dead_letters and f"queue--{plan.dead_letters}"
                topic = f"${{google_pubsub_topic.{letters or 'cloudless--given-up'}.id}}"
                is_counted_by_us = plan.once or plan.ordered or plan.exclusive
                most = 100 if is_counted_by_us else min(100, max(5, plan.attempts + 1))
                assert one["dead_letter_policy"] == {"dead_letter_topic": topic, "max_delivery_attempts": most}


@pytest.mark.parametrize(
    ("retry", "waits"),
    [
        (Retry(delay=timedelta(seconds=2)), ("2s", "600s")),
        (Retry(delay=timedelta(seconds=2), factor=1), ("2s", "2s")),
        (Retry(delay=timedelta(seconds=0.5), max_delay=timedelta(seconds=30)), ("0.5s", "30s")),
        (Retry(delay=timedelta(microseconds=1), max_delay=timedelta(minutes=10)), ("0.000001s", "600s")),
    ],
)
def test_pubsub_waits_as_the_program_says(retry: Retry, waits: tuple[str, str]) -> None:
    app = App("shop")
    orders = app.queue("orders", dict[str, int], retry=retry)

    @orders.consumer
    def take(order: dict[str, int]) -> None: ...

    policy = resources(program(app), SUBSCRIPTION)["orders"]["retry_policy"]
    assert (policy["minimum_backoff"], policy["maximum_backoff"]) == waits


@pytest.mark.parametrize("factor", [1, 2, 3])
def test_what_does_not_wait_has_no_retry_policy_for_that_would_grow(factor: float) -> None:
    app = App("shop")
    orders = app.queue("orders", dict[str, int], retry=Retry(delay=timedelta(0), factor=factor))

    @orders.consumer
    def take(order: dict[str, int]) -> None: ...

    assert "retry_policy" not in resources(program(app), SUBSCRIPTION)["orders"]


@pytest.mark.parametrize(("attempts", "native"), [(1, 5), (4, 5), (5, 6), (98, 99), (99, 100)])
def test_pubsub_gives_up_behind_our_own_count(attempts: int, native: int) -> None:
    app = App("shop")
    orders = app.queue("orders", dict[str, int], retry=Retry(attempts=attempts))

    @orders.consumer
    def take(order: dict[str, int]) -> None: ...

    policy = resources(program(app), SUBSCRIPTION)["orders"]["dead_letter_policy"]
    assert policy["max_delivery_attempts"] == native


@pytest.mark.parametrize("timeout_s", [1, 60, 550])
def test_an_answer_counts_however_late_a_handler_that_waited_for_its_instance_ends(timeout_s: float) -> None:
    app = App("shop")
    orders = app.queue("orders", dict[str, int])

    @orders.consumer(timeout=timedelta(seconds=timeout_s))
    def take(order: dict[str, int]) -> None: ...

    made = document(program(app))["resource"]
    needed_s = START_S + timeout_s + OURS_S
    assert made[FUNCTION]["take"]["service_config"]["timeout_seconds"] >= needed_s
    assert needed_s <= made[SUBSCRIPTION]["orders"]["ack_deadline_seconds"] <= 600


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_dead_letters_wait_for_who_pulls_them(application: Callable[[], Application]) -> None:
    consumed = {one.queue for one in application().consumers}
    made = resources(application(), SUBSCRIPTION)
    for queue in application().queues:
        if queue.role == DEAD_LETTERS and queue.name not in consumed:
            assert not made[queue.name].keys() & {"push_config", "dead_letter_policy", "retry_policy"}
            assert made[queue.name]["topic"] == f"${{google_pubsub_topic.queue--{queue.name}.id}}"


def test_what_comes_again_for_a_subscriber_comes_to_it_alone() -> None:
    application = conformance("topics")
    made = document(application)["resource"]
    for one in application.subscriptions:
        if one.handler:
            own, retries = made[SUBSCRIPTION][f"subscriber--{one.name}"], made[SUBSCRIPTION][f"retries--{one.name}"]
            assert own["topic"] == f"${{google_pubsub_topic.{one.topic}.id}}"
            assert retries["topic"] == f"${{google_pubsub_topic.retries--{one.name}.id}}"
            assert own["push_config"] == retries["push_config"]
            assert "filter" not in retries


def test_a_topic_that_is_forwarded_pushes_to_the_consumer_of_the_queue() -> None:
    app = App("shop")
    orders = app.queue("orders", dict[str, int])
    placed = app.topic("placed", dict[str, int])
    placed.forward(orders)

    @orders.consumer
    def take(order: dict[str, int]) -> None: ...

    made = resources(program(app), SUBSCRIPTION)
    (label,) = (one for one in made if one.startswith("subscriber--"))
    assert made[label]["topic"] == "${google_pubsub_topic.placed.id}"
    assert made[label]["push_config"] == made["orders"]["push_config"]
    assert made[label]["dead_letter_policy"] == made["orders"]["dead_letter_policy"]


def test_what_is_forwarded_to_a_queue_without_a_consumer_waits_and_is_told() -> None:
    app = App("shop")
    orders = app.queue("orders", dict[str, int])
    app.topic("placed", dict[str, int]).forward(orders)
    found = compiled(program(app))
    assert any("queue 'orders' has no consumer here" in line for line in found.warnings)
    made = resources(program(app), SUBSCRIPTION)
    assert not [label for label, one in made.items() if "push_config" in one]


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_functions_take_the_package_of_the_build(application: Callable[[], Application]) -> None:
    made = document(application())["resource"]
    package = compiled(application()).package
    assert package is not None
    for one in made.get(FUNCTION, {}).values():
        build, service = one["build_config"], one["service_config"]
        assert (build["runtime"], build["environment_variables"]) == (
            "python312", {"GOOGLE_FUNCTION_SOURCE": "cloudless_main.py"},
        )  # fmt: skip
        assert build["source"]["storage_source"]["object"] == "${google_storage_bucket_object.code.name}"
        assert f"cloudless_entry/{build['entry_point']}.py" in package.files
        together = service["max_instance_request_concurrency"]
        assert (together == 1) == ("--" not in one["name"])
        assert service["environment_variables"] == {"THREADS": str(together)}
        assert service["max_instance_count"] == 100
        assert "secret_environment_variables" not in service


def test_what_every_execution_asks_takes_all_branches_of_many_at_once() -> None:
    """20 branches of an execution run at a time: https://cloud.google.com/workflows/quotas."""
    made = document(conformance("orchestrations"))["resource"][FUNCTION]
    for label, least in (("cloudless--broker", 100), ("cloudless--worker", 40)):
        service = made[label]["service_config"]
        together = service["max_instance_request_concurrency"]
        assert (service["available_cpu"], service["available_memory"]) == ("1", "512Mi")
        assert together * service["max_instance_count"] >= 20 * least


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_a_function_is_told_of_what_it_may_use_and_of_nothing_else(application: Callable[[], Application]) -> None:
    made = document(application())
    package = compiled(application()).package
    assert package is not None
    given: dict[str, set[str]] = {}
    for who, role, on in documents.members(made):
        given.setdefault(who, set()).add(f"{role} {on}")
    for one in made["resource"].get(FUNCTION, {}).values():
        addresses = json.loads(package.files[f"cloudless_entry/{one['build_config']['entry_point']}.json"])["addresses"]
        said = "\n".join(
            given.get(f"serviceAccount:{settled(made, one['service_config']['service_account_email'])}", ())
        )
        assert (addresses["project"], addresses["region"]) == (PROJECT, REGION)
        for noun in ("topics", "secrets", "functions"):
            for name in addresses.get(noun, {}).values():
                assert f"/{name.rpartition('/')[2]}" in said or f" {name.rpartition('/')[2]}" in said, (noun, name)
        for part, database in (("ledger", "ledger"), ("records", "executions")):
            name = f"projects/{PROJECT}/databases/{application().name}-prod-{database}"
            assert addresses.get(part, "") == (name if name in said else ""), part
        assert ("broker" in addresses) == (f" {application().name}-prod--broker" in said)
        assert ("executions" in addresses) <= ("broker" in addresses)


def test_a_subscriber_knows_which_subscriptions_are_its_own() -> None:
    application = conformance("topics")
    made = document(application)
    package = compiled(application).package
    assert package is not None
    for one in application.subscriptions:
        if not one.handler:
            continue
        facts = json.loads(package.files[f"cloudless_entry/on_{one.handler.replace('-', '_')}.json"])["facts"]
        for fact, label in (("subscription", f"subscriber--{one.name}"), ("retries", f"retries--{one.name}")):
            name = made["resource"][SUBSCRIPTION][label]["name"]
            assert facts[fact] == f"projects/{PROJECT}/subscriptions/{name}"


def test_no_value_of_a_secret_is_in_any_document() -> None:
    application = example("03-webhooks")
    made = resources(application, "google_secret_manager_secret")
    assert made.keys() == {one.name for one in application.secrets}
    assert "google_secret_manager_secret_version" not in document(application)["resource"]
    for one in made.values():
        assert one["//"].startswith(f"gcloud secrets versions add {one['secret_id']} --project {PROJECT} ")


def test_a_document_does_not_change_where_only_code_does() -> None:
    assert "bundle-" not in compiled(example("02-orders")).files["main.tf.json"].decode()


def test_the_package_is_uploaded_once_to_a_bucket_that_nobody_else_reads() -> None:
    made = document(example("02-orders"))["resource"]
    bucket, code = made["google_storage_bucket"]["code"], made["google_storage_bucket_object"]["code"]
    assert (bucket["public_access_prevention"], bucket["uniform_bucket_level_access"]) == ("enforced", True)
    assert bucket["name"] == names.bucket_id(names.Place("orders-prod", PROJECT, REGION))
    assert (code["name"], code["source"]) == ("${local.bundle}", "${path.module}/${local.bundle}")
    assert code["lifecycle"] == {"create_before_destroy": True}


def test_a_workflow_is_there_once_all_that_it_calls_is_and_it_may_call_it() -> None:
    application = example("06-approval")
    made = document(application)
    for name, one in made["resource"]["google_workflows_workflow"].items():
        assert one["source_contents"] == f'${{file("${{path.module}}/definitions/{name}.workflows.json")}}'
        definition = compiled(application).files[f"definitions/{name}.workflows.json"].decode()
        called = set(re.findall(rf'"({application.name}-prod-[a-z0-9-]+)"', definition))
        waited = {address.rpartition("--calls--")[2] for address in one["depends_on"] if "--calls--" in address}
        assert called == {made["resource"][FUNCTION][label]["name"] for label in waited}


@pytest.mark.parametrize("name", documents.CONFORMANCE)
def test_a_database_is_there_where_something_asks_it(name: str) -> None:
    made = document(conformance(name))
    asked = {on for _, role, on in documents.members(made) if role == "roles/datastore.user"}
    databases = made["resource"].get("google_firestore_database", {})
    assert databases.keys() == made["output"].keys() & {"ledger", "executions"}
    expected = {f"projects/{PROJECT}/databases/{one['name']}" for one in databases.values()}
    assert asked == {f'resource.name == "{one}"' for one in expected}
    assert ("executions" in databases) == bool(conformance(name).orchestrations)
    for label, one in databases.items():
        assert (one["type"], one["name"]) == ("FIRESTORE_NATIVE", f"{conformance(name).name}-prod-{label}")


def test_who_uses_a_database_waits_for_it() -> None:
    made = document(conformance("orchestrations"))["resource"]
    label = "cloudless--broker--keeps--executions"
    assert made[FUNCTION]["cloudless--broker"]["depends_on"] == ["time_sleep.cloudless--roles"]
    assert f"google_project_iam_member.{label}.id" in made["time_sleep"]["cloudless--roles"]["triggers"]["members"]
    assert made["google_project_iam_member"][label]["depends_on"] == ["google_firestore_database.executions"]


@pytest.mark.parametrize("name", ["queues", "orchestrations"])
def test_documents_end_by_themselves_and_what_is_long_has_no_index(name: str) -> None:
    made = document(conformance(name))["resource"]
    fields = made.get("google_firestore_field", {}).values()
    found = {(settled(document(conformance(name)), one["database"]).rpartition("-")[2], one["collection"], one["field"])
        for one in fields}  # fmt: skip
    assert found == {
        "queues": {("ledger", "leases", "expires"), ("ledger", "leases", "result")},
        "orchestrations": {
            ("executions", "executions", "expires"), ("executions", "executions", "input"),
            ("executions", "texts", "expires"), ("executions", "texts", "text"),
        },
    }[name]  # fmt: skip
    assert {one["field"] for one in fields if "ttl_config" in one} == {"expires"}


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_what_may_wait_has_a_queue_of_cloud_tasks(application: Callable[[], Application]) -> None:
    made = resources(application(), "google_cloud_tasks_queue")
    addresses = names.addresses_of(application(), documents.prod())
    assert {one["name"] for one in made.values()} == {
        one["queue"].rpartition("/")[2] for one in addresses.get("delays", {}).values()
    }
    assert all(one["retry_config"]["max_attempts"] == -1 for one in made.values())
    ordered = {one.name for one in application().queues if one.ordered}
    assert made.keys().isdisjoint(ordered)


def test_what_is_kept_warm_is_as_many_as_the_program_says() -> None:
    application = conformance("queues")
    handlers = tuple(replace(one, min_instances=2 if one.name == "work" else 0) for one in application.handlers)
    made = resources(replace(application, handlers=handlers), FUNCTION)
    assert {one["service_config"]["min_instance_count"] for label, one in made.items() if label != "work"} == {0}
    assert made["work"]["service_config"]["min_instance_count"] == 2


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_every_service_that_is_used_is_enabled_first(application: Callable[[], Application]) -> None:
    made = document(application())["resource"]
    enabled = {one["service"]: one for one in made["google_project_service"].values()}
    assert all(one["disable_on_destroy"] is False for one in enabled.values())
    for type, service in _SERVICES.items():
        for label, one in made.get(type, {}).items():
            name = service.removesuffix(".googleapis.com")
            assert one["project"] == f"${{google_project_service.{name}.project}}", (type, label)
            assert service in enabled


_SERVICES = {
    "google_pubsub_topic": "pubsub.googleapis.com",
    "google_pubsub_subscription": "pubsub.googleapis.com",
    "google_cloudfunctions2_function": "cloudfunctions.googleapis.com",
    "google_cloud_tasks_queue": "cloudtasks.googleapis.com",
    "google_cloud_scheduler_job": "cloudscheduler.googleapis.com",
    "google_firestore_database": "firestore.googleapis.com",
    "google_secret_manager_secret": "secretmanager.googleapis.com",
    "google_workflows_workflow": "workflows.googleapis.com",
    "google_api_gateway_api": "apigateway.googleapis.com",
    "google_storage_bucket": "storage.googleapis.com",
    "google_service_account": "iam.googleapis.com",
    "google_monitoring_alert_policy": "monitoring.googleapis.com",
}


@pytest.mark.parametrize(
    ("name", "outputs"),
    [
        ("endpoints", {"http_url", "region", "project", "prefix", "alerts"}),
        ("orchestrations", {"executions", "region", "project", "prefix", "callers", "alerts"}),
    ],
)
def test_outputs_say_where_things_are(name: str, outputs: set[str]) -> None:
    assert outputs <= document(conformance(name))["output"].keys()


def filters(application: Application) -> dict[str, list[dict[str, Any]]]:
    made = resources(application, "google_monitoring_alert_policy")
    return {label: [condition["condition_threshold"] for condition in one["conditions"]] for label, one in made.items()}


def test_alerts_watch_dead_letters_age_delays_errors_throttles_time_outs_answers_and_executions() -> None:
    application = example("02-orders")
    found = filters(application)
    assert found.keys() == {"dead-letters", "age", "delays", "errors", "throttles", "duration", "answers", "failed"}
    dead = {f"orders-prod-{one.name}" for one in application.queues if one.role == DEAD_LETTERS}
    (letters,) = found["dead-letters"]
    assert set(re.findall(r'"(orders-prod-[^"]+)"', letters["filter"])) == dead
    functions = resources(application, FUNCTION)
    times_s = {functions[one.name]["name"]: one.timeout_s for one in application.handlers}
    above = {
        name: one["threshold_value"]
        for one in found["duration"]
        for name in re.findall(r'"(orders-prod-[^"]+)"', one["filter"])
    }
    ours = {one["name"]: one["service_config"]["timeout_seconds"] for one in functions.values()}
    assert above == {name: (times_s.get(name) or timeout_s) * 800 for name, timeout_s in ours.items()}
    told = "${values(google_monitoring_notification_channel.email)[*].id}"
    made = resources(application, "google_monitoring_alert_policy")
    assert {one["notification_channels"] for one in made.values()} == {told}
    assert document(application)["variable"]["alert_email"]["default"] == ""


def test_filters_and_policies_are_as_long_as_google_takes() -> None:
    """2,048 characters and six conditions: https://cloud.google.com/monitoring/quotas#alerting_uptime_check_limits."""
    app = App("shop")
    for number in range(60):
        timeout = timedelta(seconds=10 + number % 20)
        app.function(name=f"function-of-a-long-name-{number}", timeout=timeout)(nothing)
    made = filters(program(app))
    assert len(made) > 7
    for conditions in made.values():
        assert len(conditions) <= 6
        assert all(len(one["filter"]) <= 2_048 for one in conditions)


def nothing() -> None: ...


def test_a_program_of_queues_alone_has_no_functions() -> None:
    app = App("shop")
    app.queue("orders", dict[str, int])
    made = document(program(app))["resource"]
    assert FUNCTION not in made
    assert "google_storage_bucket" not in made


def test_everything_is_labelled_with_its_application_and_its_stage() -> None:
    for provider in document(example("02-orders"))["provider"].values():
        assert provider["default_labels"] == {"cloudless-app": "orders", "cloudless-stage": "prod"}


def test_a_build_without_a_stage_can_be_read_and_is_for_nobody() -> None:
    found = compiled(example("02-orders"), documents.prod(project=None, region=None))
    assert found.warnings == ()
    assert b"no-project" in found.files["main.tf.json"]
