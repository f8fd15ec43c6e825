"""What a generated entry imports before anything is asked of it: every millisecond counts at a cold start."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from providers.gcp.tests.emulators import PATHS
from providers.gcp.tests.entry.generated import write
from providers.gcp.tests.entry.goldens import ENTRY
from tests import tools
from tests.documents import write_plain

PROGRAM = """
import json, sys
import functions_framework
before = set(sys.modules)
functions_framework.create_app(sys.argv[1], "cloudless_main.py", "http")
print(json.dumps(sorted(set(sys.modules) - before)))
"""
LATER = frozenset({
    "asyncio", "cloudless.compiler", "cloudless.engine", "cloudless.frontend", "cloudless.ir", "cloudless.passes",
    "cloudless_gcp.compile", "cloudless_gcp.limits", "cronsim", "google.auth", "google.cloud.pubsub", "grpc",
    "http.client", "jwt", "pydantic", "requests", "ssl", "zoneinfo",
})  # fmt: skip
"""Nothing of it, nor below it, but for what functions-framework has imported itself."""
FOR_FEW = {
    "cloudless.runtime.once": {"on_take", "on_pack_parcel"},
    "cloudless.runtime.batch": {"on_count"},
    "cloudless.runtime.function": {"call_charge"},
    "cloudless_gcp.runtime.reply": {"broker", "call_charge", "worker"},
    "cloudless.runtime.endpoint": {"http_create", "http_show", "http_approve"},
    "cloudless.runtime.tick": {"on_report"},
    "cloudless.runtime.broker": {"broker"},
}
"""Parts of the runtime, and the entries of the shop that need them."""


def imported(folder: Path, module: str) -> set[str]:
    """The modules of a fresh process that found the handler of an entry, as functions-framework does."""
    env = {**os.environ, "PYTHONPATH": ":".join(map(str, (folder, *PATHS))), "K_SERVICE": "test"}
    python = Path(tools.require("functions-framework")).parent / "python"
    command = [str(python), "-c", PROGRAM, module]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def below(names: frozenset[str], found: set[str]) -> set[str]:
    return {one for one in found if any(one == name or one.startswith(f"{name}.") for name in names)}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an application of builtin types, and what is generated for it."""
    return write_plain(tmp_path_factory.mktemp("plain"), write)


@pytest.mark.parametrize("module", ["on_work", "on_report", "http_create", "call_charge", "worker"])
def test_an_entry_of_builtin_types_imports_ours_and_cheap_parts_of_the_standard_library(
    module: str, plain: Path
) -> None:
    found = imported(plain, module)
    assert {f"cloudless_entry.{module}", "plain"} <= found
    assert below(LATER, found) == set()


def test_an_entry_of_a_queue_imports_few_modules_at_all(plain: Path) -> None:
    """Each costs a tenth of a millisecond; what else there is, functions-framework has."""
    found = imported(plain, "on_work")
    ours = {one for one in found if one.startswith("cloudless")}
    assert found - ours == {"gc", "plain"}
    assert len(ours) <= 50


def test_an_entry_imports_the_parts_of_the_runtime_that_it_needs(tmp_path: Path) -> None:
    write(tmp_path, ENTRY)
    modules = {file.stem for file in (tmp_path / "cloudless_entry").glob("*.py")} - {"__init__"}
    found = {module: imported(tmp_path, module) for module in sorted(modules)}
    for part, needed in FOR_FEW.items():
        assert {module for module, one in found.items() if part in one} == needed, part
