"""`cloudless plan`: what a deployment would change, in the program's words."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cloudless.compiler.record import OUTPUT
from cloudless.errors import NotFound, Unavailable
from tests.unit.cli import nimbus
from tests.unit.cli.conftest import Run
from tests.unit.fake_cloud import FakeCloud, FakeOrchestrations
from tests.unit.terraform.fake_terraform import FakeTerraform


def queue(name: str, *actions: str, **more: Any) -> dict[str, Any]:
    """The change of a queue, in a plan of Terraform's."""
    type = "azurerm_servicebus_queue"
    return {"address": f"{type}.{name}", "type": type, "name": name, "change": {"actions": [*actions]}, **more}


def before(**parts: Any) -> dict[str, Any]:
    """The part of a plan that says what was deployed."""
    plain: dict[str, Any] = {"version": 1, "app": "shop", "grants": {}, "definitions": {}, "retained": {}}
    return {OUTPUT: {"actions": ["update"], "before": json.dumps({**plain, "endpoints": [], **parts})}}


class Pinning(FakeOrchestrations):
    """Executions of which the bundle keeps the definitions."""

    def __init__(self, running: dict[str, int]) -> None:
        super().__init__()
        self._running = running

    def running(self, orchestration: str) -> dict[str, int]:
        if orchestration == "unknown":
            raise NotFound("Nimbus knows no orchestration 'unknown'")
        if not self._running:
            raise Unavailable("Nimbus does not answer")
        return self._running


def cloud(**running: int) -> None:
    """What runs in the cloud; where nothing is said it does not answer."""
    nimbus.PROVIDER.clouds["prod"] = found = FakeCloud()
    found.orchestrations = Pinning(running)


def section(output: str, title: str) -> list[str]:
    """The lines below a title, without their indent."""
    lines = output.splitlines()
    below = lines[lines.index(title) + 1 :]
    end = next((at for at, line in enumerate(below) if not line.startswith("  ")), len(below))
    return [line.strip() for line in below[:end]]


def test_changes_have_the_programs_names_and_losses_are_loud(cloudless: Run, terraform: FakeTerraform) -> None:
    replaced = queue("orders", "delete", "create")
    replaced["change"]["replace_paths"] = [["namespace_id"]]
    plumbing = {**queue("main", "create"), "type": "azurerm_servicebus_namespace", "address": "x.main"}
    terraform.plans({"resource_changes": [queue("new", "create"), replaced, queue("old", "delete"), plumbing]})
    result = cloudless("plan", "prod")
    assert result.exit_code == 0
    assert result.stdout.startswith(
        "shop on prod (Nimbus): 2 to add, 1 to replace, 1 to destroy\n\n"
        "  + queue new\n"
        "  - queue old     LOSES its messages\n"
        "  ± queue orders  its namespace_id changes; LOSES its messages\n"
        "  + 1 other resource\n\n"
    )
    assert section(result.stdout, "LOST FOR GOOD") == [
        "queue orders loses its messages",
        "queue old loses its messages",
    ]


def test_handlers_are_known_that_are_deployed_or_are_to_be(cloudless: Run, terraform: FakeTerraform) -> None:
    type = "azurerm_user_assigned_identity"
    changed = [queue("take", "create"), queue("gone", "delete"), queue("stranger", "delete")]
    changed = [{**one, "type": type, "address": f"x.{one['name']}"} for one in changed]
    terraform.plans({"resource_changes": changed, "output_changes": before(grants={"gone": []})})
    said = cloudless("plan", "prod").stdout
    assert "  - handler gone\n  + handler take\n  - 1 other resource: x.stranger\n" in said


