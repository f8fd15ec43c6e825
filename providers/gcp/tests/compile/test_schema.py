"""Documents against the schemas of Terraform's providers, and in the hands of the real terraform."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cloudless import App
from cloudless.ir import Application
from providers.gcp.tests.compile import documents
from providers.gcp.tests.compile.documents import conformance, example, prod, program, resources
from tests import tools
from tests.documents import applied, plan


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_documents_are_what_the_providers_take(application: Callable[[], Application], tmp_path: Path) -> None:
    tfcheck = documents.tool("tfcheck")
    assert tfcheck.check([documents.write(tmp_path, application())]) == []


@pytest.mark.parametrize(
    "stage",
    [
        pytest.param({"region": None, "project": None}, id="nothing known"),
        pytest.param({"region": "me-central1"}, id="a region without API Gateway"),
        pytest.param({"backend": {"gcs": {"bucket": "state", "prefix": "prod"}}}, id="remote state"),
    ],
)
def test_so_are_those_of_other_stages(stage: dict[str, Any], tmp_path: Path) -> None:
    tfcheck = documents.tool("tfcheck")
    assert tfcheck.check([documents.write(tmp_path, example("02-orders"), prod(**stage))]) == []


def test_an_application_of_nothing_has_a_document(tmp_path: Path) -> None:
    tfcheck = documents.tool("tfcheck")
    empty = program(App("empty"))
    assert tfcheck.check([documents.write(tmp_path, empty)]) == []
    assert documents.compiled(empty).package is None


@pytest.mark.parametrize(
    "application",
    [
        pytest.param(lambda: conformance("orchestrations"), id="orchestrations", marks=pytest.mark.slow),
        pytest.param(lambda: example("02-orders"), id="02-orders"),
        pytest.param(lambda: example("06-approval"), id="06-approval", marks=pytest.mark.slow),
    ],
)
def test_terraform_plans_what_the_document_says(application: Callable[[], Application], tmp_path: Path) -> None:
    """Everything is made, under the names that callers use, and functions after their roles but those of calls.

    Each kind of resource is planned for test_checkov.py too: these are large, and have what refers to many others.
    """
    tools.require("terraform")
    found = json.loads(plan(documents.write(tmp_path, application())))
    changes = [one for one in found["resource_changes"] if one["mode"] == "managed"]
    assert {one["change"]["actions"][0] for one in changes} == {"create"}
    functions = {one["name"]: one["change"]["after"] for one in changes if one["type"] == FUNCTION}
    written = resources(application(), FUNCTION)
    assert {label: one["name"] for label, one in functions.items()} == {
        label: one["name"] for label, one in written.items()
    }
    planned = {one["address"]: one for one in found["configuration"]["root_module"]["resources"]}
    references = planned[ROLES]["expressions"]["triggers"]["references"]
    for label in functions:
        assert ROLES in planned[f"{FUNCTION}.{label}"]["depends_on"]
        own = {address for address in planned if address.partition(".")[2].startswith(f"{label}--")}
        assert own - {*references} == {one for one in own if one.startswith("google_cloud_run_v2_service_")}


FUNCTION, ROLES = "google_cloudfunctions2_function", "time_sleep.cloudless--roles"


def test_the_plan_lets_pubsub_forward_what_it_gives_up(tmp_path: Path) -> None:
    """Without these members a dead-letter policy does nothing, and says nothing."""
    tools.require("terraform")
    changes = json.loads(plan(documents.write(tmp_path, example("02-orders"))))["resource_changes"]
    by_type: dict[str, list[dict[str, Any]]] = {}
    for one in changes:
        by_type.setdefault(one["type"], []).append(one)
    policed = {
        one["name"] for one in by_type["google_pubsub_subscription"] if one["change"]["after"]["dead_letter_policy"]
    }
    taken = {
        one["index"]
        for one in by_type["google_pubsub_subscription_iam_member"]
        if one["name"] == "cloudless--pubsub--receives" and one["change"]["after"]["role"] == "roles/pubsub.subscriber"
    }
    letters = {
        one["index"]
        for one in by_type["google_pubsub_topic_iam_member"]
        if one["name"] == "cloudless--pubsub--sends" and one["change"]["after"]["role"] == "roles/pubsub.publisher"
    }
    assert taken == policed
    assert letters == {one.name for one in example("02-orders").queues if one.role == "dead_letters"}


@pytest.mark.slow
def test_what_is_applied_is_what_was_planned_and_a_second_time_changes_nothing(tmp_path: Path) -> None:
    tools.require("terraform")
    with applied(documents.write(tmp_path, example("06-approval"))) as stage:
        assert stage.apply()
        assert stage.apply() == []


def circle() -> Application:
    """Functions that invoke one another, and an orchestration that one of its steps starts."""
    app = App("shop")
    done = app.event("done", dict[str, int])

    @app.function
    def one() -> None:
        other.invoke()

    @app.function
    def other() -> None:
        one.invoke()

    @app.function
    def again() -> None:
        work.options(id="7").start()
        done.send("7", {})

    @app.orchestration
    def work() -> None:
        again()
        done.wait(timeout=timedelta(days=1))

    return program(app)


def test_what_goes_in_circles_has_no_circle_in_terraform(tmp_path: Path) -> None:
    tools.require("terraform")
    folder = documents.write(tmp_path, circle())
    assert documents.tool("tfcheck").check([folder]) == []
    assert json.loads(plan(folder))["planned_values"]["root_module"]["resources"]
