"""The pipeline: from a project and a stage to files, for any provider that is installed."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module, metadata
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any
from zipfile import ZipFile

import pytest

from cloudless import ir
from cloudless.build import Built, build, folder_of, stage_of, stages_of
from cloudless.cli.commands import cli
from cloudless.compiler import Compiled, Definitions, Package
from cloudless.config import Project, load
from cloudless.driver.gap import NOT_YET, Gap
from cloudless.driver.limit import Limit
from cloudless.driver.provider import ENTRY_POINTS
from cloudless.driver.setting import Setting
from cloudless.errors import ConfigError, DefinitionError, InvalidArgument, UnsupportedError
from cloudless.ir import Diagnostic, Span
from tests.unit.compiler.index import Index

APP = """\
from cloudless import App

app = App("shop")
orders = app.queue("orders", dict)
ratio = app.config("ratio", float)


@orders.consumer
def take(order: dict) -> None: ...
"""
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
FLOW = """\


@app.function
def charge(order: str) -> str: ...


@app.orchestration
def fulfil(order: str) -> str:
    return charge(order)
"""
TOML = """\
app = "built_app:app"

[stages.dev]
provider = "memory"

[stages.prod]
provider = "nimbus"
config = { ratio = 0.5 }
"""


REGION = Setting("region", "where it runs", "sky-1", form="sky-.*")


class Nimbus:
    """A provider that compiles to one file."""

    name = "nimbus"
    title = "Nimbus"
    gaps: Mapping[str, Gap] = {}
    limits: Mapping[str, Limit] = {"function.memory": Limit(1_024, "MB", "https://example.org")}

    settings: Sequence[Setting] = ()
    package: Package | None = None
    warnings: tuple[str, ...] = ()
    problems: Sequence[Diagnostic] = ()

    def compile(self, stage: Any, application: Any, definitions: Definitions) -> Compiled:
        names = [queue.name for queue in application.queues]
        self.definitions = definitions
        if self.problems:
            raise DefinitionError(self.problems)
        document = json.dumps({"stage": stage.name, "queues": names}).encode()
        return Compiled({"main.tf.json": document}, self.package, self.warnings)


def package(program: str = "import built_app", **options: Any) -> Package:
    """What is bundled for functions that run the Python of this test."""
    most = Limit(10_000_000, "bytes", "https://example.org")
    given: dict[str, Any] = {"files": {"host.json": b"{}"}, "site": "lib/site", "most": most, **options}
    return Package(platform="x86_64-manylinux_2_28", python=HERE, smoke=program, **given)


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


def install_only(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Let these be the only providers, all of them nimbus."""
    found = {name: metadata.EntryPoint(name, "nimbus_provider:PROVIDER", ENTRY_POINTS) for name in sorted(names)}
    monkeypatch.setattr(import_module("cloudless.driver.provider"), "entries", lambda: found)


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


