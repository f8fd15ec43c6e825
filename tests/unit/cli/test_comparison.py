"""`cloudless check --compare`: what differs between two clouds, of what this program uses, and where."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import APP, Run
from tests.unit.cli.test_check import FAKE, install

TABLE = """

from cloudless.driver.guarantee import Guarantee

Provider.guarantees = {
    "queue.order": Guarantee("{order}", "{note}", "https://example.org/order"),
    "handler.memory": Guarantee("of that handler alone"),
}
"""


def clouds(home: Path) -> None:
    """Two distributions with a provider each."""
    install(home, "fake", FAKE + TABLE.replace("{order}", "none").replace("{note}", ""))
    other = FAKE.replace('"fake", "Fake Cloud"', '"mock", "Mock Cloud"').replace("128", "4_096")
    install(home, "mock", other + TABLE.replace("{order}", "as sent").replace("{note}", "until one fails"))


def test_what_differs_is_told_with_its_places(home: Path, cloudless: Run) -> None:
    clouds(home)
    result = cloudless("check", "--compare", "fake,mock")
    assert result.exit_code == 0
    assert result.stdout == (
        "handlers\n"
        "  limits: most MB of a function\n"
        "    fake  up to 128 MB  https://example.org/memory\n"
        "    mock  up to 4,096 MB  https://example.org/memory\n"
        "    at    wares_app.py:9:2 the memory of 'take': 256 MB; wares_app.py:19:2 the memory of 'pack': 256 MB; "
        "wares_app.py:23:2 the memory of 'mail': 256 MB; and 2 more\n"
        "\n"
        "messages to consumers and subscribers\n"
        "  order: the order in which messages reach a handler\n"
        "    fake  none  https://example.org/order\n"
        "    mock  as sent (until one fails)  https://example.org/order\n"
        "    at    wares_app.py:9:2 consumer 'take'; wares_app.py:19:2 subscriber 'pack'; "
        "wares_app.py:23:2 subscriber 'mail'\n"
        "\n"
        "shop: 2 differences between fake and mock; 4 of 6 questions have one answer\n"
    )


def test_json_has_every_row_and_every_place(home: Path, cloudless: Run) -> None:
    clouds(home)
    (home / "wares_app.py").write_text(APP + 'print("imported")\n')
    data = json.loads(cloudless("check", "--compare", "fake, mock", "--json").stdout)
    assert (data["app"], data["clouds"]) == ("shop", ["fake", "mock"])
    rows = {row["key"]: row for row in data["rows"]}
    assert [key for key, row in rows.items() if row["differs"]] == ["function.memory", "queue.order"]
    assert rows["queue.order"]["clouds"]["mock"] == {
        "gives": "as sent", "note": "until one fails", "link": "https://example.org/order",
    }  # fmt: skip
    assert len(rows["queue.order"]["places"]) == 3
    assert rows["topic"]["places"] == [
        {"what": "topic 'placed'", "file": "wares_app.py", "line": 6, "column": 10},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["fake"], "--compare fake: give two clouds or more, with commas, e.g. --compare aws,azure"),
        (["fake,"], "--compare fake,: give two clouds or more"),
        (["fake,fake"], "--compare fake,fake: 'fake' is there twice; give two clouds"),
        (["fake,memory"], "--compare memory: the in-memory cloud plays the worst of all of them; compare two others"),
        (["fake,cirrus"], "no provider 'cirrus' is installed"),
        (["fake,mock", "--stage", "dev"], "--compare is about clouds, --stage about one stage: give one of them"),
    ],
)
def test_what_cannot_be_compared_says_why(home: Path, cloudless: Run, words: list[str], said: str) -> None:
    clouds(home)
    result = cloudless("check", "--compare", *words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"error: {said}")


def test_a_program_with_errors_is_mended_first(home: Path, cloudless: Run) -> None:
    clouds(home)
    (home / "wares_app.py").write_text(APP.replace('"0 8 * * *"', '"0 25 * * *"'))
    result = cloudless("check", "--compare", "fake,mock")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "wares_app.py:31:15  CL182" in result.stderr
