"""Examples on the in-memory cloud and on Azure as it is deployed: the same answers, and the same calls of handlers.

On Azure each is built by `cloudless build`, with everything that it installs, and runs on stand-ins for the platform:
what is real and what is ours there stands in providers/azure/tests/test_conformance.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.azure.tests.functionshost.launcher import Zygote
from providers.azure.tests.storage import azurite
from tests import tools
from tests.matrix import azure, memory, programs
from tests.matrix.program import Program

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def storage() -> Iterator[str]:
    with azurite() as connection:
        yield connection


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    tools.require("azure-worker")
    tools.require("package-index")
    with Zygote() as process:
        yield process


def compare(program: Program, folder: Path, storage: str, zygote: Zygote) -> None:
    """Play on both."""
    expected = memory.played(program, folder / "memory")
    (folder / "azure").mkdir()
    found = azure.played(program, folder / "azure", storage, zygote)
    for step, one, other in zip(program.steps, expected.answers, found.answers, strict=True):
        assert other == one, step
    assert found.calls == expected.calls
    assert expected.calls


def test_hello(tmp_path: Path, storage: str, zygote: Zygote) -> None:
    compare(programs.hello(), tmp_path, storage, zygote)


def test_surveys(tmp_path: Path, storage: str, zygote: Zygote) -> None:
    compare(programs.surveys(), tmp_path, storage, zygote)


def test_orders(tmp_path: Path, storage: str, zygote: Zygote) -> None:
    compare(programs.orders(), tmp_path, storage, zygote)


def test_trips(tmp_path: Path, storage: str, zygote: Zygote) -> None:
    compare(programs.trips(), tmp_path, storage, zygote)


def test_approvals(tmp_path: Path, storage: str, zygote: Zygote) -> None:
    compare(programs.approvals(), tmp_path, storage, zygote)


def test_webhooks(tmp_path: Path, storage: str, zygote: Zygote) -> None:
    if not programs.PAYLOADS.exists():
        pytest.skip(f"real deliveries are not here: {programs.PAYLOADS}")
    compare(programs.webhooks(), tmp_path, storage, zygote)
