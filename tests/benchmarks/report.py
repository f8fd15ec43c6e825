"""A table as Markdown, for terminals and for the page."""

from __future__ import annotations

from tests.benchmarks.row import OURS, Row, Table


def markdown(table: Table) -> str:
    """Its title, its note, and its rows, the fastest first below the references."""
    unit = f", {table.unit}" if table.unit else ""
    has_ratio = any(row.ratio is not None for row in table.rows)
    has_version = any(row.version and row.kind != OURS for row in table.rows)
    head = [
        "",
        f"median{unit}",
        "from … to",
        *(["×"] if has_ratio else []),
        "goal",
        *(["version"] if has_version else []),
    ]
    body = [_cells(row, table.unit, has_ratio, has_version) for row in ordered(table)]
    lines = ["| " + " | ".join(cells) + " |" for cells in (head, ["---", *["---:"] * (len(head) - 1)], *body)]
    return "\n".join([f"**{table.title}**", "", *([f"{table.note}.", ""] if table.note else []), *lines])


def ordered(table: Table) -> list[Row]:
    """References as they come, then by figure, what failed last."""
    first = [row for row in table.rows if row.kind == "reference"]
    others = [row for row in table.rows if row.kind != "reference"]
    single = all(row.kind == OURS for row in others)  # then in the order in which they are meant
    return [*first, *(others if single else sorted(others, key=_place))]


def _place(row: Row) -> tuple[bool, float]:
    return bool(row.failed), row.value if row.ratio is None else row.ratio


def _cells(row: Row, unit: str, has_ratio: bool, has_version: bool) -> list[str]:
    name = f"**{row.name}**" if row.kind == OURS else row.name
    version = [row.version if row.kind != OURS else ""] if has_version else []
    if row.failed:
        return [name, "not run", row.failed.replace("|", "/"), *([""] if has_ratio else []), "", *version]
    ratio = [] if not has_ratio else ["" if row.ratio is None else number(row.ratio)]
    between = "" if row.low == row.high else f"{number(row.low)} … {number(row.high)}"
    return [name, number(row.value), between, *ratio, _goal(row, unit), *version]


def _goal(row: Row, unit: str) -> str:
    if row.goal is None:
        return ""
    return row.goal.text(unit) + ("" if row.goal.is_met(row) else ", missed")


def number(value: float) -> str:
    """Three digits, and no more decimals than they need."""
    if value == 0:
        return "0"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    found = f"{value:,.{digits}f}"
    return found if float(found.replace(",", "")) else f"{value:.2g}"
