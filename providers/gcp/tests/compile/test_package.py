"""What goes into the archive of a stage, and what is tried before it is deployed."""

from __future__ import annotations

import ast
import json
import subprocess
from pathlib import Path

import pytest

from cloudless.compiler import Package
from cloudless.compiler.lean import lean_files
from cloudless.compiler.sources import own_files
from cloudless_gcp.compile.framework import FRAMEWORK
from cloudless_gcp.limits import PACKAGE
from providers.gcp.tests.compile.documents import compiled, example, prod, resources
from tests import tools


def packaged(python: str = "3.12") -> Package:
    package = compiled(example("02-orders"), prod(python=python)).package
    assert package is not None
    return package


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_wheels_are_for_the_linux_and_the_python_that_functions_have(python: str) -> None:
    package = packaged(python)
    assert (package.platform, package.python) == ("x86_64-manylinux_2_35", python)
    made = resources(example("02-orders"), "google_cloudfunctions2_function", prod(python=python))
    assert {one["build_config"]["runtime"] for one in made.values()} == {f"python{python.replace('.', '')}"}


def test_wheels_are_in_the_archive_and_google_installs_nothing_but_its_framework() -> None:
    package = packaged()
    assert (package.site, package.layer, package.requirements, package.most) == ("packages", "", (), PACKAGE)
    assert package.files["requirements.txt"].decode().splitlines() == list(package.trial) == list(FRAMEWORK)


BROUGHT = """
import json, re
from importlib.metadata import distribution
from packaging.requirements import Requirement

def add(name, python, found):
    name = re.sub(r"[-_.]+", "-", name).lower()
    if name not in found:
        found[name] = distribution(name).version
        for text in distribution(name).requires or ():
            one = Requirement(text)
            if one.marker is None or one.marker.evaluate({"python_version": python, "extra": ""}):
                add(one.name, python, found)
    return found

print(json.dumps([add("functions-framework", python, {}) for python in ("3.11", "3.12", "3.13")]))
"""


def test_of_what_google_installs_every_version_is_said_and_is_the_one_that_was_tried() -> None:
    """Whatever comes with functions-framework, on each Python."""
    python = Path(tools.require("functions-framework")).parent / "python"
    done = subprocess.run([str(python), "-c", BROUGHT], capture_output=True, text=True, check=True)
    pins = {name: version for name, _, version in (one.partition("==") for one in FRAMEWORK)}
    assert all(found == pins for found in json.loads(done.stdout))


def test_neither_compiler_nor_engine_nor_what_is_for_outside_is_deployed() -> None:
    package = packaged()
    (own,) = package.own
    assert {"compile", "names", "terraform", "clients.login", "clients.signed_in"} <= set(own.left_out)
    assert {"engine", "frontend", "compiler", "driver.packaged"} <= set(package.core.left_out)


def test_nothing_that_is_deployed_imports_what_is_not() -> None:
    """Anywhere, in a function as well, but where it says that it is outside."""
    package = packaged()
    found = {
        (path.removeprefix("packages/"), name)
        for one in (package.core, *package.own)
        for path, content in lean_files(own_files(one, "packages")).items()
        for name in _imported(content)
        if any(f"{left.module}.{part}" == name for left in (package.core, *package.own) for part in left.left_out)
    }
    assert found == {
        ("cloudless/connection.py", "cloudless.config"),
        ("cloudless/connection.py", "cloudless.frontend"),
        ("cloudless_gcp/__init__.py", "cloudless_gcp.provider"),
        ("cloudless_gcp/clients/cloud.py", "cloudless_gcp.clients.sdk"),
        ("cloudless_gcp/clients/token.py", "cloudless_gcp.clients.signed_in"),
    }


def _imported(content: bytes | Path) -> set[str]:
    """Names of the modules that a file imports when it runs."""
    text = content.read_text() if isinstance(content, Path) else content.decode()
    nodes = [one for one in ast.walk(ast.parse(text)) if isinstance(one, ast.ImportFrom)]
    return {name for one in nodes for name in (one.module or "", *(f"{one.module}.{a.name}" for a in one.names))}
