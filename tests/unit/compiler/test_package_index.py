"""Wheels of packages that people use, from the index that this machine has."""

import sys
from pathlib import Path

import pytest

from cloudless.compiler import Package
from cloudless.compiler.bundle import bundle, joined
from cloudless.compiler.smoke import smoke
from cloudless.compiler.wheels import Wanted, wheel_files, wheels
from cloudless.driver.limit import Limit
from cloudless.errors import DefinitionError
from tests.tools import require

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
X86, ARM = "x86_64-manylinux_2_28", "aarch64-manylinux_2_28"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    require("package-index")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def wanted(home: Path, text: str, platform: str = X86, python: str = "3.12") -> Wanted:
    (home / "requirements.txt").write_text(text)
    return Wanted(file=home / "requirements.txt", ours=(), platform=platform, python=python)


@pytest.mark.parametrize(("platform", "machine"), [(X86, "x86_64"), (ARM, "aarch64")])
def test_compiled_packages_are_those_of_the_cloud(platform: str, machine: str, home: Path) -> None:
    folder = wheels(wanted(home, "pydantic>=2.7\n", platform), home / "cache").folder
    (compiled,) = [path for path in wheel_files(folder, "") if path.startswith("pydantic_core/_pydantic_core.")]
    assert compiled == f"pydantic_core/_pydantic_core.cpython-312-{machine}-linux-gnu.so"


def test_the_same_versions_are_had_for_this_machine(home: Path) -> None:
    installed = wheels(wanted(home, "pydantic>=2.7\n", ARM, HERE), home / "cache")
    made = made_of(ARM, HERE, "import pydantic\npydantic.TypeAdapter(int).validate_json('7')")
    theirs = bundle(joined([("wheels", wheel_files(installed.folder, "lib"))]), made)
    assert smoke(theirs, made, {}, installed) == ""


def test_a_package_of_source_alone_is_told(home: Path) -> None:
    with pytest.raises(DefinitionError, match=r"requirements\.txt:2:1  CL511  docopt has no wheel for Python 3\.12"):
        wheels(wanted(home, "tzdata\ndocopt==0.6.2\n"), home / "cache")


def test_the_same_pins_give_the_same_bytes_whenever_they_are_installed(home: Path) -> None:
    given = wanted(home, "pydantic==2.11.0\nidna==3.10\n")
    first, second = (wheel_files(wheels(given, home / name).folder, "lib") for name in ("one", "other"))
    package = made_of(given.platform, given.python)
    assert bundle(joined([("wheels", first)]), package) == bundle(joined([("wheels", second)]), package)


def test_what_was_resolved_can_be_imported(home: Path) -> None:
    given = wanted(home, "pydantic>=2.7\n", python=HERE)
    made = made_of(given.platform, HERE, "import pydantic\npydantic.TypeAdapter(int).validate_json('7')")
    installed = wheels(given, home / "cache")
    files = bundle(joined([("wheels", wheel_files(installed.folder, "lib"))]), made)
    assert smoke(files, made, {}, installed) == ""


def made_of(platform: str, python: str, program: str = "") -> Package:
    most = Limit(10**9, "bytes", "https://example.org")
    return Package(files={}, site="lib", platform=platform, python=python, smoke=program, most=most)
