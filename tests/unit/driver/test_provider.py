"""How installed providers are found."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from cloudless.driver.provider import entries, installed


def install(folder: Path, name: str) -> Path:
    """A distribution with a provider of that name."""
    information = folder / f"{name}-1.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    (information / "entry_points.txt").write_text(f"[cloudless.providers]\n{name} = {name}_provider:PROVIDER\n")
    return information


def let_pass(folder: Path) -> None:
    """As if the last change of a folder were long ago: clocks of file systems go in steps of some milliseconds."""
    os.utime(folder, (1, 1))


def test_they_are_found_in_the_order_of_their_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    install(tmp_path, "nimbus")
    install(tmp_path, "acme")
    assert installed() == ("acme", "nimbus")
    assert entries()["acme"].value == "acme_provider:PROVIDER"


def test_what_is_installed_or_removed_meanwhile_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    let_pass(tmp_path)
    assert installed() == ()
    information = install(tmp_path, "acme")
    assert installed() == ("acme",)
    let_pass(tmp_path)
    shutil.rmtree(information)
    assert installed() == ()


def test_another_path_has_other_providers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "here", "acme")
    install(tmp_path / "there", "nimbus")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "here")])
    assert installed() == ("acme",)
    sys.path.append(str(tmp_path / "there"))
    assert installed() == ("acme", "nimbus")


def test_the_working_directory_is_the_one_of_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "here", "acme")
    install(tmp_path / "there", "nimbus")
    monkeypatch.setattr(sys, "path", [""])
    monkeypatch.chdir(tmp_path / "here")
    assert installed() == ("acme",)
    monkeypatch.chdir(tmp_path / "there")
    assert installed() == ("nimbus",)


def test_a_folder_that_is_not_there_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path / "nowhere")])
    assert installed() == ()


def test_metadata_are_not_read_again_while_nothing_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    install(tmp_path, "acme")
    assert entries() is entries()
