"""A simulation has the handlers of every module that cloudless.toml includes, whatever the test imports."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cloudless.errors import ConfigError
from cloudless.testing import Simulation, explore, simulate

APP = 'from cloudless import App\n\napp = App("shop")\norders = app.queue("orders", dict)\n'
PART = "from included_shop.app import orders\n\n\n@orders.consumer\ndef take(order: dict) -> None: ...\n"
TOML = 'app = "included_shop.app:app"\ninclude = ["included_shop.parts"]\n'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    package = tmp_path / "included_shop"
    package.mkdir()
    for name, text in {"__init__": "", "app": APP, "parts": PART}.items():
        (package / f"{name}.py").write_text(text)
    (tmp_path / "cloudless.toml").write_text(TOML)
    importlib.invalidate_caches()
    yield tmp_path
    for name in [one for one in sys.modules if one.startswith("included_")]:
        del sys.modules[name]


def imported() -> Any:
    return importlib.import_module("included_shop.app")


def test_what_is_included_is_there_though_the_test_imports_the_app_alone(home: Path) -> None:
    shop = imported()
    with simulate(shop.app) as cloud:
        shop.orders.send({"id": "1"})
        cloud.run()
        assert [call.outcome for call in cloud.calls(shop.app.handlers["take"])] == ["done"]


def test_so_it_is_where_a_test_is_explored(home: Path) -> None:
    shop = imported()

    @explore(shop.app, examples=2)
    def check(cloud: Simulation) -> None:
        shop.orders.send({"id": "1"})
        cloud.run()
        assert cloud.calls(shop.app.handlers["take"])

    check()


def test_what_raises_is_told_with_its_line(home: Path) -> None:
    (home / "included_shop" / "parts.py").write_text("import json\n\njson.loads('{')\n")
    with pytest.raises(ConfigError, match=r"parts\.py:3:1 .*importing 'included_shop\.parts' raised JSONDecodeError"):
        simulate(imported().app).__enter__()


def test_what_is_not_there_is_told_with_its_place_in_the_file(home: Path) -> None:
    (home / "cloudless.toml").write_text(TOML.replace("parts", "prats"))
    with pytest.raises(ConfigError, match=r"(?s)cloudless\.toml:2:12 .*did you mean `included_shop\.parts`"):
        simulate(imported().app).__enter__()


@pytest.mark.parametrize(
    "toml",
    [
        TOML.replace("shop.app:app", "shop.other:app"),
        TOML.replace("app:app", "app:orders"),
        'app = "included_shop.app:app"\n',
        "include = [",
        'include = "included_shop.parts"\napp = "included_shop.app:app"\n',
        "app = 5\ninclude = []\n",
    ],
    ids=["other module", "other name", "nothing included", "no TOML", "no list", "no name"],
)
def test_a_file_that_is_not_this_apps_or_includes_nothing_changes_nothing(home: Path, toml: str) -> None:
    (home / "cloudless.toml").write_text(toml)
    with simulate(imported().app) as cloud:
        assert cloud.cloud.app.handlers == {}


def test_mistakes_of_stages_are_the_command_lines_business(home: Path) -> None:
    (home / "cloudless.toml").write_text(f'{TOML}[stages.prod]\nprovider = "nimbus"\n')
    shop = imported()
    with simulate(shop.app):
        assert "take" in shop.app.handlers
