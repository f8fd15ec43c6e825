"""`cloudless matrix`: what of this program each cloud supports, and what that was verified against."""

import json
from pathlib import Path

import pytest

from cloudless.driver.gap import CAPABILITIES
from cloudless.driver.provider import installed
from tests.unit.cli.conftest import APP, Run
from tests.unit.cli.test_check import FAKE, install

RECORD = """

from cloudless.driver.verified import Verified

Provider.verified = Verified(
    against={"nimbus": "1.2"}, capabilities={"queue": 7}, passed=9, failed=1, runs=160, refused=("row_48_depth",),
    programs={"01-hello": ("crash",)},
)
"""


ON = ("matrix", "--on", "memory,fake")


@pytest.fixture
def fake(home: Path) -> Path:
    install(home, text=FAKE.replace("128", "4_096") + RECORD)
    return home


def rows(text: str) -> dict[str, str]:
    lines = text.partition("\n\n")[0].splitlines()
    return {line.split()[0]: line for line in lines if line[:1].isalpha() and ":" not in line.split()[0]}


def test_every_capability_that_is_used_has_a_row_and_nothing_else(fake: Path, cloudless: Run) -> None:
    result = cloudless(*ON)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0].split() == ["memory", "fake"]
    used = rows(result.stdout).keys() & CAPABILITIES.keys()
    assert {"queue", "queue.ordered", "topic", "topic.filter", "schedule"} <= used
    assert used.isdisjoint({"http", "orchestration", "secret", "queue.batch", "function"})


def test_a_cell_says_what_shows_it(fake: Path, cloudless: Run) -> None:
    found = rows(cloudless("matrix", "--on", "fake").stdout)
    assert found["queue"].split()[1:3] == ["yes", "7"]
    assert found["schedule"].split()[1:3] == ["yes", "own"]
    assert found["queue.ordered"].split()[1] == "never"
    assert "not yet" in found["topic"]


def test_what_is_not_there_has_a_reason_and_places(fake: Path, cloudless: Run) -> None:
    text = cloudless(*ON).stdout
    assert (
        "queue.ordered on fake: it keeps no order https://example.org/order\n"
        "    at wares_app.py:5:9 ordered queue 'lines'\n"
    ) in text
    assert "batch on fake" not in text


def test_the_record_is_told_in_a_line(fake: Path, cloudless: Run) -> None:
    assert (
        "  fake    suite: 9 cases passed, 1 failed as its gaps say; orchestrations: 160 runs of the corpus, "
        "1 program refused for a limit; 1 example as in memory, 1 under faults; on nimbus 1.2\n"
    ) in cloudless(*ON).stdout


def test_a_provider_without_a_record_says_so(home: Path, cloudless: Run) -> None:
    install(home)
    text = cloudless("matrix", "--on", "fake").stdout
    assert "  fake    no record\n" in text
    assert rows(text)["schedule"].split()[1:3] == ["yes", "schedules"]


def test_limits_of_each_cloud_are_told(home: Path, cloudless: Run) -> None:
    install(home)
    text = cloudless("matrix", "--on", "fake").stdout
    assert "CL401  the memory of 'take' is 256 MB, fake takes at most 128" in text
    assert text.endswith("; over 5 limits\n")


def test_json_has_every_cell_with_its_reason(fake: Path, cloudless: Run) -> None:
    (fake / "wares_app.py").write_text(APP + 'print("imported")\n')
    data = json.loads(cloudless(*ON, "--json").stdout)
    assert data["app"] == "shop"
    assert data["capabilities"]["queue"]["clouds"]["fake"] == {"status": "yes", "cases": 7}
    ordered = data["capabilities"]["queue.ordered"]
    assert ordered["clouds"]["fake"]["status"] == "never"
    assert ordered["places"] == [{"what": "ordered queue 'lines'", "file": "wares_app.py", "line": 5, "column": 9}]
    assert data["limits"] == []
    assert data["verified"]["fake"]["corpus"] == {"runs": 160, "refused": ["row_48_depth"]}


def test_all_that_are_installed_are_shown_where_nobody_chooses(fake: Path, cloudless: Run) -> None:
    assert cloudless("matrix").stdout.splitlines()[0].split() == ["memory", *installed()]
    assert "fake" in installed()


def test_a_cloud_that_is_not_installed_says_how(fake: Path, cloudless: Run) -> None:
    result = cloudless("matrix", "--on", "fake,cirrus")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "no provider 'cirrus' is installed (" in result.stderr
    assert "pip install 'cloudless-sdk[cirrus]'" in result.stderr


def test_a_program_with_errors_is_mended_first(fake: Path, cloudless: Run) -> None:
    (fake / "wares_app.py").write_text(APP.replace('"0 8 * * *"', '"0 25 * * *"'))
    result = cloudless("matrix")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "wares_app.py:31:15  CL182" in result.stderr
