"""`cloudless providers`: the capability tables of what is installed."""

import json
import sys
from importlib import import_module
from pathlib import Path

import pytest

from cloudless.driver.gap import CAPABILITIES
from tests.unit.cli.conftest import Run
from tests.unit.cli.test_check import install


@pytest.fixture
def installed(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Only what the test installs is there, and what the command itself imports."""
    import_module("cloudless.cli.providers")
    monkeypatch.setattr(sys, "path", [one for one in sys.path if "site-packages" not in one and "providers" not in one])
    return home


def test_every_capability_has_a_mark(installed: Path, cloudless: Run) -> None:
    install(installed)
    result = cloudless("providers")
    rows = {line.split()[0]: line for line in result.stdout.splitlines()[1:]}
    assert rows.keys() == CAPABILITIES.keys()
    assert " never " in rows["queue.ordered"]
    assert " not yet " in rows["topic"]
    assert " yes " in rows["queue"]


def test_one_provider_is_told_with_reasons_and_limits(installed: Path, cloudless: Run) -> None:
    install(installed)
    result = cloudless("providers", "fake")
    assert result.stdout.startswith("Fake Cloud (fake)\n")
    assert "never  it keeps no order https://example.org/order\n" in result.stdout
    assert "function.memory        128 MB  https://example.org/memory\n" in result.stdout


def test_json_has_gaps_and_limits(installed: Path, cloudless: Run) -> None:
    install(installed)
    fake = json.loads(cloudless("providers", "--json").stdout)["fake"]
    assert fake["capabilities"]["topic"] == {"status": "not_yet", "reason": "topics are not built", "link": ""}
    assert fake["capabilities"]["queue"] == {"status": "yes"}
    assert fake["limits"]["function.memory"]["value"] == 128


def test_without_any_it_says_what_to_install(installed: Path, cloudless: Run) -> None:
    result = cloudless("providers")
    assert (result.exit_code, result.stdout[:27]) == (0, "no provider is installed: p")


def test_a_broken_provider_does_not_hide_the_others(installed: Path, cloudless: Run) -> None:
    install(installed)
    install(installed, "broken", "import nowhere_at_all\n")
    result = cloudless("providers")
    assert result.exit_code == 1
    assert "queue.ordered" in result.stdout
    assert result.stderr == "provider 'broken' cannot be loaded: No module named 'nowhere_at_all'\n"


def test_one_that_is_not_installed_says_how(installed: Path, cloudless: Run) -> None:
    result = cloudless("providers", "aws")
    assert result.exit_code == 1
    assert "no provider 'aws' is installed (none are): pip install 'cloudless-sdk[aws]'" in result.stderr
