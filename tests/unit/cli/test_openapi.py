"""`cloudless openapi`: the document as JSON, on stdout or in a file."""

import json
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from tests.unit.cli.conftest import APP, Run

ENDPOINT = """

@app.get("/orders/{id}", public=True, errors={KeyError: 404})
def show(id: int) -> list[str]:
    \"\"\"Show an order: “naïvely”.\"\"\"
    return []


print("imported")
"""


@pytest.fixture
def shop(home: Path, cloudless: Run) -> Run:
    """The command line on a shop with an endpoint."""
    (home / "wares_app.py").write_text(APP + ENDPOINT, encoding="utf-8")
    return cloudless


def test_the_document_is_on_stdout_and_what_the_app_prints_is_not(shop: Run) -> None:
    result = shop("openapi")
    assert (result.exit_code, result.stderr) == (0, "imported\n")
    found = json.loads(result.stdout)
    validate(found)
    assert found["info"] == {"title": "shop", "version": "0.1.0"}
    assert found["paths"]["/orders/{id}"]["get"]["operationId"] == "show"
    assert "“naïvely”" in result.stdout


def test_out_writes_a_file_and_says_so(home: Path, shop: Run) -> None:
    result = shop("openapi", "--out", "shop.json")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "imported\nshop: described in shop.json\n"
    assert (home / "shop.json").read_text(encoding="utf-8") == shop("openapi").stdout


def test_a_file_that_cannot_be_written_is_one_error(shop: Run) -> None:
    result = shop("openapi", "--out", "missing/shop.json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "imported\nerror: cannot write 'missing/shop.json': No such file or directory\n"


def test_another_project_is_named_with_config(home: Path, cloudless: Run) -> None:
    (home / "other.toml").write_text('app = "cloudless.conformance.apps.endpoints:app"\n')
    found = json.loads(cloudless("openapi", "--config", "other.toml").stdout)
    assert found["info"]["title"] == "endpoints"


def test_an_app_without_endpoints_has_a_document_without_paths(cloudless: Run) -> None:
    found = json.loads(cloudless("openapi").stdout)
    validate(found)
    assert found["paths"] == {}


def test_a_program_with_errors_has_no_document(home: Path, cloudless: Run) -> None:
    (home / "wares_app.py").write_text(APP + '@app.get("/orders")\ndef show() -> None: ...\n')
    result = cloudless("openapi", "--out", "shop.json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "CL191" in result.stderr
    assert not (home / "shop.json").exists()