def test_without_a_stage_of_a_cloud_there_is_one_for_each_installed_provider(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_only(monkeypatch, "nimbus", "cumulus")
    assert [stage.name for stage in stages_of(loaded(), None, None)] == ["prod"]
    (project / "cloudless.toml").write_text(TOML.partition("[stages.prod]")[0])
    found = [(stage.name, stage.provider) for stage in stages_of(loaded(), None, None)]
    assert found == [("cumulus", "cumulus"), ("nimbus", "nimbus")]
    assert [stage.name for stage in stages_of(loaded(), None, "zephyr")] == ["zephyr"]


def test_without_a_provider_there_is_nothing_to_build_for(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "cloudless.toml").write_text(TOML.partition("[stages.prod]")[0])
    install_only(monkeypatch)
    with pytest.raises(
        InvalidArgument, match=r"no provider is installed to build for: pip install 'cloudless-sdk\[aws\]'"
    ):
        stages_of(loaded(), None, None)


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


def test_what_a_compiler_finds_is_shown_with_its_line(project: Path, nimbus: Nimbus) -> None:
    nimbus.problems = [Diagnostic("CL510", "no such thing", Span("built_app.py", 4, 10, 19))]
    found = loaded()
    with pytest.raises(DefinitionError) as error:
        build(found, found.stage("prod"))
    assert str(error.value) == (
        'built_app.py:4:10  CL510  no such thing\n    orders = app.queue("orders", dict)\n             ^^^^^^^^^'
    )


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


def test_the_command_builds_for_each_provider_where_no_stage_is_of_a_cloud(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("typer")
    from typer.testing import CliRunner

    (project / "cloudless.toml").write_text(TOML.partition("[stages.prod]")[0])
    (project / "built_app.py").write_text(APP.replace('app.config("ratio", float)', "0.5"))
    install_only(monkeypatch, "cumulus", "nimbus")
    done = CliRunner().invoke(cli, ["build", "--no-dependencies"], prog_name="cloudless")
    assert done.exit_code == 0, done.output
    assert {path.parent.name for path in project.glob("build/*/main.tf.json")} == {"cumulus", "nimbus"}
    for option in (["--out", "x"], ["--json"]):
        refused = CliRunner().invoke(cli, ["build", *option], prog_name="cloudless")
        assert refused.exit_code == 1
        assert f"{option[0]} is for one of cumulus, nimbus: add --provider cumulus" in refused.output


def files_of(artifact: Built) -> list[str]:
    """What is in the bundle, our own code left out."""
    assert artifact.bundle is not None
    with ZipFile(BytesIO(artifact.bundle.content)) as archive:
        return [name for name in archive.namelist() if not name.startswith("lib/site/cloudless/")]


def test_a_bundle_has_what_is_generated_and_the_projects_own_code(project: Path, nimbus: Nimbus) -> None:
    nimbus.package = package()
    (project / "rules").mkdir()
    (project / "rules" / "eu.json").write_text("{}")
    (project / "cloudless.toml").write_text(f'bundle = ["rules/"]\n{TOML}')
    found = loaded()
    built = build(found, found.stage("prod"), dependencies=False)
    assert files_of(built) == ["built_app.py", "host.json", "rules/eu.json"]
    assert built.bundle is not None
    assert json.loads(built.files["bundle.tf.json"])["locals"]["bundle"] == built.bundle.name
    assert built.files[built.bundle.name] == built.bundle.content
    assert built.warnings == ()


def test_what_a_compiler_warns_of_is_told_and_builds(project: Path, nimbus: Nimbus) -> None:
    nimbus.warnings = ("many queues",)
    found = loaded()
    assert build(found, found.stage("prod")).warnings == ("many queues",)
    nimbus.package = package()
    assert build(found, found.stage("prod"), dependencies=False).warnings == ("many queues",)


def test_a_build_for_a_provider_alone_says_that_it_is_to_be_read(project: Path, nimbus: Nimbus) -> None:
    found = loaded()
    nimbus.settings = (REGION, Setting("zone", "a zone", "z1", form="z.*", needed=False))
    built = build(found, stage_of(found, None, "nimbus"))
    (said,) = built.warnings
    assert said.startswith("this is for no stage of cloudless.toml: to be read, not deployed; ")
    assert said.endswith('; to deploy, add a stage with provider = "nimbus", region = "sky-1"')


def test_equal_programs_give_equal_bundles_in_any_folder(project: Path, nimbus: Nimbus, tmp_path: Path) -> None:
    nimbus.package = package()
    first, second = (build(found, found.stage("prod"), dependencies=False).files for found in (loaded(), loaded()))
    assert first == second


def test_a_bundle_is_imported_with_what_it_requires(
    project: Path, nimbus: Nimbus, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("uv")
    nimbus.package = package()
    for variable in ("XDG_CACHE_HOME", "UV_CACHE_DIR"):
        monkeypatch.setenv(variable, str(project / "cache"))
    monkeypatch.setitem(sys.modules, "plain_tool", ModuleType("plain_tool"))
    index = Index(project / "index")
    index.wheel("plain_tool", {"plain_tool.py": ""})
    (project / "requirements.txt").write_text(f"{index.requirements}plain-tool\ncloudless-sdk\n")
    (project / "built_app.py").write_text(f"import plain_tool\n{APP}")
    found = loaded()
    built = build(found, found.stage("prod"))
    assert {"built_app.py", "lib/site/plain_tool.py"} < set(files_of(built))
    (project / "requirements.txt").write_text("")
    with pytest.raises(DefinitionError, match=r"built_app\.py:1:1  CL513 .*No module named 'plain_tool'"):
        build(loaded(), found.stage("prod"))


def test_a_path_that_is_not_there_is_told_with_its_place(project: Path, nimbus: Nimbus) -> None:
    (project / "cloudless.toml").write_text(f'bundle = ["rules/"]\nrequirements = "needs.txt"\n{TOML}')
    found = loaded()
    with pytest.raises(ConfigError) as error:
        build(found, found.stage("prod"))
    assert [str(problem.span) for problem in error.value.problems] == ["cloudless.toml:1:11", "cloudless.toml:2:16"]


def test_a_file_of_the_project_in_the_place_of_a_generated_one_is_refused(project: Path, nimbus: Nimbus) -> None:
    nimbus.package = package(files={"built_app.py": b""})
    found = loaded()
    with pytest.raises(InvalidArgument, match=r"built_app\.py would be in the bundle twice"):
        build(found, found.stage("prod"), dependencies=False)


def test_terraform_of_the_users_is_copied_beside_ours(project: Path) -> None:
    folder = project / "infra" / "nimbus"
    folder.mkdir(parents=True)
    (folder / "dns.tf").write_text("# mine")
    (folder / "more.tf.json").write_text("{}")
    (folder / "notes.md").write_text("no")
    for path in ("modules/zone/main.tf", "modules/zone/names.yaml", ".terraform/x.tf"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(path)
    (project / "infra" / "other").mkdir()
    (project / "infra" / "other" / "dns.tf").write_text("# of another cloud")
    found = loaded()
    files = build(found, found.stage("prod")).files
    assert (files["dns.tf"], files["more.tf.json"]) == (b"# mine", b"{}")
    assert {"notes.md", ".terraform/x.tf"}.isdisjoint(files)
    assert files["modules/zone/names.yaml"] == b"modules/zone/names.yaml"
    assert "modules/zone/main.tf" in files
    (folder / "main.tf.json").write_text("{}")
    with pytest.raises(InvalidArgument, match=r"main\.tf\.json of infra/nimbus would take the place"):
        build(found, found.stage("prod"))


def test_definitions_that_may_still_run_stay_in_what_is_built(project: Path, nimbus: Nimbus) -> None:
    (project / "built_app.py").write_text(APP + FLOW)
    found = loaded()
    first = build(found, found.stage("prod"))
    first.write(project / "out")
    first.lock.with_deployed(first.definitions.texts).write()
    (project / "built_app.py").write_text(APP + FLOW.replace("return charge(order)", 'return charge(order) + "!"'))
    second = build(loaded(), found.stage("prod"))
    assert len(nimbus.definitions.texts) == len(second.lock.retained) == 2
    assert first.definitions.texts.keys() < nimbus.definitions.texts.keys()
    (project / "built_app.py").write_text(APP + FLOW.replace("charge", "bill"))
    with pytest.raises(DefinitionError, match="function charge is gone, and executions of a definition of 'fulfil'"):
        build(loaded(), found.stage("prod"))
    build(loaded(), found.stage("prod"), lock=second.lock.without(second.lock.kept))


def test_a_class_that_a_running_definition_writes_may_gain_what_has_a_default(project: Path) -> None:
    order = "from pydantic import BaseModel\n\n\nclass Order(BaseModel):\n    id: str\n"
    text = order + APP + FLOW.replace("order: str", "order: Order")
    (project / "built_app.py").write_text(text)
    first = build(loaded(), loaded().stage("prod"))
    first.lock.with_deployed(first.definitions.texts).write()
    (project / "built_app.py").write_text(text.replace("    id: str\n", "    id: str\n    rush: bool = False\n"))
    build(loaded(), loaded().stage("prod"))
    (project / "built_app.py").write_text(text.replace("    id: str\n", "    id: str\n    rush: bool\n"))
    with pytest.raises(DefinitionError, match="takes another Order as 'order' now \\('rush' is needed and is missing"):
        build(loaded(), loaded().stage("prod"))


def test_the_lock_is_written_with_the_folder_unless_it_is_to_wait(project: Path) -> None:
    (project / "built_app.py").write_text(APP + FLOW)
    found = loaded()
    built = build(found, found.stage("prod"))
    built.write(project / "out", lock=False)
    assert not built.lock.file.exists()
    built.write(project / "out")
    assert built.lock.file == project / "cloudless.lock" / "prod.json"
    assert built.lock.file.exists()


def test_the_command_tells_the_size_of_the_bundle_and_what_was_not_tried(project: Path, nimbus: Nimbus) -> None:
    pytest.importorskip("typer")
    from typer.testing import CliRunner

    nimbus.package = package()

    def run(*words: str) -> Any:
        sys.modules.pop("built_app", None)
        return CliRunner().invoke(cli, ["build", "prod", *words], prog_name="cloudless")

    found = run("--no-dependencies")
    assert found.exit_code == 0, found.output
    assert re.search(r"bundle-[0-9a-f]{12}\.zip: [\d.]+ [KM]iB, [\d.]+ [KM]iB unpacked", found.output)
    plain = json.loads(run("--no-dependencies", "--json").output)
    assert plain["bundle"]["name"] in plain["files"]
    assert plain["warnings"] == []


def test_a_build_for_a_provider_alone_locks_nothing(project: Path) -> None:
    pytest.importorskip("typer")
    from typer.testing import CliRunner

    (project / "built_app.py").write_text(APP.replace(", float)", ", float, default=1.0)") + FLOW)

    def lock_after(*words: str) -> list[str]:
        sys.modules.pop("built_app", None)
        done = CliRunner().invoke(cli, ["build", *words], prog_name="cloudless")
        assert done.exit_code == 0, done.output
        return [file.name for file in (project / "cloudless.lock").glob("*")]

    assert lock_after("--provider", "nimbus") == []
    assert lock_after("prod") == ["prod.json"]
