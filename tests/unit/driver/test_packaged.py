"""A provider as what its package has."""

from __future__ import annotations

import sys
from importlib import invalidate_caches
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cloudless.driver.packaged import Packaged
from cloudless.driver.setting import Setting
from cloudless.errors import InvalidArgument

PARTS = {
    "capabilities": "GAPS = {'topic': 'not built'}",
    "limits": "LIMITS = {'message.bytes': 7}\nTERRAFORM = (1, 11)",
    "terraform": "HINTS = ()\ndef resource(*said): return said\ndef credentials(): return 'none needed'",
    "names": "def addresses_of(application, stage): return {'place': f'{application}-{stage.name}'}",
    "compile/__init__": "def compile(*given): return given",
    "clients/cloud": "class AcmeCloud:\n    def __init__(self, addresses): self.addresses = addresses",
}


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, text in PARTS.items():
        file = tmp_path / "packaged_acme" / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    settings = (
        Setting("region", "where it runs", "here-1", form="here-[0-9]"),
        Setting("zone", "", "b", form=".", needed=False),
    )
    return Packaged("packaged_acme", name="acme", title="Acme", cloud="AcmeCloud", settings=settings)


def stage(**said: Any) -> Any:
    return SimpleNamespace(name="prod", **said)


def test_each_part_is_where_every_provider_has_it(acme: Any) -> None:
    assert (acme.name, acme.title) == ("acme", "Acme")
    assert acme.gaps == {"topic": "not built"}
    assert (acme.limits, acme.least_terraform) == ({"message.bytes": 7}, (1, 11))
    assert acme.hints == ()
    assert acme.resource("acme_queue", "orders", ["take"]) == ("acme_queue", "orders", ["take"])
    assert acme.credentials(stage()) == "none needed"
    assert acme.compile("stage", "application", "definitions") == ("stage", "application", "definitions")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def compile(*given): return SimpleNamespace(warnings=given)", ("stage", "application", "definitions")),
        ("def examine(*given): return given[::-1]", ("definitions", "application", "stage")),
    ],
)
def test_a_check_compiles_only_where_a_package_has_no_shorter_way(
    acme: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: tuple[str, ...]
) -> None:
    (tmp_path / "packaged_acme" / "compile" / "__init__.py").write_text(f"from types import SimpleNamespace\n{text}")
    monkeypatch.delitem(sys.modules, "packaged_acme.compile", raising=False)
    assert acme.examine("stage", "application", "definitions") == said


def test_a_package_may_say_what_it_gives_behind_the_contract(acme: Any, tmp_path: Path) -> None:
    assert acme.guarantees == {}
    (tmp_path / "packaged_acme" / "guarantees.py").write_text("GUARANTEES = {'queue.order': 'none'}")
    invalidate_caches()
    assert acme.guarantees == {"queue.order": "none"}


def test_a_stage_is_found_by_its_names(acme: Any) -> None:
    cloud = acme.connect(stage(settings={"region": "here-1"}), "shop")
    assert cloud.addresses == {"place": "shop-prod"}


def test_a_stage_that_cannot_be_found_is_told_what_to_say(acme: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"stage 'prod' names no region of Acme: add region = \"here-1\""):
        acme.connect(stage(settings={}), "shop")
