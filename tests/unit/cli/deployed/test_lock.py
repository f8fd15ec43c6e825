"""Definitions are kept in what is deployed, and in cloudless.lock, until nobody runs them any more."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from cloudless.compiler.record import OUTPUT
from tests.unit.cli.conftest import Run
from tests.unit.cli.deployed.test_plan import cloud, queue
from tests.unit.terraform.fake_terraform import FakeTerraform

OTHER = "@app.orchestration\ndef other(id: str) -> str:\n    return id\n"


class Stage:
    """The stage of a test: its application as it changes, and what the state says of it."""

    def __init__(self, home: Path, cloudless: Run, terraform: FakeTerraform) -> None:
        self._home = home
        self._cloudless = cloudless
        self._terraform = terraform
        terraform.plans({"resource_changes": [queue("new", "create")]})

    def becomes(self, result: str) -> str:
        """Another program of `other`, deployed; the sha256 of its definition."""
        self.writes(result)
        assert self._cloudless("deploy", "prod", "--yes").exit_code == 0
        value = json.dumps({OUTPUT: {"value": json.dumps(self.built), "sensitive": True}})
        self._terraform.says("output", value)
        definition: str = self.built["definitions"]["other"]
        return definition

    def writes(self, result: str) -> None:
        file = self._home / "shop_app.py"
        file.write_text(file.read_text().partition("@app.orchestration\ndef other")[0] + OTHER.replace("id\n", result))
        sys.modules.pop("shop_app", None)

    @property
    def built(self) -> dict[str, Any]:
        """The record of what was built last."""
        file = self._home / "build" / "prod" / "record.tf.json"
        found: dict[str, Any] = json.loads(json.loads(file.read_text())["locals"][OUTPUT])
        return found

    @property
    def locked(self) -> set[str]:
        """Definitions of `other` in cloudless.lock."""
        plain = json.loads((self._home / "cloudless.lock" / "prod.json").read_text())
        return {digest for digest, one in plain["definitions"].items() if one["orchestration"] == "other"}


@pytest.fixture
def stage(home: Path, cloudless: Run, terraform: FakeTerraform) -> Stage:
    return Stage(home, cloudless, terraform)


def test_what_runs_stays_deployed_and_locked(stage: Stage, cloudless: Run) -> None:
    first = stage.becomes("id\n")
    cloud(**{first: 2})
    second = stage.becomes('id + "2"\n')
    third = stage.becomes('id + "3"\n')
    assert stage.built["retained"][first] == "other"
    assert {first, third} <= stage.locked
    assert second in stage.locked


def test_what_new_executions_may_still_get_stays_though_nobody_runs_it(stage: Stage, cloudless: Run) -> None:
    """Until the next deployment is through, the one before it starts executions."""
    first = stage.becomes("id\n")
    cloud(**{first: 0})
    stage.writes('id + "2"\n')
    assert cloudless("plan", "prod").exit_code == 0
    assert stage.built["retained"] == {first: "other"}


def test_what_nobody_runs_any_more_is_forgotten(stage: Stage, cloudless: Run) -> None:
    first = stage.becomes("id\n")
    cloud(**{first: 0})
    second = stage.becomes('id + "2"\n')
    result = cloudless("plan", "prod")
    assert "cloudless.lock/prod.json no longer has what nobody runs any more: commit it" in result.stdout
    assert stage.built["retained"] == {}
    assert stage.locked == {second}


def test_a_change_that_may_meet_executions_says_that_asking_failed(stage: Stage, cloudless: Run, home: Path) -> None:
    stage.becomes("id\n")
    cloud()
    stage.becomes('id + "2"\n')
    file = home / "shop_app.py"
    file.write_text(file.read_text().partition("@app.orchestration\ndef other")[0])
    sys.modules.pop("shop_app", None)
    result = cloudless("plan", "prod")
    assert result.exit_code == 1
    assert "may still run: which executions run could not be asked: Nimbus does not answer" in result.stderr
    assert "`cloudless plan prod` forgets definitions that no longer run once it can ask" in result.stderr


def test_where_the_cloud_cannot_be_asked_nothing_is_forgotten(stage: Stage, cloudless: Run) -> None:
    first = stage.becomes("id\n")
    cloud()
    second = stage.becomes('id + "2"\n')
    result = cloudless("plan", "prod")
    assert result.stdout.count("which executions run could not be asked: Nimbus does not answer") == 1
    assert stage.built["retained"] == {first: "other"}
    assert stage.locked == {first, second}


def test_what_an_apply_that_failed_may_have_published_is_kept(
    stage: Stage, cloudless: Run, terraform: FakeTerraform
) -> None:
    """It is on no record, so whether something starts it is not known, though at the moment nobody runs it."""
    cloud()
    first = stage.becomes("id\n")
    terraform.says("apply", errors="Error: it storms", code=1)
    stage.writes('id + "2"\n')
    assert cloudless("deploy", "prod", "--yes").exit_code == 1
    second: str = stage.built["definitions"]["other"]
    terraform.says("apply")
    cloud(**{first: 0, second: 0})
    stage.writes('id + "3"\n')
    assert cloudless("plan", "prod").exit_code == 0
    assert stage.built["retained"] == {first: "other", second: "other"}
    stage.becomes('id + "3"\n')
    assert cloudless("plan", "prod").exit_code == 0
    assert stage.built["retained"] == {}


def test_where_the_backend_knows_of_nothing_nothing_is_kept(
    stage: Stage, home: Path, cloudless: Run, terraform: FakeTerraform
) -> None:
    """As after a destroy on another machine; what the program still has stays."""
    with (home / "cloudless.toml").open("a") as file:
        file.write('[stages.prod.backend]\nlocal = { path = "../../prod.tfstate" }\n')
    first = stage.becomes("id\n")
    terraform.says("output", "{}")
    terraform.says("state", json.dumps({"resources": [{"mode": "managed"}]}))
    stage.writes('id + "2"\n')
    assert cloudless("plan", "prod").exit_code == 0
    assert stage.locked == {first}
    terraform.says("state", "")
    result = cloudless("plan", "prod")
    assert "cloudless.lock/prod.json no longer has what nobody runs any more: commit it" in result.stdout
    assert (stage.built["retained"], stage.locked) == ({}, set())


def test_a_definition_that_is_deployed_and_not_locked_is_told(
    stage: Stage, home: Path, cloudless: Run, terraform: FakeTerraform
) -> None:
    """As where somebody deployed without committing the lock."""
    first = stage.becomes("id\n")
    record = json.dumps(stage.built)
    terraform.plans({"output_changes": {OUTPUT: {"actions": ["update"], "before": record}}})
    (home / "cloudless.lock" / "prod.json").unlink()
    cloud(**{first: 2})
    stage.writes('id + "2"\n')
    result = cloudless("deploy", "prod", "--yes")
    assert result.exit_code == 1
    assert f"other: 2 executions cannot go on: definition {first[:8]} would be gone" in result.stdout
    assert "--allow-data-loss" in result.stderr
