"""`cloudless doctor`: with which credentials a stage would be deployed."""

import pytest

from tests.unit.cli import nimbus
from tests.unit.cli.conftest import Run


def line(cloudless: Run) -> str:
    (found,) = (one for one in cloudless("doctor").stdout.splitlines() if " credentials prod " in one)
    return found


def test_credentials_of_each_stage_are_looked_for(cloudless: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert line(cloudless).split("  ")[-2:] == ["nimbus login", "for deploying stage prod, and calling it"]
    monkeypatch.setenv(nimbus.SIGNED_OUT, "1")
    assert line(cloudless).startswith("missing ")
    assert line(cloudless).endswith(
        "nobody is signed in to Nimbus  for deploying stage prod, and calling it: nimbus login"
    )
