"""Wheels for a cloud, by uv, from an index in a folder."""

import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from cloudless.compiler.cache import cache_folder
from cloudless.compiler.wheels import Wanted, find_uv, requirements_file, twins, wheel_files, wheels
from cloudless.errors import DefinitionError, InvalidArgument
from tests.unit.compiler.index import Index

LINUX = "x86_64-manylinux_2_28"
TAGGED = "cp312-cp312-manylinux_2_17_x86_64"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    pytest.importorskip("uv")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    return tmp_path


@pytest.fixture
def index(home: Path) -> Index:
    return Index(home / "index")


def wanted(home: Path, text: str, **options: Any) -> Wanted:
    (home / "requirements.txt").write_text(text)
    given: dict[str, Any] = {"platform": LINUX, "python": "3.12", "ours": (), **options}
    return Wanted(file=home / "requirements.txt", **given)


def files(folder: Path) -> set[str]:
    return set(wheel_files(folder, ""))


def test_what_is_required_is_installed_for_the_cloud_and_not_for_this_machine(home: Path, index: Index) -> None:
    index.wheel("plain", {"plain/__init__.py": ""}, needs=("fast", 'old ; python_version < "3.12"'))
    index.wheel("fast", {"fast.so": "for linux"}, tag=TAGGED)
    index.wheel("fast", {"fast.dll": "for windows"}, tag="cp312-cp312-win_amd64")
    folder = wheels(wanted(home, f"{index.requirements}plain\n"), home / "cache").folder
    assert {"plain/__init__.py", "fast.so", "plain-1.0.dist-info/METADATA"} <= files(folder)
    assert "fast.dll" not in files(folder)


def test_nothing_says_when_and_where_it_was_installed(home: Path, index: Index) -> None:
    index.wheel("plain", {"plain.py": "def main(): ..."})
    found = files(wheels(wanted(home, f"{index.requirements}plain\n"), home / "cache").folder)
    kept = {"METADATA", "WHEEL", "entry_points.txt"}
    assert found == {"plain.py", *(f"plain-1.0.dist-info/{name}" for name in kept)}


def test_equal_pins_are_installed_once(home: Path, index: Index) -> None:
    index.wheel("plain", {"plain.py": ""})
    first = wheels(wanted(home, f"{index.requirements}plain\n"), home / "cache").folder
    (first / "mark").touch()
    assert wheels(wanted(home, f"{index.requirements}plain==1.0\n"), home / "cache").folder == first
    assert (first / "mark").exists()
    other = wheels(wanted(home, f"{index.requirements}plain\n", python="3.13"), home / "cache").folder
    assert other != first
    assert [one.name for one in sorted((home / "cache").iterdir())] == sorted([first.name, other.name])


def test_what_our_runtime_needs_comes_along(home: Path, index: Index) -> None:
    index.wheel("plain", {"plain.py": ""})
    index.wheel("cronsim", {"cronsim.py": ""})
    folder = wheels(wanted(home, f"{index.requirements}plain\n", ours=("cronsim>=1",)), home / "cache").folder
    assert {"plain.py", "cronsim.py"} <= files(folder)


def test_our_own_distributions_are_never_fetched(home: Path, index: Index) -> None:
    index.wheel("plain", {"plain.py": ""}, needs=("cloudless-sdk>=0.1",))
    text = f"{index.requirements}plain\ncloudless-sdk[azure]==9.9\n"
    folder = wheels(wanted(home, text, without=("cloudless-sdk",)), home / "cache").folder
    assert "plain.py" in files(folder)


def test_nothing_is_required_and_nothing_is_asked_for(home: Path) -> None:
    given = Wanted(file=None, ours=(), platform=LINUX, python="3.12")
    assert files(wheels(given, home / "cache").folder) == set()
    (home / "requirements.txt").write_text("# nothing\n")
    assert files(wheels(wanted(home, "# nothing\n"), home / "cache").folder) == set()


