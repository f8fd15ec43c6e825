"""What is measured, as plain data: a row is a contestant, a table a comparison; the record holds tables by area."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

REFERENCE = "reference"
OURS = "ours"
PEER = "peer"

VALUE = "value"
RATIO = "ratio"


class Goal(NamedTuple):
    """What a figure of ours is held to. of: VALUE or RATIO. least: it is a rate, and has to be reached."""

    limit: float
    of: str = RATIO
    least: bool = False

    def is_met(self, row: Row) -> bool:
        """Whether it is; False where the row has no such figure."""
        found = row.ratio if self.of == RATIO else row.value
        if found is None or row.failed:
            return False
        return found >= self.limit if self.least else found <= self.limit

    def text(self, unit: str) -> str:
        """As the page has it: "≤ 1.8 ×"."""
        return f"{'≥' if self.least else '≤'} {self.limit:,.4g} {'×' if self.of == RATIO else unit}".strip()


class Row(NamedTuple):
    """One contestant of a table.

    kind: REFERENCE, OURS or PEER. value: the median, in the table's unit; low and high: of all rounds.
    ratio: the median of the ratios to the reference, round by round; None where there is no reference.
    version: of what was measured. failed: why there is no figure.
    """

    name: str
    kind: str
    value: float = 0.0
    low: float = 0.0
    high: float = 0.0
    ratio: float | None = None
    goal: Goal | None = None
    version: str = ""
    failed: str = ""

    def dumped(self) -> dict[str, Any]:
        """As JSON, figures to four digits, and without what is not said."""
        plain = {**self._asdict(), "goal": list(self.goal) if self.goal else None}
        rounded = {key: float(f"{value:.4g}") if isinstance(value, float) else value for key, value in plain.items()}
        return {key: value for key, value in rounded.items() if value not in (None, "")}

    @classmethod
    def loaded(cls, plain: Mapping[str, Any]) -> Row:
        """From JSON."""
        row = cls(**plain)
        return row._replace(goal=Goal(*row.goal)) if row.goal else row


class Table(NamedTuple):
    """A comparison. unit: of the values, e.g. "µs". note: what one has to know to read it."""

    title: str
    unit: str
    rows: tuple[Row, ...]
    note: str = ""

    def behind(self) -> list[tuple[Row, Row]]:
        """Peers that are ahead of the best of ours, each with that; ratios count, or values where there are none."""
        ours = [row for row in self.rows if row.kind == OURS and not row.failed]
        peers = [row for row in self.rows if row.kind == PEER and not row.failed]
        pairs = [(peer, min(ours, key=_rank)) for peer in peers if ours]
        return [(peer, best) for peer, best in pairs if _rank(peer) < _rank(best)]

    def dumped(self) -> dict[str, Any]:
        """As JSON."""
        return {**self._asdict(), "rows": [row.dumped() for row in self.rows]}

    @classmethod
    def loaded(cls, plain: Mapping[str, Any]) -> Table:
        """From JSON."""
        table = cls(**plain)
        return table._replace(rows=tuple(Row.loaded(row) for row in plain["rows"]))


def failed(tables: Iterable[Table]) -> list[Row]:
    """The rows without a figure."""
    return [row for table in tables for row in table.rows if row.failed]


def _rank(row: Row) -> float:
    return row.value if row.ratio is None else row.ratio
