"""A stage is planned, deployed and destroyed by the real Terraform; its plugins are stand-ins."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from cloudless.compiler.record import OUTPUT
from tests.documents.state import State
from tests.unit.cli.deployed.conftest import TOML
from tests.unit.cli.deployed.stand_ins import stand_ins
from tests.unit.cli.deployed.terminal import Terminal

ROOT = str(Path(__file__).parents[4])
Cloudless = Callable[..., subprocess.CompletedProcess[str]]
FIFO = """\
import json
from tests.unit.cli.nimbus import Nimbus


class Slow(Nimbus):
    def extra(self, stage):
        waits = {"local-exec": {"command": "echo > ../../started; cat ../../end"}}
        slow = {"terraform_data": {"slow": {"provisioner": [waits], "depends_on": ["random_password.key"]}}}
        return {"slow.tf.json": json.dumps({"resource": slow}).encode()}


PROVIDER = Slow()
"""


HALFWAY = """\
import json
from tests.unit.cli.nimbus import Nimbus


class Halfway(Nimbus):
    published = ("terraform_data.publication",)

    def compile(self, stage, application, definitions):
        self.current = definitions.current["other"]
        return super().compile(stage, application, definitions)

    def extra(self, stage):
        command = {"local-exec": {"command": "test ! -e ../../broken"}}
        made = {"triggers_replace": self.current, "provisioner": [command]}
        return {"publication.tf.json": json.dumps({"resource": {"terraform_data": {"publication": made}}}).encode()}


