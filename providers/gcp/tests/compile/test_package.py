"""What goes into the archive of a stage, and what is tried before it is deployed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from cloudless.compiler import Package
from cloudless_gcp.compile.framework import FRAMEWORK
from cloudless_gcp.limits import PACKAGE
from providers.gcp.tests.compile.documents import CONFORMANCE, DOCUMENTS, conformance, example, prod, resources
from tests import tools
from tests.documents.shipped import lacking, shipped, shipped_in_vain


def packaged(python: str = "3.12") -> Package:
    return DOCUMENTS.package(example("02-orders"), prod(python=python))


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_wheels_are_for_the_linux_and_the_python_that_functions_have(python: str) -> None:
    package = packaged(python)
    assert (package.platform, package.python) == ("x86_64-manylinux_2_35", python)
    made = resources(example("02-orders"), "google_cloudfunctions2_function", prod(python=python))
    assert {one["build_config"]["runtime"] for one in made.values()} == {f"python{python.replace('.', '')}"}


def test_wheels_are_in_the_archive_and_google_installs_nothing_but_its_framework() -> None:
    package = packaged()
    assert (package.site, package.layer, package.requirements, package.most) == ("packages", "", (), PACKAGE)
    assert package.files["requirements.txt"].decode().splitlines() == list(package.trial) == list(FRAMEWORK)


BROUGHT = """
import json, re
from importlib.metadata import distribution
from packaging.requirements import Requirement

def add(name, python, found):
    name = re.sub(r"[-_.]+", "-", name).lower()
    if name not in found:
        found[name] = distribution(name).version
        for text in distribution(name).requires or ():
            one = Requirement(text)
            if one.marker is None or one.marker.evaluate({"python_version": python, "extra": ""}):
                add(one.name, python, found)
    return found

print(json.dumps([add("functions-framework", python, {}) for python in ("3.11", "3.12", "3.13")]))
"""


def test_of_what_google_installs_every_version_is_said_and_is_the_one_that_was_tried() -> None:
    """Whatever comes with functions-framework, on each Python."""
    python = Path(tools.require("functions-framework")).parent / "python"
    done = subprocess.run([str(python), "-c", BROUGHT], capture_output=True, text=True, check=True)
    pins = {name: version for name, _, version in (one.partition("==") for one in FRAMEWORK)}
    assert all(found == pins for found in json.loads(done.stdout))


def test_neither_compiler_nor_engine_nor_what_is_for_outside_is_deployed() -> None:
    package = packaged()
    (own,) = package.own
    assert {"compile", "names", "terraform", "clients.login", "clients.signed_in"} <= set(own.left_out)
    assert {"engine", "frontend", "compiler", "driver.packaged"} <= set(package.core.left_out)


OUTSIDE = {
    ("cloudless.connection", "cloudless.config"),
    ("cloudless.connection", "cloudless.frontend"),
    ("cloudless_gcp", "cloudless_gcp.provider"),
    ("cloudless_gcp.clients.cloud", "cloudless_gcp.clients.sdk"),
    ("cloudless_gcp.clients.token", "cloudless_gcp.clients.signed_in"),
}
"""What runs outside of functions alone, and says so where it is imported."""
OF_EXECUTIONS = {
    ("cloudless_gcp.clients.cloud", "cloudless_gcp.clients.mailbox"),
    ("cloudless_gcp.clients.cloud", "cloudless_gcp.clients.orchestration"),
    ("cloudless_gcp.clients.cloud", "cloudless_gcp.clients.start"),
    ("cloudless_gcp.clients.cloud", "cloudless_gcp.clients.workflows"),
}
"""What programs with orchestrations have, and others never ask for."""


@pytest.mark.parametrize("name", CONFORMANCE)
def test_nothing_that_a_function_may_import_is_left_out(name: str) -> None:
    """Anywhere, in a function as well."""
    application = conformance(name)
    assert lacking(DOCUMENTS.package(application)) == (
        OUTSIDE if application.orchestrations else OUTSIDE | OF_EXECUTIONS
    )


def test_nothing_ships_that_no_function_may_import() -> None:
    assert shipped_in_vain(DOCUMENTS.package(conformance(name)) for name in CONFORMANCE) == set()


def test_a_program_ships_what_serves_its_own_nouns() -> None:
    there = shipped(DOCUMENTS.package(conformance("queues")))
    assert {"cloudless.queue", "cloudless.runtime.consumer", "cloudless_gcp.runtime.queue"} <= set(there)
    assert not there.keys() & {
        "cloudless.runtime.endpoint", "cloudless.runtime.schedule", "cloudless_gcp.clients.orchestration",
        "cloudless_gcp.runtime.http",
    }  # fmt: skip
