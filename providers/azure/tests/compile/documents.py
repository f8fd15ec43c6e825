"""Applications, and what the compiler for Azure makes of them."""

from __future__ import annotations

from typing import Any

from cloudless.config import Stage
from cloudless_azure import PROVIDER
from tests.documents import (
    BUNDLE,
    CONFORMANCE,
    EVERYTHING,
    EXAMPLES,
    GOLDEN,
    ROOT,
    Documents,
    conformance,
    example,
    forgotten,
    golden,
    program,
    tool,
)

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"


def prod(**changes: Any) -> Stage:
    """A stage on Azure."""
    given = {"name": "prod", "provider": "azure", "region": "westeurope", "subscription": SUBSCRIPTION}
    return Stage.model_validate({**given, **changes})


DOCUMENTS = Documents(PROVIDER, prod())
compiled, document = DOCUMENTS.compiled, DOCUMENTS.document
resources, write = DOCUMENTS.resources, DOCUMENTS.write

__all__ = [
    "BUNDLE",
    "CONFORMANCE",
    "DOCUMENTS",
    "EVERYTHING",
    "EXAMPLES",
    "GOLDEN",
    "ROOT",
    "SUBSCRIPTION",
    "compiled",
    "conformance",
    "document",
    "example",
    "forgotten",
    "golden",
    "prod",
    "program",
    "resources",
    "tool",
    "write",
]
