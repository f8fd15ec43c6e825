"""Terraform in the folder of a build: what it is asked to do, and when it is asked again."""

import json
from pathlib import Path
from typing import Any

import pytest

from cloudless.errors import TerraformError
from cloudless.terraform import Folder, find
from cloudless.terraform.process import Runner
from tests.unit.terraform.fake_terraform import PLAN, FakeTerraform

DOCUMENT: dict[str, Any] = {
    "terraform": {"required_providers": {"x": {"source": "x/x"}}},
    "resource": {"x_y": {"z": {}}},
}


@pytest.fixture
def fake(tmp_path: Path) -> FakeTerraform:
    return FakeTerraform(tmp_path / "bin")


@pytest.fixture
def folder(tmp_path: Path, fake: FakeTerraform) -> Folder:
    path = tmp_path / "build" / "prod"
    path.mkdir(parents=True)
    (path / "main.tf.json").write_text(json.dumps(DOCUMENT))
    return Folder(find({"PATH": str(fake.path.parent)}), path, Runner(print), shown="build/prod")


def changed(folder: Folder, **blocks: object) -> None:
    (folder.path / "main.tf.json").write_text(json.dumps({**DOCUMENT, **blocks}))


def test_it_runs_in_the_folder_without_asking_or_colours(folder: Folder, fake: FakeTerraform) -> None:
    folder.init()
    assert folder.plan(["-target=x_y.z"]) == PLAN
    folder.apply()
    assert fake.calls == [
        ["init", "-no-color", "-input=false"],
        ["plan", "-no-color", "-input=false", "-out=.cloudless.plan", "-target=x_y.z"],
        ["show", "-no-color", "-json", ".cloudless.plan"],
        ["apply", "-no-color", "-input=false", ".cloudless.plan"],
    ]
    assert fake.folders == {str(folder.path)}


def test_init_is_run_once_until_what_it_looks_at_changes(folder: Folder, fake: FakeTerraform) -> None:
    folder.init()
    folder.init()
    changed(folder, resource={"x_y": {"other": {}}})
    folder.init()
    assert len(fake.calls) == 1
    changed(folder, terraform={"backend": {"local": {"path": "s"}}})
    folder.init()
    assert len(fake.calls) == 2
    (folder.path / "users.tf").write_text('module "m" {\n  source = "./m"\n}\n')
    folder.init()
    assert len(fake.calls) == 3


def test_init_is_run_again_where_its_results_are_gone(folder: Folder, fake: FakeTerraform) -> None:
    folder.init()
    (folder.path / ".terraform" / "cloudless.init").unlink()
    folder.init()
    assert [words[0] for words in fake.calls] == ["init", "init"]


def test_a_failed_init_is_tried_again_the_next_time(folder: Folder, fake: FakeTerraform) -> None:
    fake.answers("init", {"code": 1, "errors": "Error: Failed to install provider"}, {})
    with pytest.raises(TerraformError, match="terraform init failed: a plugin could not be fetched"):
        folder.init()
    folder.init()
    folder.init()
    assert len(fake.calls) == 2


def test_a_plan_that_asks_for_init_gets_it_once(folder: Folder, fake: FakeTerraform) -> None:
    folder.init()
    refused = {"code": 1, "errors": "Error: Inconsistent dependency lock file"}
    fake.answers("plan", refused, {})
    assert folder.plan() == PLAN
    assert [words[0] for words in fake.calls] == ["init", "plan", "init", "plan", "show"]
    fake.answers("plan", refused)
    with pytest.raises(TerraformError, match="Inconsistent dependency lock file"):
        folder.plan()


def test_options_that_apply_has_are_handed_on_and_others_are_not(folder: Folder, fake: FakeTerraform) -> None:
    folder.apply(["-target=x", "-parallelism=2", "-var", "a=b", "-lock-timeout", "5m", "-lock=false"])
    assert fake.calls[0][3:] == ["-parallelism=2", "-lock-timeout", "5m", "-lock=false", ".cloudless.plan"]


def test_a_plan_that_destroys_says_so(folder: Folder, fake: FakeTerraform) -> None:
    folder.plan(destroy=True)
    assert "-destroy" in fake.calls[0]


def test_the_plan_is_removed(folder: Folder) -> None:
    (folder.path / ".cloudless.plan").write_text("secrets")
    folder.forget_plan()
    folder.forget_plan()
    assert [path.name for path in folder.path.iterdir()] == ["main.tf.json"]


def test_a_state_that_was_not_saved_is_told_and_nothing_is_planned_over_it(folder: Folder, fake: FakeTerraform) -> None:
    fake.says("apply", errors="Error: something", code=1, **{"errored.tfstate": "{}"})
    with pytest.raises(TerraformError, match=r"is in build/prod/errored\.tfstate\. Keep that file; .* state push"):
        folder.apply()
    with pytest.raises(TerraformError, match=r"the last apply failed: .*build/prod/errored\.tfstate"):
        folder.plan()
    assert [words[0] for words in fake.calls] == ["apply"]


def test_outputs_have_values_and_say_what_is_sensitive(folder: Folder, fake: FakeTerraform) -> None:
    fake.says("output", json.dumps({"url": {"value": "u", "sensitive": False}, "key": {"value": 1, "sensitive": True}}))
    found = folder.outputs()
    assert {name: (one.value, one.is_sensitive) for name, one in found.items()} == {
        "url": ("u", False),
        "key": (1, True),
    }


def test_what_is_wrapped_by_another_program_is_told(folder: Folder, fake: FakeTerraform) -> None:
    """As hashicorp/setup-terraform does: https://github.com/hashicorp/setup-terraform/issues/20."""
    fake.says("output", "[command]/home/runner/terraform-bin output -json\n{}\n")
    with pytest.raises(TerraformError, match=r"writes something else: is it wrapped .* terraform_wrapper: false"):
        folder.outputs()


def test_one_command_at_a_time_is_in_a_folder(folder: Folder) -> None:
    with (
        folder.alone(),
        pytest.raises(TerraformError, match="another cloudless is at work in build/prod"),
        folder.alone(),
    ):
        pass
    with folder.alone():
        pass


def test_a_backend_is_known_after_init(folder: Folder) -> None:
    assert not folder.has_backend
    (folder.path / ".terraform").mkdir()
    (folder.path / ".terraform" / "terraform.tfstate").write_text("{}")
    assert folder.has_backend


def test_terraform_is_told_to_ask_nobody_at_home(
    folder: Folder, fake: FakeTerraform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = '#!/bin/sh\nenv > "$FOUND"\n'
    fake.path.write_text(script)
    monkeypatch.setenv("FOUND", str(tmp_path / "found"))
    folder.apply()
    found = (tmp_path / "found").read_text().splitlines()
    assert {"CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1"} <= set(found)
