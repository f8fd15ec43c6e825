"""What a program says of its own: native=, existing=, state of a stage."""

from __future__ import annotations

from typing import Any

import pytest

from cloudless import App
from cloudless.errors import DefinitionError
from cloudless.ir import Application
from providers.gcp.tests.compile.documents import (
    PROJECT,
    document,
    example,
    members,
    prod,
    program,
    resources,
)

TOPIC, SUBSCRIPTION = "google_pubsub_topic", "google_pubsub_subscription"
FUNCTION, ACCOUNT, JOB = "google_cloudfunctions2_function", "google_service_account", "google_cloud_scheduler_job"
KEY = {"kms_key_name": "projects/p/locations/l/keyRings/r/cryptoKeys/k"}


def shop(queue: dict[str, Any] | None = None, handler: dict[str, Any] | None = None) -> Application:
    app = App("shop")
    orders = app.queue("orders", dict[str, int], native={"gcp": queue} if queue else None)

    @orders.consumer(native={"gcp": handler} if handler else None)
    def take(order: dict[str, int]) -> None: ...

    return program(app)


def test_native_merges_into_the_topic_and_the_subscription_of_a_queue() -> None:
    given = {TOPIC: {"message_retention_duration": "600s"}, SUBSCRIPTION: {"message_retention_duration": "700s"}}
    made = document(shop(queue=given))["resource"]
    assert made[TOPIC]["queue--orders"]["message_retention_duration"] == "600s"
    assert made[SUBSCRIPTION]["orders"]["message_retention_duration"] == "700s"


def test_dead_letters_have_the_key_of_their_queue() -> None:
    made = resources(shop(queue={TOPIC: {**KEY, "message_retention_duration": "600s"}}), TOPIC)
    letters = made["queue--orders-dead-letters"]
    assert letters["kms_key_name"] == KEY["kms_key_name"]
    assert "message_retention_duration" not in letters


def test_what_comes_again_has_the_key_of_the_topic() -> None:
    app = App("shop")
    placed = app.topic("placed", dict[str, int], native={"gcp": {TOPIC: KEY}})

    @placed.subscriber
    def mail(order: dict[str, int]) -> None: ...

    made = resources(program(app), TOPIC)
    assert made.keys() == {"placed", "retries--placed-mail", "queue--placed-mail-dead-letters"}
    assert {one.get("kms_key_name") for one in made.values()} == {KEY["kms_key_name"]}


def test_letters_that_go_round_have_the_key_of_their_queue() -> None:
    app = App("shop")
    orders = app.queue("orders", dict[str, int], native={"gcp": {TOPIC: KEY}})
    orders.consumer(name="take")(nothing)
    orders.dead_letters.consumer(name="look")(nothing)
    made = resources(program(app), TOPIC)
    assert made.keys() == {"queue--orders", "queue--orders-dead-letters", "retries--orders-dead-letters"}
    assert {one.get("kms_key_name") for one in made.values()} == {KEY["kms_key_name"]}


def test_what_may_be_lost_has_the_key_of_what_it_was_in() -> None:
    """One topic for each key, since a topic has one."""
    app, other = App("shop"), {"kms_key_name": "projects/p/locations/l/keyRings/r/cryptoKeys/other"}
    natives = {"plain": {}, "secret": {TOPIC: KEY}, "hidden": {TOPIC: KEY}, "own": {TOPIC: other}}
    for name, native in natives.items():
        queue = app.queue(name, dict[str, int], dead_letters=False, native={"gcp": native} if native else None)
        queue.consumer(name=f"take-{name}")(nothing)
    made = document(program(app))["resource"]
    keys = {label: one.get("kms_key_name") for label, one in made[TOPIC].items()}
    given_up = {label: key for label, key in keys.items() if label.startswith("cloudless--given-up")}
    assert sorted(map(str, given_up.values())) == ["None", KEY["kms_key_name"], other["kms_key_name"]]
    for name in natives:
        topic = made[SUBSCRIPTION][name]["dead_letter_policy"]["dead_letter_topic"]
        assert keys[f"queue--{name}"] == given_up[topic.removeprefix("${google_pubsub_topic.").removesuffix(".id}")]


def nothing(order: dict[str, int]) -> None: ...


def test_native_merges_into_the_function_of_a_handler() -> None:
    given = {"labels": {"team": "a"}, "service_config": {"available_memory": "1Gi", "vpc_connector": "corp"}}
    take = resources(shop(handler={FUNCTION: given}), FUNCTION)["take"]
    assert take["labels"] == {"team": "a"}
    assert (take["service_config"]["available_memory"], take["service_config"]["vpc_connector"]) == ("1Gi", "corp")
    assert take["service_config"]["timeout_seconds"] == 110


@pytest.mark.parametrize(
    "service",
    [
        {"max_instance_request_concurrency": 80, "available_cpu": "1"},
        {"max_instance_count": 3},
        {"ingress_settings": "ALLOW_INTERNAL_ONLY"},
    ],
)
def test_how_many_requests_and_instances_there_are_is_the_programs_to_say(service: dict[str, Any]) -> None:
    take = resources(shop(handler={FUNCTION: {"service_config": service}}), FUNCTION)["take"]
    assert {key: take["service_config"][key] for key in service} == service
    together = service.get("max_instance_request_concurrency", 1)
    assert take["service_config"]["environment_variables"] == {"THREADS": str(together)}


