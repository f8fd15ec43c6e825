"""What a deployment would change, as people read it; and their answer to it.

shop on prod (Nimbus): 3 to add, 1 to replace

  + queue parcels    2 resources
  ± queue orders     its namespace_id changes; LOSES its messages
  + 1 other resource

permissions
  take      + send queue parcels
notes
  the state is kept on this machine alone …
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from cloudless.cli import show
from cloudless.cli.failure import FAILED, told
from cloudless.summary import Change, Shift, Summary
from cloudless.summary.change import ADD, CHANGE, DESTROY, FORGET, REPLACE

if TYPE_CHECKING:
    from cloudless.deploy import Deployment

_SIGNS = {
    ADD: ("+", "green"),
    CHANGE: ("~", "yellow"),
    REPLACE: ("±", "red"),
    DESTROY: ("-", "red"),
    FORGET: ("!", "red"),
}
_FEW = 4
_WORST = (DESTROY, REPLACE, FORGET, CHANGE, ADD)


class Terminal:
    """Whoever waits for Terraform: see deploy.Watch."""

    def __init__(self, *, aside: bool) -> None:
        self.aside = aside

    def say(self, text: str) -> None:
        show.console(stderr=True).print(text, markup=False)

    def progress(self, what: str) -> AbstractContextManager[None]:
        return show.progress(what)


@contextmanager
def prepared(stage: str, config: Path | None, *, as_json: bool) -> Generator[Deployment]:
    """A stage, built, with Terraform there. What goes wrong in the block is told, and ends the command."""
    from cloudless import deploy
    from cloudless.config import load

    with told(), show.aside(as_json):
        project = load(config)
        with deploy.prepared(project, project.stage(stage), Terminal(aside=as_json)) as deployment:
            yield deployment


def print_plan(deployment: Deployment, summary: Summary, *, verb: str = "") -> None:
    """Write a summary, and what Terraform says itself. verb: before the title."""
    out = show.console()
    for line in lines(f"{verb}{deployment.title}", summary):
        line.rstrip()
        out.print(line)
    if not summary.is_empty or "Warning:" in deployment.words:
        out.print(Text("\nTerraform's own plan", "bold"))
        out.print(f"\n{deployment.words}\n", markup=False)


def commit(stage: str, what: str) -> None:
    """Ask for the lock to be committed. what: it says now."""
    show.console(stderr=True).print(f"cloudless.lock/{stage}.json says now {what}: commit it", markup=False)


def lines(title: str, summary: Summary) -> Iterator[Text]:
    """The lines of a summary."""
    yield Text().append(title, "bold").append(f": {_counted(summary)}")
    if summary.changes:
        yield from [Text(), *_changes(summary.changes), Text()]
    yield from _section("changed elsewhere since the last deployment", map(Text, summary.drift))
    yield from _section("permissions" if summary.has_record else "permissions, all of them new", _shifts(summary))
    yield from _section("executions", (Text(f"{one.orchestration}: {one}") for one in summary.pinned))
    yield from _section("notes", map(Text, summary.notes))
    yield from _section("LOST FOR GOOD", (Text(one, "bold red") for one in summary.losses), "bold red")


def agreed(summary: Summary, question: str, word: str, *, yes: bool, losing: bool) -> None:
    """Let people agree, or end the command with exit code 1; where something is lost, they type the word.

    yes: they did already. losing: even to losses.
    """
    err = show.console(stderr=True)
    if yes and summary.losses and not losing:
        err.print(
            Text().append("error", "bold red").append(": what is listed above would be lost, so --yes is not enough")
        )
        err.print("    instead: keep it, or say so: --yes --allow-data-loss")
        raise typer.Exit(FAILED)
    if not yes:
        ask(question, word if summary.losses else "")


def ask(question: str, word: str = "") -> None:
    """Ask, and end the command unless the answer is yes, or the word: with exit code 1, 130 after Ctrl-C."""
    try:
        if _answered(question, word):
            return
        code = FAILED
    except typer.Abort:
        code = 130
    show.console(stderr=True).print("nothing was changed")
    raise typer.Exit(code)


def must_answer(*, yes: bool) -> None:
    """Refuse to begin where nobody could be asked in the end: wrong usage, exit code 2."""
    if not yes and not sys.stdin.isatty():
        raise typer.BadParameter("this asks before it changes anything, and there is no terminal: add --yes")


def options_of(words: list[str] | None) -> list[str]:
    """What is handed to Terraform; wrong usage, exit code 2, for words that are no options."""
    if words and not words[0].startswith("-"):
        raise typer.BadParameter(f"{words[0]!r}: only options for Terraform may follow, after --: -- -target=ADDRESS")
    return words or []


def _answered(question: str, word: str) -> bool:
    if not word:
        return bool(typer.confirm(question, err=True))
    said: str = typer.prompt(f"{question} Type {word} to go on", err=True, default="", show_default=False)
    return said == word


def _counted(summary: Summary) -> str:
    counts = [f"{number} to {action}" for action, number in summary.counts.items()]
    return ", ".join(counts) or ("nothing changes" if summary.is_empty else "no resource changes, outputs do")


def _changes(changes: Sequence[Change]) -> Iterator[Text]:
    """A line for each thing of the program; what else there is, is counted, and named where it goes."""
    named: dict[str, list[Change]] = {}
    for one in sorted(changes, key=lambda change: change.name):
        named.setdefault(one.name, []).append(one)
    others = named.pop("", [])
    losing = {one.address: [one] for one in others if one.loses}
    width = max(map(len, [*named, *losing]), default=0) + 2
    for name, some in (*named.items(), *losing.items()):
        yield _change(name, some, width)
    for action in reversed(_WORST):
        yield from _counted_others(action, [one.address for one in others if one.action == action and not one.loses])


def _counted_others(action: str, addresses: Sequence[str]) -> Iterator[Text]:
    if addresses:
        sign, colour = _SIGNS[action]
        few = (
            ""
            if action in {ADD, CHANGE}
            else f": {', '.join(addresses[:_FEW])}{', …' if len(addresses) > _FEW else ''}"
        )
        yield Text(f"  {sign} ", colour).append(f"{show.count(len(addresses), 'other resource')}{few}", "dim")


def _change(name: str, some: Sequence[Change], width: int) -> Text:
    """One thing: the worst that happens to any of its resources, or that all of them are new or go."""
    actions = {one.action for one in some}
    action = CHANGE if len(actions) > 1 and actions <= {ADD, CHANGE} else next(one for one in _WORST if one in actions)
    if action == DESTROY and len(actions) > 1:
        action = CHANGE
    sign, colour = _SIGNS[action]
    text = Text(f"  {sign} ", colour).append(f"{name:<{width}}", "bold")
    notes = [one.because for one in some if one.because] or ([f"{len(some)} resources"] if len(some) > 1 else [])
    text.append("; ".join(dict.fromkeys(notes)), "dim")
    for loss in dict.fromkeys(one.loses for one in some if one.loses):
        text.append("; " if notes else "").append(f"LOSES {loss}", "bold red")
    return text


def _shifts(summary: Summary) -> Iterator[Text]:
    width = max((len(one.holder) for one in summary.shifts), default=0) + 2
    for shift in summary.shifts:
        yield from _shift(shift, width)


def _shift(shift: Shift, width: int) -> Iterator[Text]:
    marked = [("+", "green", what) for what in shift.gained] + [("-", "red", what) for what in shift.lost]
    for at, (sign, colour, what) in enumerate(marked):
        holder = shift.holder if at == 0 else ""
        yield Text(f"{holder:<{width}}").append(f"{sign} {what}", colour)


def _section(title: str, content: Iterable[Text], style: str = "bold") -> Iterator[Text]:
    found = list(content)
    if found:
        yield Text(title, style)
        yield from (Text("  ").append_text(line) for line in found)
