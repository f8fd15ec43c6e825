"""What goes into the zip of a stage."""

from __future__ import annotations

import pytest

from cloudless.compiler import Package
from cloudless.ir import Application
from providers.azure.tests.compile.documents import CONFORMANCE, compiled, conformance
from tests.documents.shipped import lacking, reached, shipped


def package_of(application: Application) -> Package:
    package = compiled(application).package
    assert package is not None
    return package


OUTSIDE = {
    ("cloudless.connection", "cloudless.config"),
    ("cloudless.connection", "cloudless.frontend"),
    ("cloudless_azure", "cloudless_azure.provider"),
}
"""What runs outside of functions alone, and says so where it is imported."""
OF_EXECUTIONS = {
    ("cloudless_azure.clients.cloud", "cloudless_azure.clients.orchestration"),
}
"""What programs with orchestrations have, and others never ask for."""


@pytest.mark.parametrize("name", CONFORMANCE)
def test_nothing_that_a_function_may_import_is_left_out(name: str) -> None:
    """Anywhere, in a function as well."""
    application = conformance(name)
    assert lacking(package_of(application)) == (OUTSIDE if application.orchestrations else OUTSIDE | OF_EXECUTIONS)


def test_nothing_ships_that_no_function_may_import() -> None:
    packages = [package_of(conformance(name)) for name in CONFORMANCE]
    first, *others = [shipped(one).keys() - reached(one) for one in packages]
    assert first.intersection(*others) == set()


def test_a_program_ships_what_serves_its_own_nouns() -> None:
    there = shipped(package_of(conformance("queues")))
    assert {"cloudless.queue", "cloudless.runtime.consumer", "cloudless_azure.runtime.queue"} <= set(there)
    assert not there.keys() & {
        "cloudless.runtime.endpoint", "cloudless.runtime.schedule", "cloudless_azure.clients.orchestration",
        "cloudless_azure.runtime.http",
    }  # fmt: skip
