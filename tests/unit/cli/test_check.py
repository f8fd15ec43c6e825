"""`cloudless check`: what fits, what does not, and the exit code."""

import json
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import Result

from tests.unit.cli.conftest import APP, TOML, Run

FAKE = """\
from cloudless.driver.gap import Gap
from cloudless.driver.limit import Limit


class Provider:
    name, title = "fake", "Fake Cloud"
    gaps = {
        "queue.ordered": Gap("never", "it keeps no order", "https://example.org/order"),
        "queue.batch": Gap("never", "it hands out one message"),
        "identity.per_function": Gap("never", "all functions are one"),
        "topic": Gap("not_yet", "topics are not built"),
    }
    limits = {"function.memory": Limit(128, "MB", "https://example.org/memory")}


PROVIDER = Provider()
"""


def install(home: Path, name: str = "fake", text: str = FAKE) -> None:
    """A distribution with a provider, beside the project."""
    (home / f"{name}_provider.py").write_text(text)
    information = home / f"{name}-1.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    (information / "entry_points.txt").write_text(f"[cloudless.providers]\n{name} = {name}_provider:PROVIDER\n")


def first_lines(result: Result) -> list[str]:
    return [line for line in result.stdout.splitlines() if "  CL" in line]


def test_a_program_that_fits_is_told_so(cloudless: Run) -> None:
    result = cloudless("check")
    assert result.stdout.startswith("shop: fits; stages: dev (memory); ")
    assert result.exit_code == 0


def test_where_no_stage_is_of_a_cloud_those_that_are_installed_are_warned_of(home: Path, cloudless: Run) -> None:
    install(home)
    result = cloudless("check")
    assert result.exit_code == 0
    assert "CL509  warning: ordered queue 'lines' cannot be had on stage 'fake'" in result.stdout
    assert "warning: the memory of 'take' is 256 MB, fake takes at most 128" in result.stdout
    assert "; none is of a cloud, so checked for those installed: " in result.stdout
    assert "fake" in result.stdout.splitlines()[-1]
    assert "fake" in json.loads(cloudless("check", "--json").stdout)["clouds"]
    assert "fake" not in cloudless("check", "--stage", "dev").stdout


def test_where_none_is_installed_either_it_says_what_was_not_checked(
    cloudless: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("cloudless.driver.provider"), "installed", list)
    assert cloudless("check").stdout == (
        "shop: fits; stages: dev (memory); no cloud's limits were checked, as no provider is installed: "
        "pip install 'cloudless-sdk[aws]'\n"
    )


def test_every_problem_has_place_caret_and_remedy(home: Path, cloudless: Run) -> None:
    (home / "wares_app.py").write_text(APP.replace('"0 8 * * *"', '"0 25 * * *"'))
    result = cloudless("check")
    assert result.exit_code == 1
    assert first_lines(result) == [f"wares_app.py:31:15  {code_of(result)}  cron '0 25 * * *': Bad hour"]
    assert '    @app.schedule("0 25 * * *", timezone="Europe/Berlin")\n' in result.stdout
    assert "\n                  ^^^^^^^^^^^^\n" in result.stdout
    assert "shop: 1 error, no warnings; stages: dev (memory); " in result.stdout


def code_of(result: Result) -> str:
    return first_lines(result)[0].split("  ")[1]


def test_json_has_every_problem_as_data(home: Path, cloudless: Run) -> None:
    (home / "wares_app.py").write_text(APP.replace('"0 8 * * *"', '"0 25 * * *"') + 'print("imported")\n')
    result = cloudless("check", "--json")
    assert result.exit_code == 1
    data = json.loads(result.stdout)
    assert (data["app"], data["errors"], data["warnings"], data["stages"]) == ("shop", 1, 0, ["dev (memory)"])
    (problem,) = data["problems"]
    assert (problem["file"], problem["line"], problem["column"], problem["end_column"]) == ("wares_app.py", 31, 15, 27)
    assert problem["source"] == '@app.schedule("0 25 * * *", timezone="Europe/Berlin")'


def test_mistakes_of_the_file_are_told_with_those_of_the_program(home: Path, cloudless: Run) -> None:
    (home / "cloudless.toml").write_text(TOML + "regoin = 5\n")
    (home / "wares_app.py").write_text(APP.replace('"0 8 * * *"', '"0 25 * * *"'))
    result = cloudless("check", "--stage", "dev")
    assert result.exit_code == 1
    assert first_lines(result) == [
        "cloudless.toml:5:1  CL503  nobody reads the key `regoin`",
        "wares_app.py:31:15  CL182  cron '0 25 * * *': Bad hour",
    ]
    assert result.stdout.startswith("cloudless.toml:5:1  CL503  nobody reads the key `regoin`\n    regoin = 5\n")
    assert result.stdout.endswith("shop: 2 errors, no warnings; stages: none before cloudless.toml is mended\n")


