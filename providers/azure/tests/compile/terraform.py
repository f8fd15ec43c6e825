"""The real terraform, with stand-ins for its providers, which answer from their schemas."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from providers.azure.tests.compile import documents

_STEP = re.compile(r"^(\S+: (?:Creating|Creation complete|Modifying|Destroying|Destruction complete))", re.MULTILINE)


def plan(folder: Path) -> bytes:
    """What terraform plans for a build and an empty state, as `terraform show -json` says it."""
    tfstub = documents.tool("tfstub")
    with tfstub.providers() as env:
        for words in (["init", "-input=false"], ["validate"], ["plan", "-input=false", "-out=plan"]):
            _terraform(folder, env, *words, "-no-color")
        return _terraform(folder, env, "show", "-json", "plan")


class Applied:
    """Builds of one stage, applied one after the other: `apply` returns what was done, in order."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self._folder = folder
        self._env = env

    def apply(self, *options: str) -> list[str]:
        """The lines of what was begun and what was done, e.g. "azurerm_servicebus_queue.a: Destroying"."""
        _terraform(self._folder, self._env, "init", "-input=false", "-no-color")
        said = _terraform(self._folder, self._env, "apply", "-input=false", "-auto-approve", "-no-color", *options)
        return _STEP.findall(said.decode())


@contextmanager
def applied(folder: Path) -> Generator[Applied]:
    """Where builds are applied to stand-ins: `folder` has the build of the moment."""
    with documents.tool("tfstub").providers() as env:
        yield Applied(folder, env)


def _terraform(folder: Path, env: Mapping[str, str], *words: str) -> bytes:
    done = subprocess.run(["terraform", *words], cwd=folder, env=env, check=False, capture_output=True)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    return done.stdout
