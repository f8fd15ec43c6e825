"""Plans of emitted documents, as checkov sees them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests import tools
from tests.documents.applications import GOLDEN, golden
from tests.documents.made import Documents
from tests.documents.terraform import plan


def scanned(documents: Documents, folder: Path) -> dict[tuple[str, str], str]:
    """What checkov finds in the plans of all small applications: its name by id and resource."""
    tools.require("checkov")
    tools.require("terraform")
    for case in GOLDEN:
        made = documents.write(folder / case, golden(case))
        (made / "plan.json").write_bytes(plan(made))
    return failed_checks(folder, GOLDEN)


def failed_checks(folder: Path, cases: Sequence[str]) -> dict[tuple[str, str], str]:
    """What checkov finds in `<case>/plan.json` below a folder: its name by id and resource."""
    checkov = tools.require("checkov")
    given = [word for case in cases for word in ("-f", f"{case}/plan.json")]
    done = subprocess.run(
        [checkov, *given, "--framework", "terraform_plan", "--skip-download", "--compact", "--quiet", "-o", "json"],
        cwd=folder, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode in {0, 1}, done.stderr
    report = json.loads(done.stdout)
    assert report["summary"]["parsing_errors"] == 0
    return {(one["check_id"], one["resource"]): one["check_name"] for one in report["results"]["failed_checks"]}
