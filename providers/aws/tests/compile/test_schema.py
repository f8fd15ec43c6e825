"""Documents against the schema of Terraform's provider, and in the hands of the real terraform."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cloudless import App
from cloudless.ir import Application
from providers.aws.tests.compile import documents
from providers.aws.tests.compile.documents import conformance, example, prod, program, resources
from tests import tools
from tests.documents import applied, plan


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_documents_are_what_the_provider_takes(application: Callable[[], Application], tmp_path: Path) -> None:
    tfcheck = documents.tool("tfcheck")
    assert tfcheck.check([documents.write(tmp_path, application())]) == []


@pytest.mark.parametrize(
    "stage",
    [
        pytest.param({"region": None}, id="nothing known"),
        pytest.param({"region": "cn-north-1"}, id="another partition"),
        pytest.param({"backend": {"s3": {"bucket": "state", "key": "prod"}}}, id="remote state"),
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
    """Everything is made, every function with its policy before it, under the names that callers use.

    Each kind of resource is planned for test_checkov.py too: these are large, and have what refers to many others.
    """
    tools.require("terraform")
    found = json.loads(plan(documents.write(tmp_path, application())))
    changes = [one for one in found["resource_changes"] if one["mode"] == "managed"]
    assert {one["change"]["actions"][0] for one in changes} == {"create"}
    functions = {one["name"]: one["change"]["after"] for one in changes if one["type"] == "aws_lambda_function"}
    written = resources(application(), "aws_lambda_function")
    assert {label: one["function_name"] for label, one in functions.items()} == {
        label: one["function_name"] for label, one in written.items()
    }
    planned = {one["address"]: one for one in found["configuration"]["root_module"]["resources"]}
    for label in functions:
        assert planned[f"aws_lambda_function.{label}"]["depends_on"] == [f"aws_iam_role_policy.{label}"]


def test_terraform_knows_every_alarm_by_what_it_watches(tmp_path: Path) -> None:
    tools.require("terraform")
    changes = json.loads(plan(documents.write(tmp_path, example("02-orders"))))["resource_changes"]
    alarms = {one["address"]: one["change"]["after"] for one in changes if one["type"] == "aws_cloudwatch_metric_alarm"}
    one = alarms['aws_cloudwatch_metric_alarm.dead-letters["orders-dead-letters"]']
    assert one["dimensions"] == {"QueueName": "orders-prod-orders-dead-letters"}
    assert (one["alarm_name"], one["threshold"]) == ("orders-prod-dead-letters-orders-dead-letters", 0)


@pytest.mark.slow
def test_what_is_applied_are_the_policies_that_the_document_says(tmp_path: Path) -> None:
    """As JSON, with an ARN for every reference: what a stand-in makes up, in the place of what AWS would."""
    tools.require("terraform")
    application = example("06-approval")
    written = dict(documents.policies(documents.document(application)))
    with applied(documents.write(tmp_path, application)) as stage:
        stage.apply()
        resources = json.loads(stage.state())["values"]["root_module"]["resources"]
    made = {
        f"{one['address']}.{name}": one["values"][name] for one in resources for name in POLICIES & one["values"].keys()
    }
    made = {address: json.loads(text) for address, text in made.items() if address in written}
    assert made.keys() == written.keys()
    for address, policy in written.items():
        assert blurred(made[address]) == blurred(policy)


POLICIES = {"policy", "assume_role_policy"}


def blurred(value: Any) -> Any:
    """Without ARNs, which a stand-in makes up, and accounts."""
    text = re.sub(r'"(arn:[^"]*|[0-9]{12})"', '"…"', json.dumps(value, sort_keys=True))
    assert "${" not in text
    return text


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
