"""What small applications become, kept to be read: tests/golden/<case>/gcp.

CLOUDLESS_GOLDEN=update writes them anew.
"""

from __future__ import annotations

import os

import pytest

from providers.gcp.tests.compile.documents import GOLDEN, ROOT, compiled, golden

UPDATE = "CLOUDLESS_GOLDEN"


@pytest.mark.parametrize("case", GOLDEN)
def test_the_output_is_what_was_read_and_kept(case: str) -> None:
    folder = ROOT / "tests" / "golden" / case / "gcp"
    for name, content in compiled(golden(case)).files.items():
        if os.environ.get(UPDATE) == "update":
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        text = content.decode()
        assert text == (folder / name).read_text(), f"{UPDATE}=update writes tests/golden anew; read what changed"
