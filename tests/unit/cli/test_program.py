"""The project as commands get it: when the garbage collector rests, and that it wakes up again."""

import gc
from pathlib import Path

import pytest

from cloudless.cli.collector import uncollected
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


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_what_was_made_meanwhile_counts_as_old() -> None:
    with uncollected():
        made: list[object] = [[]]
    young = [*gc.get_objects(generation=0), *gc.get_objects(generation=1)]
    assert not any(one is made for one in young)
    assert any(one is made for one in gc.get_objects(generation=2))
