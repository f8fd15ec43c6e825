"""`cloudless doctor`: what it makes of an environment, and what it looks at."""

import json
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from cloudless._version import __version__
from cloudless.cli.doctor import EXTRAS, Finding, diagnose
from cloudless.cli.environment import Environment, Installed, Setup
from cloudless.config import codes
from cloudless.ir import Diagnostic, Span
from tests.unit.cli.conftest import TOML, Run
from tests.unit.cli.test_check import install

ROOT = Path(__file__).parents[3]
WELL = Environment(
    python=(3, 12, 1),
    versions={
        "PyJWT": "2.15.1",
        "cryptography": "43.0.1",
        "hypothesis": "6.112.1",
        "pytest": "8.3.2",
        "rich": "13.8.0",
        "starlette": "0.46.0",
        "typer": "0.12.5",
        "uv": "0.13.9",
        "uvicorn": "0.30.6",
    },
    providers={name: Installed(__version__) for name in ("aws", "azure", "gcp")},
    terraform=Installed("Terraform 1.11.4"),
    setup=Setup(
        "/shop/cloudless.toml",
        "shop.app:app",
        "shop",
        {"aws": ("prod", "test")},
        {"prod": Installed("a login")},
        {"prod": Installed("moon-west1")},
        ("prod", "test"),
    ),
)
BARE = Environment(
    python=(3, 11, 0),
    versions={"rich": "13.0", "typer": "0.12.5", "uv": "0.7"},
    providers={},
    terraform=Installed("", "neither is on the path: install one (https://opentofu.org)"),
    setup=None,
)


def findings(environment: Environment) -> dict[str, Finding]:
    return {one.subject: one for one in diagnose(environment)}


def test_where_all_is_well_there_is_nothing_to_do() -> None:
    found = findings(WELL)
    assert {one.status for one in found.values()} == {"ok"}
    assert {one.remedy for one in found.values()} == {""}
    assert found["terraform"].detail == "Terraform 1.11.4"
    assert found["credentials prod"].detail == "a login"
    assert found["app"].detail == "shop.app:app, shop"


def test_what_is_optional_and_missing_is_a_hint_with_the_command_that_installs_it() -> None:
    missing = {name: one for name, one in findings(BARE).items() if one.status == "missing"}
    assert {name: one.remedy for name, one in missing.items() if "pip" in one.remedy} == {
        "extra dev": "pip install 'cloudless-sdk[dev]'",
        "extra jwt": "pip install 'cloudless-sdk[jwt]'",
        "extra test": "pip install 'cloudless-sdk[test]'",
        "provider aws": "pip install 'cloudless-sdk[aws]'",
        "provider azure": "pip install 'cloudless-sdk[azure]'",
        "provider gcp": "pip install 'cloudless-sdk[gcp]'",
    }
    assert missing["cloudless.toml"].remedy == "cloudless new NAME"
    assert "opentofu.org" in missing["terraform"].remedy
    assert not [one for one in findings(BARE).values() if one.is_error]


def test_an_old_python_is_an_error() -> None:
    found = findings(replace(WELL, python=(3, 10, 14)))["python"]
    assert (found.detail, found.is_error) == ("3.10.14 is older than 3.11", True)


def test_half_of_an_extra_is_none() -> None:
    versions = {name: version for name, version in WELL.versions.items() if name != "cryptography"}
    found = findings(replace(WELL, versions=versions))["extra jwt"]
    assert (found.status, found.detail, found.is_error) == ("missing", "no cryptography", False)


@pytest.mark.parametrize(
    ("name", "version", "extra", "is_error"),
    [("rich", "12.6", "cli", True), ("hypothesis", "6.99.13", "test", False)],
)
def test_what_is_too_old_is_an_error_only_where_every_command_needs_it(
    name: str, version: str, extra: str, is_error: bool
) -> None:
    found = findings(replace(WELL, versions={**WELL.versions, name: version}))[f"extra {extra}"]
    assert (found.status, found.is_error) == ("broken", is_error)
    assert found.detail.endswith(f"; wanted: {name} {EXTRAS[extra].wants[name]}")
    assert found.remedy == f"pip install 'cloudless-sdk[{extra}]'"


