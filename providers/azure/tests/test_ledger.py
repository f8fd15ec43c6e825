"""The ledger on Microsoft's table emulator, where the conformance suite does not look."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from cloudless.driver import Done
from cloudless.errors import NotFound, PermissionDenied, Unavailable
from cloudless_azure.clients.ledger import TableLedger, row_of
from cloudless_azure.clients.table import Table
from providers.azure.tests.storage import KEY, make_table
from tests import tools

NOW_S = 1_700_000_000.0
_NAMES = count(1)


@pytest.fixture
def table(storage: str) -> Iterator[Table]:
    """A new table."""
    name = f"table{next(_NAMES)}"
    make_table(name)
    made = Table(name)
    yield made
    made.close()


def ledger_of(table: Table, now_s: float = NOW_S) -> TableLedger:
    return TableLedger(table, lambda: now_s)


def test_another_process_completes_what_it_claimed_before(table: Table) -> None:
    ledger_of(table).claim("k", "a", 60)
    assert ledger_of(table).complete("k", "a", 60, "done")
    answer = ledger_of(table).claim("k", "b", 60)
    assert isinstance(answer, Done) and answer.result == "done"


def test_results_of_any_text_survive(table: Table) -> None:
    ledger = ledger_of(table)
    text = "\x00\x1f\ufffe \ud800 é 🜁 " + "x" * 2_000
    ledger.claim("k", "a", 60)
    ledger.complete("k", "a", 60, text)
    answer = ledger.claim("k", "b", 60)
    assert isinstance(answer, Done) and answer.result == text


def test_rows_are_read_and_written_over_their_version_only(table: Table) -> None:
    row = row_of("k")
    first = table.insert(row, {"owner": "a"})
    assert first
    assert table.insert(row, {"owner": "b"}) is None
    second = table.replace(row, {"owner": "c"}, first)
    assert second
    assert table.replace(row, {"owner": "d"}, first) is None
    assert not table.delete(row, first)
    assert table.delete(row, second)
    assert not table.delete(row, second)
    assert table.get(row) is None


def test_a_table_that_is_not_there_is_not_found(storage: str) -> None:
    missing = Table("nothing")
    for use in (lambda: missing.insert("k", {}), lambda: missing.get("k"), lambda: missing.delete("k", "*")):
        with pytest.raises(NotFound, match="TableNotFound"):
            use()
    missing.close()


def test_a_wrong_key_is_refused(storage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDLESS_STORAGE", storage.replace(KEY, "AAAA"))
    refused = Table("any")
    with pytest.raises(PermissionDenied, match="403"):
        refused.get("k")
    refused.close()


def test_a_service_that_is_away_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    away = f"AccountName=a;AccountKey=AAAA;TableEndpoint=http://127.0.0.1:{tools.free_port()}/a"
    monkeypatch.setenv("CLOUDLESS_STORAGE", away)
    with pytest.raises(Unavailable, match="did not answer") as caught:
        Table("any").get("k")
    assert isinstance(caught.value.native, OSError)