@pytest.mark.parametrize("words", [("plan", "prod"), ("deploy", "prod", "--yes"), ("doctor",)])
def test_a_terraform_too_old_for_the_provider_is_told_before_it_is_run(
    cloudless: Run, terraform: FakeTerraform, words: tuple[str, ...]
) -> None:
    terraform.says("version", "Terraform v1.9.8\n")
    result = cloudless(*words)
    assert re.search(r"Terraform 1\.9\.8 \(.*\) is too old.*: 1\.10 or later is needed for Nimbus, see", result.output)
    assert terraform.calls == []


def test_plumbing_is_counted_and_named_where_it_goes(cloudless: Run, terraform: FakeTerraform) -> None:
    roles = [{**queue(f"r{at}", "delete"), "type": "x_role", "address": f"x_role.r{at}"} for at in range(6)]
    terraform.plans({"resource_changes": [{**roles[0], "change": {"actions": ["create"]}}, *roles[1:]]})
    result = cloudless("plan", "prod")
    assert "  + 1 other resource\n" in result.stdout
    assert "  - 5 other resources: x_role.r1, x_role.r2, x_role.r3, x_role.r4, …\n" in result.stdout


def test_the_summary_stands_before_terraforms_own_words(cloudless: Run, terraform: FakeTerraform) -> None:
    terraform.plans({"resource_changes": [queue("new", "create")]})
    terraform.says("plan", "x.y: Refreshing state... [id=1]\nx.z: Reading...\n\nTerraform will do this:\n  # [x]\n\n")
    assert cloudless("plan", "prod").stdout.endswith("\nTerraform's own plan\n\nTerraform will do this:\n  # [x]\n\n")


def test_a_warning_of_terraforms_is_shown_though_nothing_changes(cloudless: Run, terraform: FakeTerraform) -> None:
    terraform.says("plan", "No changes.\n\nWarning: Argument is deprecated\n")
    assert "Warning: Argument is deprecated" in cloudless("plan", "prod").stdout


def test_nothing_to_do_is_said_in_a_line(cloudless: Run, terraform: FakeTerraform) -> None:
    result = cloudless("plan", "prod")
    assert result.stdout.startswith("shop on prod (Nimbus): nothing changes\n")
    assert "Terraform" not in result.stdout


def test_permissions_are_told_as_they_change(cloudless: Run, terraform: FakeTerraform) -> None:
    grants = {"take": ["send queue old"], "create": ["send queue orders"]}
    terraform.plans({"output_changes": before(grants=grants)})
    found = section(cloudless("plan", "prod").stdout, "permissions")
    assert found[:1] == ["fulfil  + invoke function charge"]
    assert found[-2:] == ["take    + publish topic placed", "- send queue old"]


def test_notes_say_what_the_provider_shares_and_where_the_state_is(cloudless: Run, terraform: FakeTerraform) -> None:
    notes = section(cloudless("plan", "prod").stdout, "notes")
    assert notes[0] == "All handlers are one: cloudless permissions --stage prod says what it adds"
    assert "cloudless.lock/prod.json lacks what is built here: cloudless build prod, and commit it" in notes
    assert notes[-1].startswith("the state is on this machine alone, in build/prod")


def test_executions_go_on_with_their_definition_or_are_lost(cloudless: Run, terraform: FakeTerraform) -> None:
    terraform.plans({"output_changes": before(definitions={"fulfil": "d" * 64}, retained={"e" * 64: "gone"})})
    cloud(**{"d" * 64: 3})
    result = cloudless("plan", "prod", "--json")
    data = json.loads(result.stdout)
    assert data["running"] == [
        {"orchestration": name, "definition": "d" * 64, "executions": 3, "fate": "lost"} for name in ("fulfil", "gone")
    ]
    assert "fulfil: 3 executions cannot go on: definition dddddddd would be gone" in data["losses"]


def test_a_cloud_that_does_not_answer_is_told_and_counts_as_if_executions_ran(
    cloudless: Run, terraform: FakeTerraform
) -> None:
    terraform.plans({"output_changes": before(definitions={"fulfil": "d" * 64})})
    cloud()
    data = json.loads(cloudless("plan", "prod", "--json").stdout)
    assert "which executions run could not be asked: Nimbus does not answer" in data["notes"]
    assert data["losses"] == ["fulfil: executions, if any, cannot go on: definition dddddddd would be gone"]