def test_a_provider_that_a_stage_needs_is_an_error_when_it_is_missing() -> None:
    found = findings(replace(WELL, providers={}))
    assert found["provider aws"].is_error
    assert found["provider aws"].purpose == "stages on Amazon Web Services: prod, test"
    assert not found["provider gcp"].is_error


def test_a_provider_of_another_version_does_not_go_with_the_core() -> None:
    found = findings(replace(WELL, providers={"aws": Installed("0.0.9")}))["provider aws"]
    assert (found.status, found.is_error) == ("broken", True)
    assert found.detail == f"0.0.9 does not go with cloudless {__version__}"
    assert found.remedy == f"pip install 'cloudless-sdk[aws]=={__version__}'"


def test_a_provider_of_others_has_a_version_of_its_own() -> None:
    providers = {**WELL.providers, "acme": Installed("7.2"), "moon": Installed("1", "no module named 'moon'")}
    found = findings(replace(WELL, providers=providers))
    assert (found["provider acme"].status, found["provider acme"].detail) == ("ok", "7.2")
    assert (found["provider moon"].status, found["provider moon"].is_error) == ("broken", False)


def test_terraform_that_does_not_do_is_a_hint() -> None:
    problem = "Terraform 1.5.7 (/bin/terraform) is too old: 1.9 or later is needed"
    found = findings(replace(WELL, terraform=Installed("?", problem)))["terraform"]
    assert (found.detail, found.remedy) == ("Terraform 1.5.7 (/bin/terraform) is too old", "1.9 or later is needed")
    assert (found.status, found.is_error) == ("broken", False)


def signed_out() -> Setup:
    assert WELL.setup
    return replace(WELL.setup, credentials={"prod": Installed("", "no credentials for Azure: az login")})


def test_missing_credentials_of_a_stage_are_a_hint() -> None:
    found = findings(replace(WELL, setup=signed_out()))["credentials prod"]
    assert (found.status, found.detail, found.remedy) == ("missing", "no credentials for Azure", "az login")
    assert (found.purpose, found.is_error) == ("deploying stage prod, and calling it", False)


@pytest.mark.parametrize(("stage", "errors"), [("prod", {"terraform", "credentials prod"}), ("test", {"terraform"})])
def test_what_deploying_a_stage_needs_is_needed_where_it_is_asked_about(stage: str, errors: set[str]) -> None:
    bare = replace(WELL, terraform=BARE.terraform, setup=signed_out())
    assert {one.subject for one in diagnose(bare, stage) if one.is_error} == errors
    assert not any(one.is_error for one in diagnose(bare))


def test_a_region_that_nobody_knows_is_a_hint_even_then() -> None:
    assert WELL.setup
    setup = replace(WELL.setup, regions={"prod": Installed("mon-west1", "'mon-west1' is none: write moon-west1")})
    (found,) = (one for one in diagnose(replace(WELL, setup=setup), "prod") if one.status != "ok")
    assert (found.subject, found.status, found.remedy) == ("region prod", "broken", "write moon-west1")
    assert not found.is_error


def test_the_first_problem_of_an_app_speaks_and_the_others_are_counted() -> None:
    problems = tuple(
        Diagnostic(codes.NO_APP, f"{word}\nmore", Span("app.py", 3), "mend it") for word in ("one", "two", "three")
    )
    found = findings(replace(WELL, setup=Setup("cloudless.toml", "app:app", broken=problems)))
    assert (found["app"].detail, found["app"].is_error) == ("app.py:3:1  CL506  one", True)
    assert found["app"].remedy == "mend it; 2 more: cloudless check"
    assert found["cloudless.toml"].status == "ok"


def test_extras_are_those_of_the_distribution() -> None:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    required = {
        name: dict(re.findall(r"([\w-]+)(?:\[\w+\])?>=(\S+)", " ".join(table[name])))
        for name in table
        if name not in {"aws", "azure", "gcp"}
    }
    ours = {name: dict(extra.wants) for name, extra in EXTRAS.items()}
    del ours["jwt"]["cryptography"]  # which `PyJWT[crypto]` brings
    assert ours == required