def test_mistakes_of_the_file_are_told_with_a_module_that_raises(home: Path, cloudless: Run) -> None:
    (home / "cloudless.toml").write_text(TOML + "regoin = 5\n")
    (home / "wares_app.py").write_text("1 / 0\n")
    problems = json.loads(cloudless("check", "--json").stdout)["problems"]
    assert [(one["file"], one["line"], one["code"]) for one in problems] == [
        ("cloudless.toml", 5, "CL503"),
        ("wares_app.py", 1, "CL506"),
    ]
    assert problems[0]["remedy"] == "did you mean `region`?"


def test_a_program_is_not_run_with_a_file_that_has_mistakes(home: Path, cloudless: Run) -> None:
    (home / "cloudless.toml").write_text(TOML + "regoin = 5\n")
    result = cloudless("run", "send", "orders", "{}")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("cloudless.toml:5:1  CL503  nobody reads the key `regoin`\n")


def test_a_module_that_raises_is_one_error(home: Path, cloudless: Run) -> None:
    (home / "wares_app.py").write_text("1 / 0\n")
    result = cloudless("check")
    assert result.exit_code == 1
    assert "wares_app.py:1:1  CL506  importing 'wares_app' raised ZeroDivisionError: division by zero" in result.stderr


def test_a_module_that_nobody_imports_is_a_warning(home: Path, cloudless: Run) -> None:
    (home / "more.py").write_text("from wares_app import app\n@app.function\ndef f() -> None: ...\n")
    result = cloudless("check")
    assert result.exit_code == 0
    assert first_lines(result) == [
        "more.py:2:2  CL507  warning: nobody imports 'more', so the handlers that it registers do not exist"
    ]


def test_limits_and_gaps_are_those_of_the_stages(home: Path, cloudless: Run) -> None:
    install(home)
    (home / "cloudless.toml").write_text(TOML + '[stages.prod]\nprovider = "fake"\n')
    result = cloudless("check")
    assert result.exit_code == 1
    assert "wares_app.py:5:9  CL509  ordered queue 'lines' cannot be had on stage 'prod': it keeps no" in result.stdout
    assert "instead: leave it out, or build it for another provider; https://example.org/order" in result.stdout
    assert "topic 'placed' cannot be had on stage 'prod': topics are not built (fake, not yet)" in result.stdout
    assert "the memory of 'take' is 256 MB, fake takes at most 128" in result.stdout
    assert cloudless("check", "--stage", "dev").exit_code == 0


def test_a_gap_that_only_costs_is_a_warning(home: Path, cloudless: Run) -> None:
    install(home)
    (home / "cloudless.toml").write_text(TOML + 'like = "fake"\n')
    (home / "wares_app.py").write_text(
        'from cloudless import App\napp = App("shop")\nq = app.queue("q")\n\n\n'
        "@q.consumer(batch_size=5, memory_mb=128)\ndef take(items: list[object]) -> None: ...\n"
    )
    result = cloudless("check")
    (said,) = first_lines(result)
    assert said.startswith(
        "wares_app.py:6:2  CL509  warning: batches of 'q' cannot be had on stage 'dev': it hands out one"
    )
    assert result.exit_code == 0
    assert result.stdout.endswith("stages: dev (memory, like fake)\n")


def test_a_stage_that_is_not_there_names_the_nearest(cloudless: Run) -> None:
    result = cloudless("check", "--stage", "dve")
    assert (result.exit_code, result.stderr) == (1, "error: cloudless.toml has no stage 'dve': did you mean 'dev'?\n")


@pytest.mark.parametrize("words", [["chekc"], ["check", "--jsno"], []])
def test_wrong_usage_is_exit_code_2(cloudless: Run, words: list[str]) -> None:
    assert cloudless(*words).exit_code == 2


def test_what_a_compiler_refuses_is_found_before_a_build(home: Path, cloudless: Run) -> None:
    pytest.importorskip("cloudless_aws")
    (home / "wares_app.py").write_text(NATIVE)
    (home / "cloudless.toml").write_text(STAGES)
    result = cloudless("check")
    assert result.exit_code == 1
    (found,) = first_lines(result)
    assert "CL510  queue 'orders': native= sets aws_sqs_queue.visibility_timeout_seconds to 5" in found


def test_what_a_compiler_warns_of_is_said_before_a_build(home: Path, cloudless: Run) -> None:
    pytest.importorskip("cloudless_aws")
    (home / "cloudless.toml").write_text(f'{TOML}[stages.prod]\nprovider = "aws"\nregion = "eu-cental-1"\n')
    result = cloudless("check", "--stage", "prod")
    line = "stage 'prod': region 'eu-cental-1' is none that is known here: did you mean 'eu-central-1'?"
    assert result.exit_code == 0
    assert result.stdout.startswith(f"warning: {line}\n\nshop: no errors, 1 warning")
    data = json.loads(cloudless("check", "--json").stdout)
    assert (data["notes"], data["warnings"]) == ([line], 1)


NATIVE = """\
from cloudless import App

app = App("shop")
orders = app.queue("orders", int, native={"aws": {"aws_sqs_queue": {"visibility_timeout_seconds": 5}}})


@orders.consumer
def take(order: int) -> None: ...
"""
STAGES = """\
app = "wares_app:app"
[stages.prod]
provider = "aws"
region = "eu-central-1"
[stages.test]
provider = "aws"
region = "eu-west-1"
"""
