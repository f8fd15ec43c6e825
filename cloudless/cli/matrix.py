"""`cloudless matrix`: what of this program each cloud supports, why not, and what that was verified against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.text import Text

from cloudless.cli import show
from cloudless.cli.comparison import places
from cloudless.cli.completion import cloud_lists
from cloudless.cli.failure import told
from cloudless.cli.options import AsJson, ConfigFile
from cloudless.cli.program import Program, loaded
from cloudless.driver.gap import CAPABILITIES, NOT_YET, Gap
from cloudless.driver.limit import Limit
from cloudless.driver.provider import installed
from cloudless.driver.verified import Verified
from cloudless.errors import DefinitionError
from cloudless.frontend.delays import delayed
from cloudless.ir import Application, Diagnostic
from cloudless.memory import capabilities as memory
from cloudless.node import node
from cloudless.passes.limits import limits
from cloudless.passes.uses import Use, uses

_NUMBER = "number: cases of the conformance suite that passed there; own: tests of the provider's own hold it"
Clouds = Annotated[
    str | None,
    typer.Option(
        "--on",
        metavar="CLOUD,CLOUD",
        help="Only these; all that are installed otherwise.",
        show_default=False,
        autocompletion=cloud_lists,
    ),
]


@node(kw_only=True)
class Column:
    """A cloud: its tables, and the record of its tests, None where it has none."""

    name: str
    gaps: Mapping[str, Gap]
    limits: Mapping[str, Limit]
    verified: Verified | None


def matrix(on: Clouds = None, config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Print what of this program each cloud supports.

    A row for each capability that the program uses, a column for the in-memory cloud and each installed provider: yes
    with the number of cases of the conformance suite that passed there, not yet, or never, with the reason and the
    places in the program. Below: limits that it is over, and what each cloud was verified against. No account was used.

    Exit codes: 0 fine, 1 the program has errors or a provider is not installed, 2 wrong usage.
    """
    with told(), show.aside(as_json):
        columns = _columns(on)
        program = Program(config)
        if errors := program.errors():
            raise DefinitionError(errors)
    application = program.application
    used = _used(uses(application, delayed(application)))
    over = limits(application, {one.name: one.limits for one in columns})
    if as_json:
        show.as_json(_data(application, columns, used, over))
    else:
        _print(application, columns, used, over)


def _columns(on: str | None) -> list[Column]:
    names = [name.strip() for name in on.split(",")] if on else ["memory", *installed()]
    return [_column(name) for name in dict.fromkeys(names)]


def _column(name: str) -> Column:
    if name == "memory":
        return Column(name=name, gaps=memory.GAPS, limits={}, verified=memory.verified())
    one = loaded(name)
    return Column(name=name, gaps=one.gaps, limits=one.limits, verified=getattr(one, "verified", None))


def _used(found: Sequence[Use]) -> dict[str, list[Use]]:
    """The places of each capability that is used."""
    by_feature: dict[str, list[Use]] = {}
    for use in found:
        by_feature.setdefault(use.feature, []).append(use)
    return {key: by_feature[key] for key in CAPABILITIES if key in by_feature}


# --- for people ---------------------------------------------------------------------------------------


def _print(
    application: Application, columns: Sequence[Column], used: Mapping[str, list[Use]], over: Sequence[Diagnostic]
) -> None:
    out = show.console()
    out.print(_table(columns, used), end="")
    for column in columns:
        for key in _lacking(column, used):
            out.print(_reason(column, key, used[key]), end="")
    show.problems(over)
    out.print(Text("\nverified, none of it on a real account", "bold"))
    for column in columns:
        out.print(_record(column))
    _summary(application.name, columns, used, over)


def _table(columns: Sequence[Column], used: Mapping[str, list[Use]]) -> Text:
    width = max(map(len, ["", *used])) + 2
    text = Text().append(f"{'':<{width}}{''.join(f'{one.name:<10}' for one in columns)}\n", "bold")
    for key, found in used.items():
        text.append(f"{key:<{width}}")
        for one in columns:
            text.append(_cell(one, key))
        text.append(f"{CAPABILITIES[key]} ({show.count(len(found), 'place')})\n", "dim")
    return text.append(f"{'':<{width}}{_NUMBER}\n\n", "dim")


