"""Physical names: such as services take them, and never one for two things."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from itertools import product

import pytest

from cloudless import App, any_of
from cloudless.driver.names import broker_of, prefix_of, worker_of
from cloudless.ir import Application
from cloudless_gcp import names
from cloudless_gcp.names import Place
from providers.gcp.tests.compile import documents
from providers.gcp.tests.compile.documents import PROJECT, REGION, document, prod, program

SHOP = Place("shop-prod")
LONGEST_PLACE = Place(prefix_of("a" * 24, "s" * 16))
LONGEST = "n" * 50
FORMS = {
    "google_pubsub_topic": ("name", r"[a-z][A-Za-z0-9_.~+%-]{2,254}"),
    "google_pubsub_subscription": ("name", r"[a-z][A-Za-z0-9_.~+%-]{2,254}"),
    "google_cloudfunctions2_function": ("name", r"[a-z][a-z0-9-]{0,47}[a-z0-9]"),
    "google_service_account": ("account_id", r"[a-z][a-z0-9-]{4,28}[a-z0-9]"),
    "google_workflows_workflow": ("name", r"[A-Za-z][A-Za-z0-9_-]{0,62}[A-Za-z0-9]"),
    "google_cloud_tasks_queue": ("name", r"[A-Za-z0-9-]{1,100}"),
    "google_cloud_scheduler_job": ("name", r"[A-Za-z0-9_-]{1,500}"),
    "google_firestore_database": ("name", r"[a-z][a-z0-9-]{2,61}[a-z0-9]"),
    "google_secret_manager_secret": ("secret_id", r"[A-Za-z0-9_-]{1,255}"),
    "google_storage_bucket": ("name", r"[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]"),
    "google_artifact_registry_repository": ("repository_id", r"[a-z][a-z0-9-]{0,61}[a-z0-9]"),
    "google_api_gateway_api": ("api_id", r"[a-z][a-z0-9-]{0,47}[a-z0-9]"),
    "google_api_gateway_api_config": ("api_config_id_prefix", r"[a-z][a-z0-9-]{0,35}-"),
    "google_api_gateway_gateway": ("gateway_id", r"[a-z][a-z0-9-]{0,47}[a-z0-9]"),
}
"""What names are made of: the pages of the services' create methods. Terraform adds 26 digits to a prefix."""


def every_long_name() -> Application:
    app = App("a" * 24)
    app.topic(LONGEST, dict[str, int])
    placed = app.topic("t" * 25, dict[str, int], attributes=["region"])
    app.secret(LONGEST)
    orders = app.queue("q" * 50, dict[str, int], max_delay=timedelta(days=1))
    done = app.event("e" * 50, dict[str, int])

    @orders.consumer(name="c" * 50)
    def take(order: dict[str, int]) -> None: ...

    @placed.subscriber(name="s" * 24, where={"region": any_of("eu")})
    def mail(order: dict[str, int]) -> None: ...

    @app.schedule("0 8 * * *", name="d" * 50)
    def report() -> None: ...

    @app.get("/", public=True, name="h" * 50)
    def show() -> None: ...

    @app.function(name="f" * 50)
    def step() -> None: ...

    @app.orchestration(name="o" * 50)
    def work() -> None:
        step()
        done.wait(timeout=timedelta(days=1))

    return program(app)


@pytest.mark.parametrize("application", [every_long_name, *(one.values[0] for one in documents.EVERYTHING)])
def test_names_are_such_as_services_take(application: Callable[[], Application]) -> None:
    made = document(application(), prod(name="s" * 16))["resource"]
    for type, (argument, form) in FORMS.items():
        found = [one[argument] for one in made.get(type, {}).values()]
        assert [name for name in found if not re.fullmatch(form, name)] == []
        assert len(set(found)) == len(found), type


@pytest.mark.parametrize("stage", ["p", "prod-", "a--b"])
def test_so_are_those_of_short_and_odd_stages(stage: str) -> None:
    app = App("x")
    orders = app.ordered_queue("o", dict[str, int])

    @orders.consumer
    def t(order: dict[str, int]) -> None: ...

    @app.get("/", public=True)
    def g() -> None: ...

    made = document(program(app), prod(name=stage))["resource"]
    for type, (argument, form) in FORMS.items():
        found = [one[argument] for one in made.get(type, {}).values()]
        assert [name for name in found if not re.fullmatch(form, name)] == [], type


def test_functions_of_ours_have_no_name_that_a_handler_may_have() -> None:
    handlers = {names.function_id(SHOP, name) for name in ("worker", "broker", "_worker", "broker_", "__worker")}
    assert handlers.isdisjoint({worker_of("shop-prod"), broker_of("shop-prod")})
    assert len(handlers) == 5
    assert all(len(find(LONGEST_PLACE.prefix)) <= 49 for find in (worker_of, broker_of))


