"""`cloudless check --compare aws,azure`: what clouds keep differently, of what a program uses, and where it matters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.text import Text

from cloudless.cli import show
from cloudless.cli.failure import told
from cloudless.cli.program import Program, loaded
from cloudless.driver.guarantee import FEATURES, SUPPORT
from cloudless.driver.provider import Provider
from cloudless.errors import DefinitionError, InvalidArgument
from cloudless.frontend.delays import delayed
from cloudless.passes.comparison import Given, Row, compared
from cloudless.passes.uses import Use

PLACES = 3
"""That people are shown of each row; programs get all of them."""


def compare(clouds: str, stage: str | None, config: Path | None, *, as_json: bool) -> None:
    """Print the table. clouds: names of installed providers, by commas. Exits with 1 for a wrong one, or errors."""
    with told(), show.aside(as_json):
        providers = chosen(clouds, stage)
        program = Program(config)
        if errors := program.errors():
            raise DefinitionError(errors)
        rows = compared(program.application, providers, delayed(program.application))
    if as_json:
        show.as_json(_data(program.application.name, providers, rows))
        return
    out = show.console()
    for text in _table(rows):
        out.print(text)
    out.print(_summary(program.application.name, providers, rows))


def chosen(clouds: str, stage: str | None) -> list[Provider]:
    """The providers of `--compare`; InvalidArgument where they are not two installed ones at least."""
    names = [name.strip() for name in clouds.split(",")]
    if stage:
        raise InvalidArgument("--compare is about clouds, --stage about one stage: give one of them")
    if "memory" in names:
        raise InvalidArgument(
            "--compare memory: the in-memory cloud plays the worst of all of them; compare two others"
        )
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise InvalidArgument(
            f"--compare {clouds}: {twice!r} is there twice; give two clouds, e.g. --compare aws,azure"
        )
    if len(names) < 2 or not all(names):
        raise InvalidArgument(f"--compare {clouds}: give two clouds or more, with commas, e.g. --compare aws,azure")
    return [loaded(name) for name in names]


def _table(rows: Sequence[Row]) -> Iterator[Text]:
    """A block for each row that differs, under the feature that it is about."""
    title = ""
    for row in rows:
        if not row.differs:
            continue
        if _title(row) != title:
            title = _title(row)
            yield Text(title, "bold")
        yield _block(row)


def _title(row: Row) -> str:
    return "what not all of them can" if row.dimension == SUPPORT else FEATURES[row.feature]


def _block(row: Row) -> Text:
    what = row.feature if row.dimension == SUPPORT else row.dimension
    text = Text().append(f"  {what}", "bold").append(f": {row.meaning}\n")
    width = max(len(one.provider) for one in row.given)
    for one in row.given:
        text.append(f"    {one.provider:<{width}}  ", "cyan").append(_said(one))
        text.append(f"  {one.link}\n" if one.link else "\n", "dim")
    return text.append(f"    {'at':<{width}}  ", "dim").append(f"{places(row.uses)}\n", "dim")


def _said(one: Given) -> str:
    return f"{one.gives} ({one.note})" if one.note else one.gives


def places(uses: Sequence[Use]) -> str:
    """The first few places, and how many more there are."""
    shown = [f"{one.span} {one.what}" for one in uses[:PLACES]]
    return "; ".join([*shown, f"and {len(uses) - PLACES} more"] if len(uses) > PLACES else shown)


def _summary(app: str, providers: Sequence[Provider], rows: Sequence[Row]) -> Text:
    names = [one.name for one in providers]
    differing = sum(row.differs for row in rows)
    text = Text().append(app, "bold")
    text.append(
        f": {show.count(differing, 'difference')} between {' and '.join(names)}", "yellow" if differing else "green"
    )
    return text.append(f"; {len(rows) - differing} of {show.count(len(rows), 'question')} have one answer", "dim")


def _data(app: str, providers: Sequence[Provider], rows: Sequence[Row]) -> dict[str, Any]:
    return {"app": app, "clouds": [one.name for one in providers], "rows": [_row(row) for row in rows]}


def _row(row: Row) -> dict[str, Any]:
    return {
        "key": row.key,
        "feature": row.feature,
        "dimension": row.dimension,
        "meaning": row.meaning,
        "differs": row.differs,
        "clouds": {one.provider: {"gives": one.gives, "note": one.note, "link": one.link} for one in row.given},
        "places": [
            {"what": one.what, "file": one.span.file, "line": one.span.line, "column": one.span.column}
            for one in row.uses
        ],
    }
