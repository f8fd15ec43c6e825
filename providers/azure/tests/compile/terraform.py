"""The real terraform, with stand-ins for its providers, which answer from their schemas."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from providers.azure.tests.compile import documents


def plan(folder: Path) -> bytes:
    """What terraform plans for a build and an empty state, as `terraform show -json` says it."""
    tfstub = documents.tool("tfstub")
    with tfstub.providers() as env:
        for words in (["init", "-input=false"], ["validate"], ["plan", "-input=false", "-out=plan"]):
            _terraform(folder, env, *words, "-no-color")
        return _terraform(folder, env, "show", "-json", "plan")


def _terraform(folder: Path, env: Mapping[str, str], *words: str) -> bytes:
    done = subprocess.run(["terraform", *words], cwd=folder, env=env, check=False, capture_output=True)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    return done.stdout
