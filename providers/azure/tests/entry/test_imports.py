"""What a generated app imports before anything is asked of it: every millisecond counts at a cold start."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from providers.azure.tests.entry.goldens import ENTRY
from providers.azure.tests.entry.written import write
from tests import tools
from tests.documents import write_plain

ROOT = Path(__file__).parents[4]
LATER = frozenset({
    "azure.servicebus", "azure.identity", "azure.core", "azure.durable_functions", "cloudless.engine", "cloudless.ir",
    "cloudless.frontend", "cloudless.passes", "cloudless.compiler", "cloudless_azure.compile", "cronsim", "pydantic",
    "jwt", "cloudless_azure.clients.queue", "cloudless_azure.clients.table",
})  # fmt: skip
"""Nothing of it, nor below it."""

PROGRAM = """
import json, sys
import function_app
print(json.dumps(sorted(sys.modules)))
"""


def loaded(folder: Path, group: str) -> set[str]:
    """The modules of a fresh process that imported the app of a group."""
    path = os.pathsep.join([str(folder), str(ROOT), str(ROOT / "providers" / "azure")])
    env = {**os.environ, "PYTHONPATH": path, "CLOUDLESS_APP": group}
    command = [str(tools.require("azure-worker")), "-c", PROGRAM]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an application of builtin types, and what is generated for it."""
    return write_plain(tmp_path_factory.mktemp("plain"), write)


@pytest.mark.parametrize("group", ["on-work", "on-report", "http"])
def test_an_app_of_builtin_types_imports_ours_and_microsofts_and_no_client(group: str, plain: Path) -> None:
    found = loaded(plain, group)
    assert {"azure.functions", "plain"} <= found
    assert {one for one in found if any(one == name or one.startswith(f"{name}.") for name in LATER)} == set()


def test_only_the_app_of_steps_loads_durable_and_the_engine(tmp_path: Path) -> None:
    write(tmp_path, ENTRY)
    heavy = {"azure.durable_functions", "cloudless.engine"}
    assert heavy <= loaded(tmp_path, "steps")
    assert not heavy & loaded(tmp_path, "on-take")