def _cell(column: Column, key: str) -> Text:
    gap = column.gaps.get(key)
    if gap is not None:
        mark = Text("not yet", "yellow") if gap.kind == NOT_YET else Text("never", "red")
    else:
        mark = Text("yes", "green").append(f" {_evidence(column, key)}", "dim")
    mark.pad_right(max(1, 10 - len(mark)))
    return mark


def _evidence(column: Column, key: str) -> str:
    if column.verified is None:
        return ""
    return str(column.verified.capabilities.get(key) or "own")


def _reason(column: Column, key: str, found: Sequence[Use]) -> Text:
    gap = column.gaps[key]
    text = Text().append(f"{key} on {column.name}: ", "bold").append(f"{gap.reason} ")
    return text.append(f"{gap.link}\n", "dim").append(f"    at {places(found)}\n", "dim")


def _record(column: Column) -> Text:
    text = Text().append(f"  {column.name:<8}", "cyan")
    if column.verified is None:
        return text.append("no record")
    return text.append(said(column.verified))


def said(one: Verified) -> str:
    """A record in a line."""
    failed = f", {one.failed} failed as its gaps say" if one.failed else ""
    refused = f", {show.count(len(one.refused), 'program')} refused for a limit" if one.refused else ""
    disturbed = sum(bool(faults) for faults in one.programs.values())
    against = ", ".join(f"{name} {version}" for name, version in one.against.items())
    return (
        f"suite: {show.count(one.passed, 'case')} passed{failed}; "
        f"orchestrations: {show.count(one.runs, 'run')} of the corpus{refused}; "
        f"{show.count(len(one.programs), 'example')} as in memory, {disturbed or 'none'} under faults; on {against}"
    )


def _summary(name: str, columns: Sequence[Column], used: Mapping[str, list[Use]], over: Sequence[Diagnostic]) -> None:
    lacking = {one.name: _lacking(one, used) for one in columns}
    text = Text(f"\n{name}", "bold")
    whole = [name for name, keys in lacking.items() if not keys]
    text.append(f": all {len(used)} on {', '.join(whole) or 'none'}", "green" if whole else "yellow")
    for cloud, keys in lacking.items():
        if keys:
            text.append(f"; {len(used) - len(keys)} of {len(used)} on {cloud}", "yellow")
    show.console().print(text.append(f"; over {show.count(len(over), 'limit')}", "red") if over else text)


def _lacking(column: Column, used: Mapping[str, list[Use]]) -> list[str]:
    """What is used and not there, in the order of the table."""
    return [key for key in used if key in column.gaps]


# --- for programs -------------------------------------------------------------------------------------


def _data(
    application: Application, columns: Sequence[Column], used: Mapping[str, list[Use]], over: Sequence[Diagnostic]
) -> dict[str, Any]:
    return {
        "app": application.name,
        "capabilities": {key: _row(columns, key, found) for key, found in used.items()},
        "limits": [show.as_data(one) for one in over],
        "verified": {one.name: _verified(one.verified) for one in columns},
    }


def _row(columns: Sequence[Column], key: str, found: Sequence[Use]) -> dict[str, Any]:
    return {
        "meaning": CAPABILITIES[key],
        "clouds": {one.name: _support(one, key) for one in columns},
        "places": [
            {"what": one.what, "file": one.span.file, "line": one.span.line, "column": one.span.column} for one in found
        ],
    }


def _support(column: Column, key: str) -> dict[str, Any]:
    gap = column.gaps.get(key)
    if gap is not None:
        return {"status": gap.kind, "reason": gap.reason, "link": gap.link}
    return {"status": "yes", "cases": column.verified.capabilities.get(key, 0) if column.verified else None}


def _verified(one: Verified | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "against": dict(one.against),
        "suite": {"passed": one.passed, "failed": one.failed},
        "corpus": {"runs": one.runs, "refused": list(one.refused)},
        "programs": {name: list(faults) for name, faults in one.programs.items()},
    }
