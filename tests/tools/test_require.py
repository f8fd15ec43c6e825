"""`tools.require`: a path, a visible skip, or a failure."""

import sys
from pathlib import Path

import pytest

from tests import tools
from tests.tools.catalogue import KITS, TOOLS, Kit, Package, Tool
from tests.tools.install import InstallFailed, install
from tests.tools.require import LEAVE, REQUIRE


@pytest.fixture(autouse=True)
def _any_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever this run is of."""
    monkeypatch.delenv(LEAVE, raising=False)


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setitem(TOOLS, "absent", Tool("an emulator", "apt-get install absent", lambda: None))
    return "absent"


def test_a_tool_that_is_here_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TOOLS, "python", Tool("a Python", "-", lambda: Path(sys.executable)))
    assert tools.require("python") == Path(sys.executable)


def test_a_missing_tool_skips_the_test_and_says_how_to_install_it(absent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(REQUIRE, raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"absent is missing .*: apt-get install absent"):
        tools.require(absent)


def test_a_missing_tool_fails_the_test_when_tools_are_required(absent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REQUIRE, "1")
    with pytest.raises(pytest.fail.Exception, match="apt-get install absent"):
        tools.require(absent)


def test_a_tool_is_left_to_another_run_although_it_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TOOLS, "python", Tool("a Python", "-", lambda: Path(sys.executable)))
    monkeypatch.setenv(LEAVE, "1")
    with pytest.raises(pytest.skip.Exception, match=r"python \(a Python\) is for `make test-all`"):
        tools.require("python")


def test_a_package_that_is_here_is_not_installed_again() -> None:
    assert not install(Package("python", "a Python", program=sys.executable))


def test_a_package_that_cannot_be_installed_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InstallFailed, match="apt-get install absent: this needs Debian's apt-get, and root"):
        install(Package("absent", "a browser", program="absent"))


def test_what_we_install_is_pinned() -> None:
    """The first requirement of each environment is the tool itself; a constraints file pins the others."""
    for kit in KITS.values():
        assert any("==" in word or "@" in word for word in kit.steps[0]), kit.name


def test_a_finished_installation_is_not_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.tools.catalogue.HOME", tmp_path)
    monkeypatch.setattr("tests.tools.install.HOME", tmp_path)
    done: list[str] = []

    def make(kit: Kit) -> None:
        kit.folder.mkdir()
        done.append(kit.name)

    monkeypatch.setattr("tests.tools.install.METHODS", {"fake": make})
    kit = Kit("thing", "a thing", "fake", [["thing==1"]], "thing")
    assert [install(kit), install(kit)] == [True, False]
    assert install(Kit("thing", "a thing", "fake", [["thing==2"]], "thing"))
    assert done == ["thing", "thing"]
