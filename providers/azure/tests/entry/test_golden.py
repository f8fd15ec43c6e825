"""What is generated for an application with one handler of every kind."""

from __future__ import annotations

import ast
import json

import pytest

from cloudless.ir import Condition
from cloudless.node import replace
from cloudless_azure.compile.group import groups
from providers.azure.tests.entry.generated import application, files_of, settings
from providers.azure.tests.entry.goldens import ENTRY, GOLDENS

MODULES = GOLDENS.modules()


def test_files_are_as_they_were_when_somebody_looked_at_them() -> None:
    """Write them anew with `python -m providers.azure.tests.entry`, and look at the difference."""
    assert GOLDENS.current() == GOLDENS.kept()


@pytest.mark.parametrize("path", MODULES)
def test_a_module_reads_as_written_by_hand(path: str) -> None:
    assert GOLDENS.unlike_by_hand(path) == ""


@pytest.mark.parametrize("path", MODULES)
def test_a_module_imports_nothing_that_it_does_not_use(path: str) -> None:
    tree = ast.parse(GOLDENS.kept()[path])
    imported = {
        (alias.asname or alias.name).partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert imported <= used


def test_only_the_app_with_orchestrations_imports_durable() -> None:
    assert [path for path in MODULES if "durable" in GOLDENS.kept()[path]] == ["cloudless_entry/steps.py.txt"]


def test_definitions_lie_beside_by_their_sha256() -> None:
    files = files_of(application(ENTRY))
    calls = json.loads(files["cloudless_entry/steps.json"])["calls"]
    assert {f"definitions/{sha}.json" for sha in calls["orchestrations"].values()} <= files.keys()


def test_time_outs_of_an_app_are_those_of_its_handlers() -> None:
    found = {
        name: values["AzureFunctionsJobHost__functionTimeout"] for name, values in settings(application(ENTRY)).items()
    }
    assert (found["http"], found["on-count"], found["on-take"], found["steps"]) == (
        "00:01:29", "00:01:30", "00:02:00", "00:16:00",
    )  # fmt: skip


def test_files_are_the_same_each_time() -> None:
    first, second = (files_of(application(ENTRY)) for _ in range(2))
    assert first == second


def test_a_filter_that_the_broker_cannot_hold_goes_into_the_facts() -> None:
    app = application(ENTRY)
    mail = next(group for group in groups(app) if group.name == "on-mail")
    where = (Condition(attribute="region", operator="any_of", values=("eu", "us")),)
    filtered = replace(mail, sources=(replace(mail.sources[0], where=where),))
    facts = json.loads(files_of(app, (filtered,))["cloudless_entry/on_mail.json"])["facts"]
    assert facts["placed-mail"]["where"] == [["region", "any_of", ["eu", "us"]]]