@pytest.mark.parametrize(
    ("native", "said"),
    [
        ({SUBSCRIPTION: {"ack_deadline_seconds": 30}}, "sets google_pubsub_subscription.ack_deadline_seconds to 30"),
        ({SUBSCRIPTION: {"filter": "attributes:x", "name": "y"}}, "sets google_pubsub_subscription.name to 'y'"),
        ({SUBSCRIPTION: {"push_config": {"push_endpoint": "https://x"}}}, "push_config.push_endpoint to 'https://x'"),
        ({SUBSCRIPTION: {"dead_letter_policy": {"max_delivery_attempts": 7}}}, "max_delivery_attempts to 7"),
        ({TOPIC: {"name": "orders"}}, "sets google_pubsub_topic.name to 'orders'"),
        ({"google_storage_bucket": {"name": "x"}}, "names google_storage_bucket, of which it has no resource"),
    ],
)
def test_what_the_contract_hangs_on_cannot_be_changed_in_a_queue(native: dict[str, Any], said: str) -> None:
    with pytest.raises(DefinitionError, match="CL5") as refused:
        document(shop(queue=native))
    assert [said in problem.message for problem in refused.value.problems] == [True]


@pytest.mark.parametrize(
    ("native", "said"),
    [
        ({FUNCTION: {"service_config": {"timeout_seconds": 30}}}, "service_config.timeout_seconds to 30"),
        ({FUNCTION: {"service_config": {"service_account_email": "x@y"}}}, "service_account_email to 'x@y'"),
        ({FUNCTION: {"build_config": {"entry_point": "main"}}}, "build_config.entry_point to 'main'"),
        ({ACCOUNT: {"account_id": "mine"}}, "sets google_service_account.account_id to 'mine'"),
    ],
)
def test_what_the_contract_hangs_on_cannot_be_changed_in_a_function(native: dict[str, Any], said: str) -> None:
    with pytest.raises(DefinitionError, match="CL5") as refused:
        document(shop(handler=native))
    assert [said in problem.message for problem in refused.value.problems] == [True]


def test_no_handler_takes_a_type_of_which_it_has_no_resource() -> None:
    app, other = App("shop"), {"gcp": {"google_storage_bucket": {"name": "x"}}}
    orders, placed = app.queue("orders", dict[str, int]), app.topic("placed", dict[str, int])
    orders.consumer(native=other)(_take)
    placed.subscriber(native=other)(_mail)
    app.schedule("0 8 * * *", native=other)(_report)
    app.get("/", public=True, native=other)(_show)
    app.function(native=other)(_charge)
    with pytest.raises(DefinitionError) as refused:
        document(program(app))
    said = sorted(problem.message for problem in refused.value.problems)
    names = ("_charge", "_mail", "_report", "_show", "_take")
    assert said == [
        f"handler {name!r}: native= names google_storage_bucket, of which it has no resource" for name in names
    ]


def _take(order: dict[str, int]) -> None: ...
def _mail(order: dict[str, int]) -> None: ...
def _report() -> None: ...
def _show() -> str:
    return ""


def _charge(total: int) -> int:
    return total


def test_a_schedule_may_be_paused() -> None:
    app = App("shop")

    @app.schedule("0 8 * * *", native={"gcp": {JOB: {"paused": True}}})
    def report() -> None: ...

    assert resources(program(app), JOB)["report"]["paused"] is True


def theirs(queue: str = "corp-orders", topic: str = "corp-placed", key: str = "corp-key") -> Application:
    app = App("shop")
    orders = app.queue("orders", dict[str, int], existing={"gcp": queue}, dead_letters=False)
    steps = app.queue("steps", dict[str, int], existing={"gcp": "projects/corp-1234/topics/steps"})
    placed = app.topic("placed", dict[str, int], existing={"gcp": topic})
    secret = app.secret("key", existing={"gcp": key})

    @orders.consumer
    def take(order: dict[str, int]) -> None:
        placed.publish(order)
        steps.send({"key": len(secret.value)})

    @placed.subscriber
    def mail(order: dict[str, int]) -> None: ...

    return program(app)


def test_what_is_there_already_is_used_and_not_made() -> None:
    made = document(theirs())
    ours = {"retries--placed-mail", "queue--placed-mail-dead-letters", "queue--steps-dead-letters"}
    assert made["resource"][TOPIC].keys() == {*ours, "cloudless--given-up"}
    assert "google_secret_manager_secret" not in made["resource"]
    subscriptions = made["resource"][SUBSCRIPTION]
    assert subscriptions["orders"]["topic"] == f"projects/{PROJECT}/topics/corp-orders"
    assert subscriptions["subscriber--placed-mail"]["topic"] == f"projects/{PROJECT}/topics/corp-placed"
    assert "steps" not in subscriptions
    take = {(role, on) for who, role, on in members(made) if who.startswith("serviceAccount:shop-prod-take@")}
    assert ("roles/secretmanager.secretAccessor", f"projects/{PROJECT}/secrets/corp-key") in take
    assert ("roles/pubsub.publisher", f"projects/{PROJECT}/topics/corp-placed") in take
    assert ("roles/pubsub.publisher", "projects/corp-1234/topics/steps") in take


def test_full_names_are_those_of_other_projects() -> None:
    other = theirs("projects/corp-1234/topics/one", "projects/corp-1234/topics/two", "projects/corp-1234/secrets/k")
    made = document(other)
    assert made["resource"][SUBSCRIPTION]["orders"]["topic"] == "projects/corp-1234/topics/one"
    assert any(on == "projects/corp-1234/secrets/k" for _, _, on in members(made))


def test_the_state_is_kept_where_the_stage_says() -> None:
    backend = {"gcs": {"bucket": "state", "prefix": "prod"}}
    assert document(example("02-orders"), prod(backend=backend))["terraform"]["backend"] == backend
