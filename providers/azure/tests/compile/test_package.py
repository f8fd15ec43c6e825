"""What goes into the zip of a stage."""

from __future__ import annotations

import pytest

from providers.azure.tests.compile.documents import CONFORMANCE, DOCUMENTS, conformance
from tests.documents.shipped import lacking, shipped, shipped_in_vain

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
    assert lacking(DOCUMENTS.package(application)) == (
        OUTSIDE if application.orchestrations else OUTSIDE | OF_EXECUTIONS
    )


def test_nothing_ships_that_no_function_may_import() -> None:
    assert shipped_in_vain(DOCUMENTS.package(conformance(name)) for name in CONFORMANCE) == set()


def test_a_program_ships_what_serves_its_own_nouns() -> None:
    there = shipped(DOCUMENTS.package(conformance("queues")))
    assert {"cloudless.queue", "cloudless.runtime.consumer", "cloudless_azure.runtime.queue"} <= set(there)
    assert not there.keys() & {
        "cloudless.runtime.endpoint", "cloudless.runtime.schedule", "cloudless_azure.clients.orchestration",
        "cloudless_azure.runtime.http",
    }  # fmt: skip
