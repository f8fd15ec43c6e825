"""What goes into the archive of a stage, and what is tried before it is deployed."""

from __future__ import annotations

import pytest

from cloudless.compiler import Package
from cloudless_gcp.limits import PACKAGE
from providers.gcp.tests.compile.documents import compiled, example, prod, resources


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
    assert package.files["requirements.txt"].decode().startswith("functions-framework==")
    assert [one.partition("=")[0] for one in package.trial] == ["functions-framework"]


def test_neither_compiler_nor_engine_is_deployed() -> None:
    package = packaged()
    (own,) = package.own
    assert {"compile", "terraform"} <= set(own.left_out)
    assert {"engine", "frontend", "compiler"} <= set(package.core.left_out)