def test_accounts_of_ours_have_no_name_that_another_may_have() -> None:
    ours = ("-worker", "-broker", names.CALLERS, names.PUSH, names.GATEWAY, names.BUILD)
    theirs = [f"{lead}{one[1:]}" for one in ours for lead in ("", "_")]
    for place in (SHOP, LONGEST_PLACE):
        found = [names.account_id(place, name) for name in (*ours, *theirs)]
        assert len(set(found)) == len(found)
        assert all(re.fullmatch(r"[a-z][a-z0-9-]{4,28}[a-z0-9]", one) for one in found)


@pytest.mark.parametrize(
    ("handler", "function"),
    [("take", "shop-prod-take"), ("Take", "shop-prod-take"), ("pack_all", "shop-prod-pack-all")],
)
def test_a_function_is_called_in_lower_case_and_hyphens(handler: str, function: str) -> None:
    assert names.function_id(SHOP, handler) == function


def test_what_is_cut_is_told_apart_by_its_digest() -> None:
    one, other = (names.function_id(LONGEST_PLACE, f"{LONGEST[:-1]}{end}") for end in "ab")
    assert one != other
    assert one.startswith(LONGEST_PLACE.prefix)


def test_queues_that_differ_in_underscores_wait_apart() -> None:
    found = {names.tasks_id(SHOP, name) for name in ("a_b", "a-b", "a_b_c", "a-b_c", "a_b-c")}
    assert len(found) == 5


def test_who_publishes_for_a_destination_is_nobody_elses() -> None:
    destinations = ("a_b", "a-b", "a_b_c", "a-b_c", "a_b-c", "a", "A1", LONGEST, f"{LONGEST[:-1]}m", "placed-_mail")
    for place in (SHOP, LONGEST_PLACE):
        found = [names.account_id(place, names.delayer(name)) for name in destinations]
        found += [names.account_id(place, name) for name in ("a", LONGEST, "delays", "delays_a", "_delays_a")]
        assert len(set(found)) == len(found)
        assert all(re.fullmatch(r"[a-z][a-z0-9-]{4,28}[a-z0-9]", one) for one in found)


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_callers_find_what_the_document_makes(application: Callable[[], Application]) -> None:
    made = document(application())["resource"]
    found = names.addresses_of(application(), prod())

    def called(type: str, form: str, argument: str = "name") -> set[str]:
        return {form.format(one[argument]) for one in made.get(type, {}).values()}

    topics = called("google_pubsub_topic", f"projects/{PROJECT}/topics/{{}}")
    assert {*found.get("queues", {}).values(), *found.get("topics", {}).values()} == {
        one for one in topics if not one.endswith(("--given-up", "-dead-letters-retries"))
    }
    subscriptions = called("google_pubsub_subscription", f"projects/{PROJECT}/subscriptions/{{}}")
    assert set(found.get("subscriptions", {}).values()) <= subscriptions
    functions = called("google_cloudfunctions2_function", f"https://{REGION}-{PROJECT}.cloudfunctions.net/{{}}")
    assert set(found.get("functions", {}).values()) <= functions
    workflows = called("google_workflows_workflow", f"projects/{PROJECT}/locations/{REGION}/workflows/{{}}")
    assert set(found.get("orchestrations", {}).values()) == workflows
    secrets = called("google_secret_manager_secret", f"projects/{PROJECT}/secrets/{{}}", "secret_id")
    assert set(found.get("secrets", {}).values()) == secrets
    waiting = called("google_cloud_tasks_queue", f"projects/{PROJECT}/locations/{REGION}/queues/{{}}")
    assert {one["queue"] for one in found.get("delays", {}).values()} == waiting
    assert {one["topic"] for one in found.get("delays", {}).values()} <= topics
    accounts = called("google_service_account", f"{{}}@{PROJECT}.iam.gserviceaccount.com", "account_id")
    assert {one["account"] for one in found.get("delays", {}).values()} <= accounts
    assert ("broker" in found) == bool(application().orchestrations or application().events)


def test_stages_and_applications_have_names_of_their_own() -> None:
    places = [Place(prefix_of(*pair), PROJECT, REGION) for pair in product(("shop", "shop-x"), ("prod", "dev"))]
    application = every_long_name()
    found = {names.queues_of(place, application)["q" * 50] for place in places}
    assert len(found) == len(places)
    assert len({names.bucket_id(place) for place in places}) == len(places)
