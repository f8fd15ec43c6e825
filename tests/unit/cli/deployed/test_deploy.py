"""`cloudless deploy` and `cloudless destroy`: who is asked, what is done, and what is remembered."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import Run
from tests.unit.cli.deployed.terminal import INTERRUPT, Terminal
from tests.unit.cli.deployed.test_plan import queue
from tests.unit.terraform.fake_terraform import FakeTerraform

ADDED = {"resource_changes": [queue("new", "create")]}
LOST = {"resource_changes": [queue("old", "delete")]}


def commands(terraform: FakeTerraform) -> list[str]:
    return [words[0] for words in terraform.calls]


@pytest.mark.parametrize("command", ["deploy", "destroy"])
def test_without_a_terminal_and_yes_nothing_begins(
    home: Path, cloudless: Run, terraform: FakeTerraform, command: str
) -> None:
    result = cloudless(command, "prod")
    assert result.exit_code == 2
    assert "this asks before it changes anything, and there is no terminal: add --yes" in result.stderr
    assert not (home / "build").exists()


def test_yes_deploys_what_was_planned_and_shows_outputs(cloudless: Run, terraform: FakeTerraform) -> None:
    terraform.plans(ADDED)
    terraform.says("output", json.dumps({"region": {"value": "eu", "sensitive": False}}))
    result = cloudless("deploy", "prod", "--yes", "--", "-parallelism=2")
    assert result.exit_code == 0
    assert commands(terraform) == ["init", "plan", "show", "apply", "output"]
    assert terraform.calls[-2] == ["apply", "-no-color", "-input=false", "-parallelism=2", ".cloudless.plan"]
    assert result.stdout.endswith("\nregion = eu\n")


def test_where_nothing_changes_nothing_is_asked_or_applied(cloudless: Run, terraform: FakeTerraform) -> None:
    assert cloudless("deploy", "prod", "--yes").exit_code == 0
    assert "apply" not in commands(terraform)


def test_yes_is_not_enough_where_something_is_lost(cloudless: Run, terraform: FakeTerraform) -> None:
    terraform.plans(LOST)
    result = cloudless("deploy", "prod", "--yes")
    assert result.exit_code == 1
    assert result.stderr.endswith(
        "error: what is listed above would be lost, so --yes is not enough\n"
        "    instead: keep it, or say so: --yes --allow-data-loss\n"
    )
    assert "apply" not in commands(terraform)
    assert cloudless("deploy", "prod", "--yes", "--allow-data-loss").exit_code == 0
    assert "apply" in commands(terraform)


def test_what_is_deployed_is_remembered_in_the_lock(home: Path, cloudless: Run, terraform: FakeTerraform) -> None:
    terraform.plans(ADDED)
    result = cloudless("deploy", "prod", "--yes")
    assert "cloudless.lock/prod.json says now what may run from now on: commit it" in result.stderr
    lock = json.loads((home / "cloudless.lock" / "prod.json").read_text())
    assert {one["orchestration"] for one in lock["definitions"].values() if one["deployed"]} == {"fulfil", "other"}
    assert "commit" not in cloudless("deploy", "prod", "--yes").stderr


def test_what_was_agreed_to_is_remembered_though_the_apply_fails(
    home: Path, cloudless: Run, terraform: FakeTerraform
) -> None:
    """It may have come far enough that executions begin."""
    terraform.plans(ADDED)
    terraform.says("apply", errors="Error: Error acquiring the state lock", code=1)
    result = cloudless("deploy", "prod", "--yes")
    assert result.exit_code == 1
    assert "error: terraform apply failed: the state is locked: somebody deploys" in result.stderr
    lock = json.loads((home / "cloudless.lock" / "prod.json").read_text())
    assert {one["orchestration"] for one in lock["definitions"].values() if one["deployed"]} == {"fulfil", "other"}
    assert "cloudless.lock/prod.json says now what may run from now on: commit it" in result.stderr
    assert not (home / "build" / "prod" / ".cloudless.plan").exists()


def test_json_is_all_that_stdout_has(
    cloudless: Run, terraform: FakeTerraform, capfd: pytest.CaptureFixture[str]
) -> None:
    terraform.plans(ADDED)
    terraform.says("init", "Initializing\n")
    terraform.says("apply", "Applying\n")
    terraform.says("output", json.dumps({"key": {"value": "k", "sensitive": True}}))
    data: dict[str, Any] = json.loads(cloudless("deploy", "prod", "--yes", "--json").stdout)
    assert (data["stage"], data["summary"]["counts"], data["outputs"]) == ("prod", {"add": 1}, {})
    captured = capfd.readouterr()
    assert (captured.out, "Initializing\nApplying\n" in captured.err) == ("", True)


def test_people_are_asked_and_may_say_no(home: Path, terraform: FakeTerraform) -> None:
    terraform.plans(ADDED)
    terminal = Terminal(home, "deploy", "prod")
    assert terminal.answers("Deploy this to prod? [y/N]: ", "n") == 1
    assert terminal.shown.endswith("nothing was changed\n")
    assert "apply" not in commands(terraform)
    assert Terminal(home, "deploy", "prod").answers("Deploy this to prod? [y/N]: ", "y") == 0
    assert "apply" in commands(terraform)


def test_losses_are_agreed_to_with_the_stages_name(home: Path, terraform: FakeTerraform) -> None:
    terraform.plans(LOST)
    question = "Deploy this to prod? Type prod to go on: "
    assert Terminal(home, "deploy", "prod").answers(question, "y") == 1
    assert "apply" not in commands(terraform)
    assert Terminal(home, "deploy", "prod").answers(question, "prod") == 0


def test_a_question_that_is_interrupted_changes_nothing(home: Path, terraform: FakeTerraform) -> None:
    terraform.plans(ADDED)
    terminal = Terminal(home, "deploy", "prod")
    assert terminal.answers("[y/N]: ", INTERRUPT) == 130
    assert terminal.shown.endswith("nothing was changed\n")
    assert "apply" not in commands(terraform)
    assert not (home / "build" / "prod" / ".cloudless.plan").exists()


def test_destroy_asks_for_the_name_of_the_stage(home: Path, terraform: FakeTerraform) -> None:
    terraform.plans(LOST)
    question = "This destroys stage prod. Type prod to go on: "
    terminal = Terminal(home, "destroy", "prod")
    assert terminal.answers(question, "yes") == 1
    assert terminal.shown.endswith("nothing was changed\n")
    assert "apply" not in commands(terraform)
    assert Terminal(home, "destroy", "prod").answers(question, "prod") == 0
    plan = next(words for words in terraform.calls if words[0] == "plan")
    assert "-destroy" in plan


def test_destroy_with_yes_shows_what_goes(cloudless: Run, terraform: FakeTerraform) -> None:
    terraform.plans(LOST)
    result = cloudless("destroy", "prod", "--yes")
    assert result.exit_code == 0
    assert result.stdout.startswith("destroy shop on prod (Nimbus): 1 to destroy\n")
    assert "queue old loses its messages" in result.stdout
    assert "apply" in commands(terraform)


@pytest.mark.parametrize("left", [[], [{"mode": "data"}]])
def test_a_destroyed_stage_locks_nothing(
    home: Path, cloudless: Run, terraform: FakeTerraform, left: list[dict[str, str]]
) -> None:
    terraform.plans(ADDED)
    assert cloudless("deploy", "prod", "--yes").exit_code == 0
    terraform.plans(LOST)
    terraform.says("state", json.dumps({"version": 4, "resources": left}))
    destroyed = cloudless("destroy", "prod", "--yes")
    assert "cloudless.lock/prod.json says now that nothing runs: commit it" in destroyed.stderr
    assert not (home / "cloudless.lock" / "prod.json").exists()


def test_a_stage_that_is_destroyed_in_part_keeps_its_lock(home: Path, cloudless: Run, terraform: FakeTerraform) -> None:
    terraform.plans(ADDED)
    assert cloudless("deploy", "prod", "--yes").exit_code == 0
    terraform.plans(LOST)
    terraform.says("state", json.dumps({"version": 4, "resources": [{"mode": "managed"}]}))
    assert cloudless("destroy", "prod", "--yes", "--", "-target=x_queue.old").exit_code == 0
    assert (home / "cloudless.lock" / "prod.json").exists()
