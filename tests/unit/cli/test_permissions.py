"""`cloudless permissions`: each grant with its line."""

import json
from pathlib import Path

from tests.unit.cli.conftest import APP, TOML, Run
from tests.unit.cli.test_check import FAKE, install


def test_each_grant_cites_its_line(cloudless: Run) -> None:
    result = cloudless("permissions")
    assert result.exit_code == 0
    assert "pack  wares_app.py:19:2\n    nothing\n" in result.stdout
    assert "report  wares_app.py:31:2\n    send queue orders  wares_app.py:33:5\n" in result.stdout
    assert "take  wares_app.py:9:2\n    publish topic placed  wares_app.py:16:5\n" in result.stdout


def test_json_has_the_grants_as_data(cloudless: Run) -> None:
    data = json.loads(cloudless("permissions", "--json").stdout)
    assert data["take"] == {
        "grants": [{"verb": "publish", "noun": "topic", "name": "placed", "lines": ["wares_app.py:16:5"]}],
        "shared": [],
    }


def test_a_shared_identity_widens_what_each_may_do(home: Path, cloudless: Run) -> None:
    install(home)
    (home / "cloudless.toml").write_text(TOML + '[stages.prod]\nprovider = "fake"\n')
    result = cloudless("permissions", "--stage", "prod")
    assert "    publish topic placed  wares_app.py:16:5\n    send queue orders *\n" in result.stdout
    assert result.stdout.endswith("* granted to handlers together: all functions are one\n")
    assert "*" not in cloudless("permissions", "--stage", "dev").stdout


def test_a_provider_says_who_shares_with_whom(home: Path, cloudless: Run) -> None:
    widened = """
    def widened(self, application):
        return {"pack": application.handler("take").grants, "take": (), "report": ()}

PROVIDER ="""
    install(home, text=FAKE.replace("\n\n\nPROVIDER =", widened))
    (home / "cloudless.toml").write_text(TOML + '[stages.prod]\nprovider = "fake"\n')
    result = cloudless("permissions", "--stage", "prod")
    assert "pack  wares_app.py:19:2\n    publish topic placed *\n" in result.stdout
    assert "send queue orders *" not in result.stdout
    assert json.loads(cloudless("permissions", "--stage", "prod", "--json").stdout)["pack"]["shared"] == [
        "publish topic placed"
    ]


def test_a_program_with_errors_has_no_permissions(home: Path, cloudless: Run) -> None:
    (home / "wares_app.py").write_text(APP + "@orders.consumer\ndef again(order: dict) -> None: ...\n")
    result = cloudless("permissions")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "CL161" in result.stderr
