"""What is generated for an application with one handler of every kind."""

from __future__ import annotations

import ast
import json

import pytest

from cloudless.ir import Condition
from cloudless.node import replace
from cloudless_gcp.compile.framework import FRAMEWORK
from providers.gcp.tests.entry.generated import application, files_of
from providers.gcp.tests.entry.goldens import ENTRY, GOLDENS

MODULES = GOLDENS.modules()


def facts(files: dict[str, bytes], module: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(files[f"cloudless_entry/{module}.json"])["facts"]
    return found


def test_files_are_as_they_were_when_somebody_looked_at_them() -> None:
    """Write them anew with `python -m providers.gcp.tests.entry`, and look at the difference."""
    assert GOLDENS.current() == GOLDENS.kept()


@pytest.mark.parametrize("path", MODULES)
def test_a_module_reads_as_written_by_hand(path: str) -> None:
    assert GOLDENS.unlike_by_hand(path) == ""


@pytest.mark.parametrize("path", MODULES)
def test_a_module_imports_its_adapter_and_nothing_else(path: str) -> None:
    tree = ast.parse(GOLDENS.kept()[path])
    ours = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    theirs = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    ours, flask = {one for one in ours if one.startswith("cloudless_gcp.runtime.")}, ours & {"flask"}
    assert (len(ours) in {0, 2}, theirs <= {"gc", "json", "sys"}) == (True, True)
    assert bool(flask) == ("/http_" in path)


def test_files_are_the_same_each_time() -> None:
    first, second = (files_of(application(ENTRY)) for _ in range(2))
    assert first == second


def test_a_subscriber_knows_who_pushes_to_it() -> None:
    found = facts(files_of(application(ENTRY)), "on_mail")
    assert str(found["subscription"]).startswith("projects/shop-1/subscriptions/shop-prod-placed-mail-")
    assert found["retries"] == "projects/shop-1/subscriptions/shop-prod-placed-mail-retries"
    assert "where" not in found


def test_a_filter_that_pub_sub_cannot_hold_goes_into_the_facts() -> None:
    app = application(ENTRY)
    many = (Condition(attribute="region", operator="any_of", values=tuple(f"r{n}" for n in range(200))),)
    filtered = replace(app, subscriptions=(replace(app.subscriptions[0], where=many),))
    assert facts(files_of(filtered), "on_mail")["where"] == [["region", "any_of", list(many[0].values)]]


def test_the_package_asks_for_functions_framework_and_what_that_brings() -> None:
    assert GOLDENS.current()["requirements.txt"].splitlines() == list(FRAMEWORK)
