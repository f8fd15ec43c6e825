"""What goes into the zips of a stage, and what is tried before they are deployed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cloudless.compiler import Package
from cloudless_aws.limits import PACKAGE, UNPACKED
from providers.aws.tests.compile.documents import CONFORMANCE, DOCUMENTS, conformance, example, prod
from tests.documents.shipped import lacking, shipped, shipped_in_vain


def packaged(python: str = "3.12") -> Package:
    return DOCUMENTS.package(example("02-orders"), prod(python=python))


@pytest.mark.parametrize(
    ("python", "platform"),
    [
        ("3.11", "aarch64-manylinux_2_17"),
        ("3.12", "aarch64-manylinux_2_34"),
        ("3.13", "aarch64-manylinux_2_34"),
    ],
)
def test_wheels_are_for_the_linux_that_lambda_has(python: str, platform: str) -> None:
    assert (packaged(python).platform, packaged(python).python) == (platform, python)


def test_wheels_are_a_layer_and_boto3_is_lambdas_own() -> None:
    package = packaged()
    assert (package.layer, package.site, package.requirements) == ("python", "", ())
    assert "boto3" in package.trial
    assert (package.most, package.most_unpacked) == (PACKAGE, UNPACKED)


def test_neither_compiler_nor_engine_is_deployed() -> None:
    package = packaged()
    (own,) = package.own
    assert {"compile", "terraform"} <= set(own.left_out)
    assert {"engine", "frontend", "compiler"} <= set(package.core.left_out)


def test_every_handler_is_found_as_lambda_finds_it(tmp_path: Path) -> None:
    """With Amazon's own client where it is, by import where it is not."""
    found = packaged().smoke
    head = found[: found.index("import app\n")]
    (tmp_path / "there.py").write_text("def handler(event, context): ...\n")
    tried = f"{head}assert callable(handler('there.handler'))\nhandler('nowhere.handler')\n"
    done = subprocess.run([sys.executable, "-c", tried], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "No module named 'nowhere'" in done.stderr


OUTSIDE = {
    ("cloudless.connection", "cloudless.config"),
    ("cloudless.connection", "cloudless.frontend"),
    ("cloudless_aws", "cloudless_aws.provider"),
}
"""What runs outside of functions alone, and says so where it is imported."""
OF_EXECUTIONS = {
    ("cloudless_aws.clients.cloud", "cloudless_aws.clients.broker"),
    ("cloudless_aws.clients.cloud", "cloudless_aws.clients.mailbox"),
    ("cloudless_aws.clients.cloud", "cloudless_aws.clients.orchestration"),
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
    assert {"cloudless.queue", "cloudless.runtime.consumer", "cloudless_aws.runtime.queue"} <= set(there)
    assert not there.keys() & {
        "cloudless.runtime.endpoint", "cloudless.runtime.schedule", "cloudless_aws.clients.orchestration",
        "cloudless_aws.runtime.http",
    }  # fmt: skip
