"""A project whose stages are on Nimbus, and a program that stands for Terraform."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cloudless.cli.commands import cli
from tests.unit.cli import nimbus
from tests.unit.cli.conftest import Run
from tests.unit.terraform.fake_terraform import FakeTerraform

APP = """\
from datetime import timedelta

from cloudless import App, Context, Retry

app = App("shop")
orders = app.queue("orders", dict[str, str], retry=Retry(attempts=1))
placed = app.topic("placed", dict[str, str])
approval = app.event("approval", bool)


class CardDeclined(Exception): ...


@app.post("/orders/{id}", public=True)
def create(id: str) -> dict[str, str]:
    orders.send({"id": id})
    return {"id": id}


@orders.consumer
def take(order: dict[str, str]) -> None:
    if order["id"] == "bad":
        raise ValueError("no such order")
    placed.publish(order)


@placed.subscriber
def mail(order: dict[str, str]) -> None:
    charge.invoke_later(order["id"])


@app.schedule("0 8 * * *")
def report() -> None: ...


@app.function
def charge(id: str, total: float = 1.5, context: Context | None = None) -> dict[str, float]:
    if total < 0:
        raise CardDeclined("no funds")
    return {id: total}


@app.orchestration
def fulfil(id: str) -> dict[str, float]:
    if approval.wait(timeout=timedelta(days=1)):
        return charge(id)
    return {}


@app.orchestration
def other(id: str) -> str:
    return id
"""
TOML = """\
app = "shop_app:app"

[stages.dev]
provider = "memory"

[stages.prod]
provider = "nimbus"
"""


@pytest.fixture
def home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (home / "cloudless.toml").write_text(TOML)
    (home / "shop_app.py").write_text(APP)
    information = home / "nimbus-1.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: nimbus\nVersion: 1\n")
    (information / "entry_points.txt").write_text("[cloudless.providers]\nnimbus = tests.unit.cli.nimbus:PROVIDER\n")
    nimbus.PROVIDER.clouds.clear()
    yield home
    sys.modules.pop("shop_app", None)


@pytest.fixture
def terraform(home: Path, monkeypatch: pytest.MonkeyPatch) -> FakeTerraform:
    """What stands for Terraform in this test."""
    fake = FakeTerraform(home / "bin")
    monkeypatch.setenv("CLOUDLESS_TERRAFORM", str(fake.path))
    return fake


@pytest.fixture
def cloudless(home: Path) -> Run:
    """Runs one command, in the import of the project that is there."""

    def run(*words: str, input: str | None = None) -> Result:
        return CliRunner().invoke(cli, list(words), prog_name="cloudless", input=input)

    return run
