"""The project as commands get it: when the garbage collector rests, and that it wakes up again."""

import gc
from pathlib import Path

import pytest

from cloudless.cli.program import Program
from cloudless.errors import ConfigError
from tests.unit.cli.conftest import APP, Run


def test_nothing_is_collected_while_the_app_is_imported(home: Path, cloudless: Run) -> None:
    (home / "wares_app.py").write_text(APP + "import gc\nprint('collecting:', gc.isenabled())\n")
    assert "collecting: False" in cloudless("check").stdout
    assert gc.isenabled()


def test_the_collector_goes_on_where_the_app_cannot_be_imported(home: Path) -> None:
    (home / "wares_app.py").write_text("1 / 0\n")
    with pytest.raises(ConfigError):
        Program(None)
    assert gc.isenabled()
