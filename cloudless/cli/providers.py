"""`cloudless providers`: what each installed provider can do."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.text import Text

from cloudless.cli import show
from cloudless.cli.completion import provider_names
from cloudless.cli.failure import FAILED, told
from cloudless.cli.options import AsJson
from cloudless.cli.program import loaded
from cloudless.driver.gap import CAPABILITIES, NOT_YET, Gap
from cloudless.driver.provider import Provider, installed
from cloudless.errors import InvalidArgument

_NONE = "no provider is installed: pip install 'cloudless-sdk[aws]' (or gcp, azure). The in-memory cloud needs none.\n"

_WIDTH = 23


def providers(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="PROVIDER", help="One provider, with reasons.", show_default=False, autocompletion=provider_names
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print what each installed provider can do.

    Yes, not yet, or never. With the name of a provider: why not, and its limits.

    Exit codes: 0 fine, 1 a provider is not installed or cannot be loaded, 2 wrong usage.
    """
    with told():
        found, broken = ([loaded(name)], []) if name else _installed()
    if as_json:
        show.as_json({one.name: _data(one) for one in found})
    elif not found:
        show.console().print(_NONE, end="")
    elif name:
        _details(found[0])
    else:
        show.console().print(_table(found), end="")
    for why in broken:
        show.console(stderr=True).print(why)
    if broken:
        raise typer.Exit(FAILED)


def _installed() -> tuple[list[Provider], list[str]]:
    """Every provider that can be loaded, and why the others cannot."""
    found: list[Provider] = []
    broken: list[str] = []
    for name in installed():
        try:
            found.append(loaded(name))
        except InvalidArgument as problem:
            broken.append(str(problem))
    return found, broken


def _table(found: list[Provider]) -> Text:
    """A row for each capability, a column for each provider, and what the capability is."""
    text = Text().append(f"{'':<{_WIDTH}}{''.join(f'{one.name:<9}' for one in found)}\n", "bold")
    for key, meaning in CAPABILITIES.items():
        text.append(f"{key:<{_WIDTH}}")
        for one in found:
            mark = _mark(one.gaps.get(key))
            mark.pad_right(9 - len(mark))
            text.append(mark)
        text.append(f"{meaning}\n", "dim")
    return text


def _mark(gap: Gap | None) -> Text:
    if gap is None:
        return Text("yes", "green")
    return Text("not yet", "yellow") if gap.kind == NOT_YET else Text("never", "red")


def _details(one: Provider) -> None:
    out = show.console()
    out.print(Text(f"{one.title} ({one.name})\n", "bold"))
    for key in CAPABILITIES:
        gap = one.gaps.get(key)
        text = Text(f"{key:<{_WIDTH}}").append(_mark(gap))
        if gap is not None:
            text.append(f"  {gap.reason} {gap.link}".rstrip(), "dim")
        out.print(text)
    out.print(Text("\nlimits", "bold"))
    for key, limit in one.limits.items():
        out.print(Text().append(f"{key:<{_WIDTH}}{limit.value:,.10g} {limit.unit}").append(f"  {limit.link}", "dim"))


def _data(one: Provider) -> dict[str, Any]:
    gaps = {key: one.gaps.get(key) for key in CAPABILITIES}
    return {
        "title": one.title,
        "capabilities": {key: _capability(gap) for key, gap in gaps.items()},
        "limits": {key: {"value": one.value, "unit": one.unit, "link": one.link} for key, one in one.limits.items()},
    }


def _capability(gap: Gap | None) -> dict[str, str]:
    if gap is None:
        return {"status": "yes"}
    return {"status": gap.kind, "reason": gap.reason, "link": gap.link}