PROVIDER = Halfway()
"""


@pytest.fixture(scope="module")
def environ() -> Iterator[Mapping[str, str]]:
    with stand_ins() as found:
        yield found


@pytest.fixture
def cloudless(home: Path, environ: Mapping[str, str]) -> Cloudless:
    """Runs one command in a process of its own, in a folder."""

    def run(*words: str, folder: Path = home) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "cloudless.cli", *words],
            cwd=folder,
            env=around(environ, folder),
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )

    return run


def around(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    return {**environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", "NO_COLOR": "1"}


def renamed(home: Path, old: str, new: str) -> None:
    file = home / "shop_app.py"
    file.write_text(file.read_text().replace(old, new))


def test_a_stage_is_planned_deployed_changed_and_destroyed(home: Path, cloudless: Cloudless) -> None:
    planned = cloudless("plan", "prod")
    assert planned.returncode == 0, planned.stderr
    assert "  + queue orders\n" in planned.stdout
    summary, _, own = planned.stdout.partition("\nTerraform's own plan\n")
    assert ("shop on prod (Nimbus): " in summary, "Plan: " in summary) == (True, False)
    assert 'resource "azurerm_servicebus_queue" "orders" {' in own

    deployed = cloudless("deploy", "prod", "--yes")
    assert deployed.returncode == 0, deployed.stderr
    assert deployed.stdout.endswith("POST https://shop.example/orders/{id}\n")
    assert (home / "build" / "prod" / "terraform.tfstate").stat().st_mode & 0o077 == 0
    assert not (home / "build" / "prod" / ".cloudless.plan").exists()
    again = cloudless("plan", "prod")
    assert again.stdout.startswith("shop on prod (Nimbus): nothing changes\n")
    assert cloudless("outputs", "prod").stdout == "POST https://shop.example/orders/{id}\n"

    renamed(home, 'app.queue("orders"', 'app.queue("purchases"')
    refused = cloudless("deploy", "prod", "--yes")
    assert refused.returncode == 1
    assert "  - queue orders                  LOSES its messages\n" in refused.stdout
    assert "  create  + send queue purchases\n          - send queue orders\n" in refused.stdout
    assert "--allow-data-loss" in refused.stderr
    assert cloudless("deploy", "prod", "--yes", "--allow-data-loss").returncode == 0

    destroyed = cloudless("destroy", "prod", "--yes")
    assert destroyed.returncode == 0, destroyed.stderr
    assert "queue purchases loses its messages\n" in destroyed.stdout
    assert json.loads((home / "build" / "prod" / "terraform.tfstate").read_text())["resources"] == []
    assert not (home / "cloudless.lock" / "prod.json").exists()


@pytest.mark.slow
def test_a_replacement_is_loud_and_named(cloudless: Cloudless) -> None:
    assert cloudless("deploy", "prod", "--yes").returncode == 0
    replaced = cloudless("plan", "prod", "--json", "--", "-replace=azurerm_servicebus_queue.orders")
    data = json.loads(replaced.stdout)
    assert data["counts"] == {"replace": 1}
    assert data["losses"] == ["queue orders loses its messages"]
    assert data["changes"][0]["because"] == "it was asked for"


@pytest.mark.slow
def test_what_terraform_refuses_is_told_in_its_words_and_in_ours(cloudless: Cloudless) -> None:
    done = cloudless("plan", "prod", "--", "-target=!")
    assert done.returncode == 1
    assert 'Error: Invalid target "!"' in done.stderr
    assert done.stderr.splitlines()[-1] == 'error: terraform plan failed: Invalid target "!"'


@pytest.mark.slow
def test_an_interrupted_apply_ends_in_order_and_the_next_one_goes_on(
    home: Path, cloudless: Cloudless, environ: Mapping[str, str]
) -> None:
    (home / "slow.py").write_text(FIFO)
    (home / "nimbus-1.dist-info" / "entry_points.txt").write_text("[cloudless.providers]\nnimbus = slow:PROVIDER\n")
    for name in ("started", "end"):
        os.mkfifo(home / name)
    words = [sys.executable, "-m", "cloudless.cli", "deploy", "prod", "--yes"]
    process = subprocess.Popen(
        words, cwd=home, env=around(environ, home), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    (home / "started").read_text()
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate()
    assert process.returncode == 130
    assert "interrupted: waiting until it ends in order, and what it made is in the state" in output
    assert "Gracefully shutting down" in output
    state = json.loads((home / "build" / "prod" / "terraform.tfstate").read_text())
    assert {"terraform_data", "random_password"} <= {one["type"] for one in state["resources"]}
    assert not (home / "build" / "prod" / ".cloudless.plan").exists()

    (home / "slow.py").write_text(FIFO.replace("echo > ../../started; cat ../../end", "true"))
    assert cloudless("deploy", "prod", "--yes").returncode == 0


@pytest.mark.slow
def test_an_apply_that_fails_leaves_the_record_of_the_one_before(home: Path, cloudless: Cloudless) -> None:
    """Until new code is published, it is the old one that starts executions."""
    (home / "halfway.py").write_text(HALFWAY)
    (home / "nimbus-1.dist-info" / "entry_points.txt").write_text("[cloudless.providers]\nnimbus = halfway:PROVIDER\n")

    def recorded() -> str:
        state = json.loads((home / "build" / "prod" / "terraform.tfstate").read_text())
        outputs = state["outputs"]
        return str(json.loads(outputs[OUTPUT]["value"])["definitions"]["other"]) if OUTPUT in outputs else ""

    (home / "broken").touch()
    assert cloudless("deploy", "prod", "--yes").returncode == 1
    assert recorded() == ""
    (home / "broken").unlink()
    assert cloudless("deploy", "prod", "--yes").returncode == 0
    first = recorded()
    (home / "broken").touch()
    renamed(home, "    return id\n", "    return id + id\n")
    assert cloudless("deploy", "prod", "--yes").returncode == 1
    assert recorded() == first
    (home / "broken").unlink()
    assert cloudless("deploy", "prod", "--yes").returncode == 0
    assert recorded() not in {first, ""}


@pytest.fixture
def state(home: Path) -> Iterator[State]:
    with State() as server:
        words = ", ".join(f'{key} = "{url}"' for key, url in server.backend.items())
        (home / "cloudless.toml").write_text(f"{TOML}[stages.prod.backend]\nhttp = {{ {words} }}\n")
        yield server


@pytest.fixture
def elsewhere(home: Path, tmp_path_factory: pytest.TempPathFactory, state: State) -> Path:
    """The same project on another machine, where nothing was built."""
    return Path(shutil.copytree(home, tmp_path_factory.mktemp("elsewhere") / "shop"))


@pytest.mark.slow
def test_another_machine_knows_what_was_deployed(
    cloudless: Cloudless, state: State, elsewhere: Path, home: Path
) -> None:
    deployed = cloudless("deploy", "prod", "--yes")
    assert deployed.returncode == 0, deployed.stderr
    assert "the state is on this machine alone" not in deployed.stdout
    assert not (home / "build" / "prod" / "terraform.tfstate").exists()
    assert cloudless("outputs", "prod", folder=elsewhere).stdout == "POST https://shop.example/orders/{id}\n"
    assert "shop on prod (Nimbus): nothing changes\n" in cloudless("plan", "prod", folder=elsewhere).stdout
    renamed(elsewhere, "    placed.publish(order)", "    pass")
    changed = json.loads(cloudless("plan", "prod", "--json", folder=elsewhere).stdout)
    assert changed["permissions"] == {"take": {"gained": [], "lost": ["publish topic placed"]}}
    assert changed["counts"] == {}


@pytest.mark.slow
def test_a_state_that_somebody_has_locked_says_how_to_go_on(cloudless: Cloudless, state: State) -> None:
    state.lock = json.dumps({"ID": "b1", "Who": "anna@laptop"}).encode()
    done = cloudless("plan", "prod")
    assert done.returncode == 1
    assert "Error: Error acquiring the state lock" in done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith("error: terraform plan failed: the state is locked: somebody deploys.")
    assert last.endswith("terraform -chdir=build/prod force-unlock b1")


@pytest.mark.slow
def test_a_backend_that_is_gone_is_told(cloudless: Cloudless, state: State, home: Path) -> None:
    assert cloudless("deploy", "prod", "--yes").returncode == 0
    state.close()
    done = cloudless("plan", "prod", "--", "-lock=false")
    assert done.returncode == 1
    assert "failed: the backend, which keeps the state, could not be used" in done.stderr.splitlines()[-1]


@pytest.mark.slow
def test_another_backend_asks_what_becomes_of_the_state(cloudless: Cloudless, state: State, home: Path) -> None:
    assert cloudless("deploy", "prod", "--yes").returncode == 0
    (home / "cloudless.toml").write_text(f'{TOML}[stages.prod.backend]\nlocal = {{ path = "../../prod.tfstate" }}\n')
    done = cloudless("plan", "prod")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith(
        "To take the state along: terraform -chdir=build/prod init -migrate-state; to go on with what the new one has: "
        "terraform -chdir=build/prod init -reconfigure"
    )


@pytest.mark.slow
def test_a_first_backend_asks_what_becomes_of_the_local_state(cloudless: Cloudless, home: Path) -> None:
    assert cloudless("deploy", "prod", "--yes").returncode == 0
    (home / "cloudless.toml").write_text(f'{TOML}[stages.prod.backend]\nlocal = {{ path = "../../prod.tfstate" }}\n')
    done = cloudless("plan", "prod")
    assert done.returncode == 1
    assert "terraform -chdir=build/prod init -migrate-state" in done.stderr.splitlines()[-1]
    assert (home / "build" / "prod" / "terraform.tfstate").stat().st_size > 0


@pytest.mark.slow
def test_a_plan_of_another_moment_is_not_applied(
    home: Path, cloudless: Cloudless, environ: Mapping[str, str], state: State, elsewhere: Path
) -> None:
    """Somebody deploys while one is asked."""
    terminal = Terminal(home, "deploy", "prod", environ=environ)
    terminal.wait_for("Deploy this to prod? [y/N]: ")
    assert cloudless("deploy", "prod", "--yes", folder=elsewhere).returncode == 0
    terminal.type("y\n")
    assert terminal.ends() == 1
    assert "Error: Saved plan is stale" in terminal.shown
    assert "somebody else deployed after this was planned, so nothing was done" in terminal.shown


@pytest.mark.slow
def test_two_commands_on_one_machine_do_not_meet(
    home: Path, cloudless: Cloudless, environ: Mapping[str, str], state: State
) -> None:
    terminal = Terminal(home, "deploy", "prod", environ=environ)
    terminal.wait_for("[y/N]: ")
    done = cloudless("plan", "prod")
    assert done.returncode == 1
    assert done.stderr == "error: another cloudless is at work in build/prod: wait until it has ended\n"
    terminal.type("n\n")
    assert terminal.ends() == 1
