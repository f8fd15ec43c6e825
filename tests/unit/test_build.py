"""The pipeline: from a project and a stage to files, for any provider that is installed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cloudless import ir
from cloudless.build import build, folder_of, stage_of
from cloudless.cli.commands import cli
from cloudless.compiler import Compiled, Definitions
from cloudless.config import Project, load
from cloudless.driver.gap import NOT_YET, Gap
from cloudless.driver.limit import Limit
from cloudless.errors import ConfigError, DefinitionError, InvalidArgument, UnsupportedError

APP = """\
from cloudless import App

app = App("shop")
orders = app.queue("orders", dict)
ratio = app.config("ratio", float)


@orders.consumer
def take(order: dict) -> None: ...
"""
TOML = """\
app = "built_app:app"

[stages.dev]
provider = "memory"

[stages.prod]
provider = "nimbus"
config = { ratio = 0.5 }
"""


class Nimbus:
    """A provider that compiles to one file."""

    name = "nimbus"
    title = "Nimbus"
    gaps: Mapping[str, Gap] = {}
    limits: Mapping[str, Limit] = {"function.memory": Limit(1_024, "MB", "https://example.org")}

    def compile(self, stage: Any, application: Any, definitions: Definitions) -> Compiled:
        names = [queue.name for queue in application.queues]
        return Compiled({"main.tf.json": json.dumps({"stage": stage.name, "queues": names}).encode()})


@pytest.fixture
def nimbus() -> Nimbus:
    return Nimbus()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nimbus: Nimbus) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    (tmp_path / "cloudless.toml").write_text(TOML)
    (tmp_path / "built_app.py").write_text(APP)
    information = tmp_path / "nimbus-1.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Name: nimbus\nVersion: 1\n")
    (information / "entry_points.txt").write_text("[cloudless.providers]\nnimbus = nimbus_provider:PROVIDER\n")
    module = ModuleType("nimbus_provider")
    module.__dict__["PROVIDER"] = nimbus
    monkeypatch.setitem(sys.modules, "nimbus_provider", module)
    yield tmp_path
    sys.modules.pop("built_app", None)


def loaded() -> Project:
    sys.modules.pop("built_app", None)
    return load(None)


def test_a_build_has_the_providers_files_and_the_application_as_data(project: Path) -> None:
    found = loaded()
    artifact = build(found, stage_of(found, None, None))
    plain = json.loads(artifact.files["main.tf.json"])
    assert plain == {"stage": "prod", "queues": ["orders", "orders-dead-letters"]}
    assert ir.load(artifact.files["application.json"].decode()).entry == "built_app:app"


def test_equal_programs_give_equal_bytes(project: Path) -> None:
    first, second = loaded(), loaded()
    assert build(first, first.stage("prod")).files == build(second, second.stage("prod")).files


def test_the_stage_is_the_named_one_or_the_only_one_that_is_not_in_memory(project: Path) -> None:
    found = loaded()
    assert stage_of(found, None, None).name == "prod"
    assert stage_of(found, "dev", "nimbus").provider == "nimbus"
    alone = stage_of(found, None, "nimbus")
    assert (alone.name, alone.provider) == ("nimbus", "nimbus")
    assert folder_of(found, alone) == project / "build" / "nimbus"
    with pytest.raises(InvalidArgument, match="did you mean 'prod'"):
        stage_of(found, "prud", None)
    with (project / "cloudless.toml").open("a") as toml:
        toml.write('\n[stages.test]\nprovider = "nimbus"\n')
    with pytest.raises(InvalidArgument, match="which stage\\? one of prod, test"):
        stage_of(loaded(), None, None)


def test_a_stage_in_memory_and_one_without_its_provider_cannot_be_built(project: Path) -> None:
    found = loaded()
    with pytest.raises(InvalidArgument, match="is in memory, where nothing is built"):
        build(found, found.stage("dev"))
    with pytest.raises(InvalidArgument, match=r"pip install 'cloudless-sdk\[zephyr\]'"):
        build(found, stage_of(found, None, "zephyr"))


def test_a_provider_that_cannot_compile_yet_says_so(project: Path, nimbus: Nimbus) -> None:
    nimbus.gaps = {"compile": Gap(NOT_YET, "Terraform is not built for Nimbus")}
    found = loaded()
    with pytest.raises(UnsupportedError, match=r"Terraform is not built for Nimbus \(not_yet\)"):
        build(found, found.stage("prod"))


def test_every_problem_on_the_stage_is_told_before_anything_is_compiled(project: Path, nimbus: Nimbus) -> None:
    nimbus.gaps = {"queue.dead_letters": Gap(NOT_YET, "no dead letters")}
    toml = (project / "cloudless.toml").read_text()
    (project / "cloudless.toml").write_text(toml.replace("config = { ratio = 0.5 }", ""))
    text = (project / "built_app.py").read_text().replace("@orders.consumer", "@orders.consumer(memory_mb=4_096)")
    (project / "built_app.py").write_text(text)
    found = loaded()
    with pytest.raises(DefinitionError) as problem:
        build(found, found.stage("prod"))
    assert sorted(one.code for one in problem.value.problems) == ["CL401", "CL508", "CL509"]


def test_a_program_with_errors_is_not_built(project: Path) -> None:
    (project / "built_app.py").write_text(APP.replace('"orders"', '"new orders!"'))
    found = loaded()
    with pytest.raises(DefinitionError, match="CL103"):
        build(found, found.stage("prod"))
    (project / "built_app.py").write_text("app = 7\n")
    with pytest.raises(ConfigError):
        build(loaded(), found.stage("prod"))


def test_the_command_writes_the_folder_and_says_what_changed(project: Path) -> None:
    pytest.importorskip("typer")
    from typer.testing import CliRunner

    def run(*words: str) -> Any:
        sys.modules.pop("built_app", None)
        return CliRunner().invoke(cli, ["build", *words], prog_name="cloudless")

    first = run()
    assert (first.exit_code, "3 files" in first.output, "3 changes" in first.output) == (0, True, True), first.output
    assert (project / "build" / "prod" / "main.tf.json").exists()
    assert "no changes" in run("prod").output
    assert json.loads(run("--json", "--out", "elsewhere").output)["changed"] == [
        "application.json",
        "main.tf.json",
        "record.tf.json",
    ]
    (project / "mine").mkdir()
    (project / "mine" / "thesis.txt").write_text("mine")
    refused = run("--out", "mine")
    assert (refused.exit_code, "is not empty, and no build wrote it" in refused.output) == (1, True)
