"""What a generated entry imports before anything is asked of it: every millisecond counts at a cold start."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from providers.aws.tests.emulators import PATHS
from providers.aws.tests.entry.generated import write
from providers.aws.tests.entry.goldens import ENTRY
from tests import tools
from tests.documents import write_plain
from tests.hosting.imported import imported

PLATFORM = "from awslambdaric.bootstrap import _get_handler"
LOAD = '_get_handler(f"cloudless_entry.{name}.handler")'
LATER = frozenset({
    "asyncio", "boto3", "botocore", "cloudless.compiler", "cloudless.engine", "cloudless.frontend", "cloudless.ir",
    "cloudless.passes", "cloudless_aws.compile", "cloudless_aws.limits", "cronsim", "dataclasses", "hashlib", "http",
    "importlib.metadata", "inspect", "jwt", "pathlib", "pydantic", "signal", "ssl", "typing", "urllib", "zoneinfo",
})  # fmt: skip
"""Nothing of it, nor below it."""
ENTRIES = ("on_work", "on_report", "http_create", "call_charge", "worker")
"""Of the application of builtin types."""
FOR_FEW = {
    "cloudless.runtime.once": {"on_take", "on_pack_parcel"},
    "cloudless.runtime.batch": {"on_count"},
    "cloudless.runtime.function": {"call_charge"},
    "cloudless.runtime.endpoint": {"http_create", "http_show", "http_approve"},
    "cloudless.runtime.tick": {"on_report"},
    "cloudless.runtime.broker": {"broker"},
}
"""Parts of the runtime, and the entries of the shop that need them."""


def loaded(folder: Path, modules: Sequence[str]) -> dict[str, set[str]]:
    """The modules of fresh processes that found the handlers of entries, as Lambda does."""
    env = {**os.environ, "PYTHONPATH": ":".join(map(str, (folder, *PATHS))), "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1"}
    return imported(tools.require("awslambdaric"), PLATFORM, LOAD, modules, folder=folder, env=env)


def below(names: frozenset[str], found: set[str]) -> set[str]:
    return {one for one in found if any(one == name or one.startswith(f"{name}.") for name in names)}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """What the entries of an application of builtin types import."""
    return loaded(write_plain(tmp_path_factory.mktemp("plain"), write), ENTRIES)


@pytest.mark.parametrize("module", ENTRIES)
def test_an_entry_of_builtin_types_imports_ours_and_cheap_parts_of_the_standard_library(
    module: str, plain: dict[str, set[str]]
) -> None:
    found = plain[module]
    assert {f"cloudless_entry.{module}", "plain"} <= found
    assert below(LATER, found) == set()


def test_an_entry_of_a_queue_imports_few_modules_at_all(plain: dict[str, set[str]]) -> None:
    """Each costs a tenth of a millisecond. datetime, which the types of the API are made of, is the only other one."""
    found = plain["on_work"]
    ours = {one for one in found if one.startswith("cloudless")}
    assert found - ours == {"_contextvars", "_datetime", "contextvars", "datetime", "gc", "plain"}
    assert len(ours) <= 50


def test_an_entry_imports_the_parts_of_the_runtime_that_it_needs(tmp_path: Path) -> None:
    write(tmp_path, ENTRY)
    modules = {file.stem for file in (tmp_path / "cloudless_entry").glob("*.py")} - {"__init__"}
    found = loaded(tmp_path, sorted(modules))
    for part, needed in FOR_FEW.items():
        assert {module for module, one in found.items() if part in one} == needed, part
