"""`cloudless outputs`: what a deployed stage gives for others to use."""

import json
from pathlib import Path

import pytest

from cloudless.compiler.record import OUTPUT
from tests.unit.cli.conftest import Run
from tests.unit.cli.deployed.conftest import TOML
from tests.unit.cli.deployed.test_plan import before
from tests.unit.terraform.fake_terraform import FakeTerraform

BACKEND = f'{TOML}[stages.prod.backend]\nhttp = {{ address = "https://state.example/prod" }}\n'


def deployed(terraform: FakeTerraform) -> None:
    """A state that holds a base URL, the record and something sensitive."""
    record = before(endpoints=["POST /orders/{id}"])[OUTPUT]["before"]
    outputs = {
        "http_url": {"value": "https://shop.example/", "sensitive": False},
        OUTPUT: {"value": record, "sensitive": True},
        "key": {"value": "k-1", "sensitive": True},
        "zones": {"value": [1, 2], "sensitive": False},
    }
    terraform.says("output", json.dumps(outputs))


def test_endpoints_have_their_urls_and_secrets_stay_away(cloudless: Run, terraform: FakeTerraform) -> None:
    assert cloudless("build", "prod").exit_code == 0
    deployed(terraform)
    result = cloudless("outputs", "prod")
    assert (result.exit_code, result.stdout) == (0, "POST https://shop.example/orders/{id}\nzones = [1, 2]\n")


def test_sensitive_ones_are_shown_where_asked_for(cloudless: Run, terraform: FakeTerraform) -> None:
    assert cloudless("build", "prod").exit_code == 0
    deployed(terraform)
    assert "key = k-1\n" in cloudless("outputs", "prod", "--sensitive").stdout
    assert json.loads(cloudless("outputs", "prod", "--json", "--sensitive").stdout)["key"] == "k-1"


def test_json_has_values_as_they_are(cloudless: Run, terraform: FakeTerraform) -> None:
    assert cloudless("build", "prod").exit_code == 0
    deployed(terraform)
    assert json.loads(cloudless("outputs", "prod", "--json").stdout) == {
        "http_url": "https://shop.example/",
        "zones": [1, 2],
        "endpoints": {"POST /orders/{id}": "https://shop.example/orders/{id}"},
    }


def test_another_machine_asks_the_backend_and_builds_nothing(
    home: Path, cloudless: Run, terraform: FakeTerraform
) -> None:
    (home / "cloudless.toml").write_text(BACKEND)
    (home / "shop_app.py").write_text("1 / 0\n")
    deployed(terraform)
    assert cloudless("outputs", "prod").stdout.startswith("POST https://shop.example/orders/{id}\n")
    assert terraform.folders == {str(home / "build" / ".prod")}
    document = json.loads((home / "build" / ".prod" / "main.tf.json").read_text())
    assert document == {"terraform": {"backend": {"http": {"address": "https://state.example/prod"}}}}


def test_without_a_backend_another_machine_knows_nothing(cloudless: Run, terraform: FakeTerraform) -> None:
    result = cloudless("outputs", "prod")
    assert result.exit_code == 1
    assert "stage 'prod' was not deployed from this machine" in result.stderr
    assert "add [stages.prod.backend]" in result.stderr


def test_a_stage_without_outputs_says_so(cloudless: Run, terraform: FakeTerraform) -> None:
    assert cloudless("build", "prod").exit_code == 0
    terraform.says("output", json.dumps({OUTPUT: {"value": before()[OUTPUT]["before"], "sensitive": True}}))
    assert cloudless("outputs", "prod").stdout == "no outputs\n"


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_a_stage_that_was_never_deployed_has_none(
    cloudless: Run, terraform: FakeTerraform, words: tuple[str, ...]
) -> None:
    assert cloudless("build", "prod").exit_code == 0
    result = cloudless("outputs", "prod", *words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "error: nothing is deployed at stage 'prod': cloudless deploy prod\n"
