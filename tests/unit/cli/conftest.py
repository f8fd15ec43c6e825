"""A project in the working directory, and the command line on it."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cloudless.cli.commands import cli

APP = """\
from cloudless import App, Reject, Retry

app = App("shop")
orders = app.queue("orders", dict, retry=Retry(attempts=2))
lines = app.ordered_queue("lines", dict)
placed = app.topic("placed", dict, attributes=["region"])


@orders.consumer
def take(order: dict) -> None:
    print("taking", order["id"])
    if order["id"] == "bad":
        raise Reject("no such order")
    if order["id"] == "flaky":
        raise ConnectionError("the shop is down")
    placed.publish(order, attributes={"region": "eu"})


@placed.subscriber
def pack(order: dict) -> None: ...


@placed.subscriber(where={"region": "us"})
def mail(order: dict) -> None: ...


@lines.consumer
def fold(line: dict) -> None: ...


@app.schedule("0 8 * * *", timezone="Europe/Berlin")
def report() -> None:
    orders.send({"id": "daily"})
"""
TOML = 'app = "wares_app:app"\n\n[stages.dev]\nprovider = "memory"\n'
Run = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    (tmp_path / "cloudless.toml").write_text(TOML)
    (tmp_path / "wares_app.py").write_text(APP)
    yield tmp_path
    for name in {"wares_app", "fake_provider"} & sys.modules.keys():
        del sys.modules[name]


@pytest.fixture
def cloudless(home: Path) -> Run:
    """Runs one command, each in a fresh import of the project."""

    def run(*words: str) -> Result:
        sys.modules.pop("wares_app", None)
        return CliRunner().invoke(cli, list(words), prog_name="cloudless")

    return run
