"""Documents against the schemas of Terraform's providers, and in the hands of the real terraform."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cloudless import App
from cloudless.ir import Application
from providers.azure.tests.compile import documents
from providers.azure.tests.compile.documents import conformance, example, prod, program, resources
from tests import tools
from tests.documents import plan


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_documents_are_what_the_providers_take(application: Callable[[], Application], tmp_path: Path) -> None:
    tfcheck = documents.tool("tfcheck")
    assert tfcheck.check([documents.write(tmp_path, application())]) == []


@pytest.mark.parametrize(
    "stage",
    [
        pytest.param({"region": None, "subscription": None}, id="nothing known"),
        pytest.param({"resource_group": "theirs"}, id="resource group that is there"),
        pytest.param({"backend": {"azurerm": {"storage_account_name": "state"}}}, id="remote state"),
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
    ],
)
def test_terraform_plans_what_the_document_says(application: Callable[[], Application], tmp_path: Path) -> None:
    """Every assignment is planned, with the role and the scope that the document gives it.

    Each kind of resource is planned for test_checkov.py too: these are large, and have what refers to many others.
    """
    tools.require("terraform")
    changes = json.loads(plan(documents.write(tmp_path, application())))["resource_changes"]
    assigned = {
        change["name"]: change["change"]["after"]["role_definition_name"]
        for change in changes
        if change["type"] == "azurerm_role_assignment"
    }
    written = resources(application(), "azurerm_role_assignment")
    assert assigned == {label: one["role_definition_name"] for label, one in written.items()}
    assert {change["change"]["actions"][0] for change in changes if change["mode"] == "managed"} == {"create"}