def test_a_project_is_looked_at_and_its_app_imported(cloudless: Run) -> None:
    result = cloudless("doctor")
    lines = {line[9:].split("  ")[0]: line for line in result.stdout.splitlines()}
    assert result.exit_code == 0
    assert lines["app"] == "ok       app             wares_app:app, shop  for check, run and permissions"
    assert result.stdout.splitlines()[-1].startswith("no errors, ")


def test_an_app_that_cannot_be_imported_is_an_error(home: Path, cloudless: Run) -> None:
    (home / "wares_app.py").write_text("print('half')\n1 / 0\n")
    result = cloudless("doctor", "--json")
    data = json.loads(result.stdout)
    (app,) = (one for one in data["findings"] if one["subject"] == "app")
    assert (result.exit_code, data["errors"], app["status"], app["needed"]) == (1, 1, "broken", True)
    assert app["detail"].startswith("wares_app.py:2:1  CL506  importing 'wares_app' raised ZeroDivisionError")


def test_mistakes_of_the_file_and_the_app_are_two_errors(home: Path, cloudless: Run) -> None:
    (home / "cloudless.toml").write_text(TOML + "regoin = 5\n")
    (home / "wares_app.py").write_text("1 / 0\n")
    result = cloudless("doctor")
    assert [line.split()[1] for line in result.stdout.splitlines() if line.startswith("broken")] == [
        "cloudless.toml",
        "app",
    ]
    assert result.exit_code == 1


def test_a_provider_that_breaks_is_an_error_only_where_a_stage_needs_it(home: Path, cloudless: Run) -> None:
    install(home, "broken", "import nowhere_at_all\n")
    assert "provider 'broken' cannot be loaded: No module named 'nowhere_at_all'" in cloudless("doctor").stdout
    assert cloudless("doctor").exit_code == 0
    (home / "cloudless.toml").write_text(TOML + 'like = "broken"\n')
    assert cloudless("doctor").exit_code == 1


def test_outside_of_a_project_a_new_one_is_a_hint_and_a_file_that_is_named_is_needed(
    home: Path, cloudless: Run
) -> None:
    (home / "cloudless.toml").unlink()
    assert cloudless("doctor").exit_code == 0
    assert cloudless("doctor", "--config", "cloudless.toml").exit_code == 1


def test_a_stage_that_is_to_be_deployed_is_asked_about_by_name(
    home: Path, cloudless: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("cloudless_gcp")
    monkeypatch.setenv("PATH", str(home))
    monkeypatch.delenv("CLOUDLESS_TERRAFORM", raising=False)
    table = '[stages.prod]\nprovider = "gcp"\nproject = "shop-123456"\nregion = "europe-west99"\n'
    (home / "cloudless.toml").write_text(f"{TOML}\n{table}")
    assert cloudless("doctor").exit_code == 0
    asked = cloudless("doctor", "--stage", "prod")
    assert asked.exit_code == 1
    assert "missing  terraform         neither terraform nor tofu is on the path" in asked.stdout
    assert "'europe-west99' is no region of Google Cloud that cloudless" in asked.stdout
    assert 'region = "europe-west9" in cloudless.toml, if it is not a new one' in asked.stdout
    assert "has no stage 'prd': did you mean 'prod'?" in cloudless("doctor", "--stage", "prd").stderr


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ('echo "Terraform v1.12.3"; echo "it is old" >&2', "Terraform 1.12.3"),
        ('echo "Terraform v1.2.3"', "is too old"),
        ("exit 3", "terraform version` does not say which version it is"),
    ],
)
def test_terraform_is_asked_for_its_version(
    home: Path, cloudless: Run, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    (home / "terraform").write_text(f"#!/bin/sh\n{script}\n")
    (home / "terraform").chmod(0o755)
    monkeypatch.setenv("PATH", str(home))
    monkeypatch.delenv("CLOUDLESS_TERRAFORM", raising=False)
    (line,) = (line for line in cloudless("doctor").stdout.splitlines() if " terraform  " in line)
    assert said in line