def test_every_package_without_a_wheel_for_the_cloud_is_told_with_its_line(home: Path, index: Index) -> None:
    index.wheel("plain", {"plain.py": ""}, needs=("deep",))
    index.source("from_source")
    index.source("deep")
    index.wheel("windows", {"windows.pyd": ""}, tag="cp312-cp312-win_amd64")
    text = f"{index.requirements}plain  # and from_source\nFrom-Source>=1\nwindows\n"
    with pytest.raises(DefinitionError) as error:
        wheels(wanted(home, text), home / "cache")
    found = {(str(one.span), one.code, one.message.partition(" (")[0]) for one in error.value.problems}
    assert found == {
        ("requirements.txt:4:1", "CL511", "from-source has no wheel for Python 3.12 on x86_64-manylinux_2_28"),
        ("requirements.txt:5:1", "CL511", "windows has no wheel for Python 3.12 on x86_64-manylinux_2_28"),
        ("requirements.txt", "CL511", "deep has no wheel for Python 3.12 on x86_64-manylinux_2_28"),
    }
    (windows,) = [one for one in error.value.problems if one.message.startswith("windows")]
    assert windows.message.endswith("(there are wheels for win_amd64)")
    assert windows.source == "windows"
    assert not (home / "cache").exists()


def test_what_uv_says_of_other_failures_is_passed_on(home: Path, index: Index) -> None:
    with pytest.raises(InvalidArgument, match=r"requirements\.txt cannot be resolved for Python 3\.12(.|\n)*nowhere"):
        wheels(wanted(home, f"{index.requirements}nowhere\n"), home / "cache")


def test_an_archive_of_another_hash_than_the_users_is_not_installed(home: Path, index: Index) -> None:
    index.wheel("plain", {"plain.py": ""})
    archive = (home / "index" / "plain-1.0-py3-none-any.whl").read_bytes()
    line = f"{index.requirements}cloudless-sdk[azure]==1 --hash=sha256:{'1' * 64}\nplain==1.0 --hash=sha256:"
    with pytest.raises(InvalidArgument, match=r"no\s+overlapping\s+hashes\s+between\s[\w\s]+for:\s+plain==1\.0"):
        wheels(wanted(home, f"{line}{'0' * 64}\n", without=("cloudless-sdk",)), home / "cache")
    digest = sha256(archive).hexdigest()
    mended = wanted(home, f"{line}{digest}\n", without=("cloudless-sdk",))
    assert "plain.py" in files(wheels(mended, home / "cache").folder)


def test_the_requirements_are_those_of_a_project_file_where_there_is_no_other(home: Path, index: Index) -> None:
    index.wheel("plain", {"plain.py": ""})
    project = home / "pyproject.toml"
    project.write_text("[tool.x]\ny = 1\n")
    assert requirements_file(home, None) is None
    project.write_text(
        '[project]\nname = "shop"\nversion = "1"\ndependencies = ["plain"]\n[tool.uv.pip]\nno-index = true\n'
    )
    with project.open("a") as file:
        file.write(f'find-links = ["{home / "index"}"]\n')
    assert requirements_file(home, None) == project
    given = Wanted(file=project, ours=(), platform=LINUX, python="3.12")
    assert "plain.py" in files(wheels(given, home / "cache").folder)
    (home / "requirements.txt").touch()
    assert requirements_file(home, None) == home / "requirements.txt"
    assert requirements_file(home, "pyproject.toml") == project


def test_without_uv_the_command_that_installs_it_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "uv", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InvalidArgument, match="pip install uv, or build with --no-dependencies"):
        find_uv()
    program = tmp_path / "uv"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert find_uv() == str(program)


def test_what_is_kept_is_where_the_user_keeps_such_things(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder("wheels") == tmp_path / "cloudless" / "wheels"
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert cache_folder("wheels") == tmp_path / "local" / "cloudless" / "wheels"


def test_a_file_is_at_home_below_the_place_of_packages(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "a.py").touch()
    assert list(wheel_files(tmp_path, "lib/site")) == ["lib/site/plain/a.py"]


def test_what_this_machine_cannot_have_has_no_twin(home: Path, index: Index) -> None:
    index.wheel("fast", {"fast.so": "for the cloud"}, tag="cp312-cp312-manylinux_2_17_s390x")
    installed = wheels(wanted(home, f"{index.requirements}fast\n", platform="s390x-manylinux_2_17"), home / "cache")
    with pytest.raises(InvalidArgument, match="fast"):
        twins(installed, sys.executable, "3.12", home / "cache")