def test_an_orchestration_that_the_cloud_does_not_know_says_nothing_of_others(
    cloudless: Run, terraform: FakeTerraform
) -> None:
    definitions = {"fulfil": "d" * 64, "unknown": "e" * 64}
    terraform.plans({"output_changes": before(definitions=definitions)})
    cloud(**{"d" * 64: 3})
    data = json.loads(cloudless("plan", "prod", "--json").stdout)
    assert any(
        note.startswith("whether executions of unknown run is not known: Nimbus knows") for note in data["notes"]
    )
    assert [(one["orchestration"], one["executions"]) for one in data["running"]] == [("fulfil", 3), ("unknown", None)]


def test_the_lock_is_not_written(home: Path, cloudless: Run, terraform: FakeTerraform) -> None:
    assert cloudless("plan", "prod").exit_code == 0
    assert not (home / "cloudless.lock").exists()
    assert not (home / "build" / "prod" / ".cloudless.plan").exists()


def test_options_behind_dashes_are_terraforms(cloudless: Run, terraform: FakeTerraform) -> None:
    assert cloudless("plan", "prod", "--", "-target=x.y", "-var", "a=b").exit_code == 0
    plan = next(words for words in terraform.calls if words[0] == "plan")
    assert plan[-3:] == ["-target=x.y", "-var", "a=b"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["plan"], 2, "Missing argument 'STAGE'"),
        (["plan", "prod", "other"], 2, "'other': only options for Terraform may follow, after --"),
        (["plan", "prod", "--", "-out=x"], 1, "-out=x: terraform plan gets -out from cloudless; leave it out"),
        (["plan", "prd"], 1, "has no stage 'prd': did you mean 'prod'?"),
        (["plan", "dev"], 1, "stage 'dev' is in memory, where nothing is built"),
    ],
)
def test_what_cannot_be_planned_is_refused(
    cloudless: Run, terraform: FakeTerraform, words: list[str], code: int, said: str
) -> None:
    result = cloudless(*words)
    assert result.exit_code == code
    assert said in " ".join(result.output.replace("│", " ").split())


def test_without_terraform_nothing_is_built(home: Path, cloudless: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLOUDLESS_TERRAFORM", raising=False)
    monkeypatch.setenv("PATH", str(home))
    result = cloudless("plan", "prod")
    assert result.exit_code == 1
    assert result.stderr.startswith("error: neither terraform nor tofu is on the path: install one (https://")
    assert not (home / "build").exists()


def test_without_credentials_nothing_is_built(
    home: Path, cloudless: Run, terraform: FakeTerraform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(nimbus.SIGNED_OUT, "1")
    result = cloudless("plan", "prod")
    assert (result.exit_code, result.stderr) == (1, "error: nobody is signed in to Nimbus: nimbus login\n")
    assert not (home / "build").exists()


def test_terraforms_words_come_before_our_line(cloudless: Run, terraform: FakeTerraform) -> None:
    terraform.says("plan", errors="\nError: StormWarning\n\nIt is windy.\n", code=1)
    result = cloudless("plan", "prod")
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: StormWarning\n\nIt is windy.\n\n"
        "error: terraform plan failed: it storms: wait, and deploy build/prod again\n"
    )


def test_a_program_that_does_not_fit_is_told_before_terraform_runs(
    home: Path, cloudless: Run, terraform: FakeTerraform
) -> None:
    (home / "shop_app.py").write_text((home / "shop_app.py").read_text().replace('"0 8 * * *"', '"0 25 * * *"'))
    result = cloudless("plan", "prod")
    assert result.exit_code == 1
    assert "CL182" in result.stderr
    assert terraform.calls == []
