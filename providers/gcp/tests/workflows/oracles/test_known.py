"""The table of known differences is true: gcwsim is right in every row, and the emulator is not, as the row says."""

from __future__ import annotations

import pytest

from providers.gcp.tests import gcwsim
from providers.gcp.tests.workflows.oracles.emulator import HUNG, LIMIT_S, REFUSED, SUCCEEDED, Emulator, Ended
from providers.gcp.tests.workflows.oracles.known import KNOWN, MET, Known, answer

ROWS = pytest.mark.parametrize("row", KNOWN, ids=lambda row: row.name)
HANGING_S = 1


def told(ended: Ended, expected: Ended) -> Ended:
    """What is compared: of what does not succeed, a value only where the row says one."""
    return ended if ended.status == SUCCEEDED or expected.value is not None else Ended(ended.status)


@ROWS
def test_gcwsim_is_right(row: Known) -> None:
    try:
        outcome = gcwsim.run(row.document, None, answer)
    except gcwsim.Refused:
        assert row.right == Ended(REFUSED)
    else:
        assert Ended(outcome.state, outcome.result) == row.right


@ROWS
def test_the_emulator_differs_as_it_is_known_to(row: Known, emulator: Emulator) -> None:
    limit_s = HANGING_S if row.otherwise.status == HUNG else LIMIT_S
    ended = emulator.run(row.document, None, answer, is_mended=False, limit_s=limit_s)
    assert told(ended, row.otherwise) == row.otherwise


@ROWS
def test_the_shim_mends_what_it_is_said_to(row: Known, emulator: Emulator) -> None:
    assert (emulator.run(row.document, None, answer) == row.right) == row.is_mended


def test_a_difference_differs() -> None:
    assert [row.name for row in KNOWN if row.otherwise == row.right] == []


def test_what_is_met_stands_in_the_table() -> None:
    assert set(MET.values()) <= {row.name for row in KNOWN if not row.is_mended}
