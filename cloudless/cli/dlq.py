"""`cloudless dlq`: the dead letters of a deployed stage."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from cloudless.cli import show
from cloudless.cli.completion import source_names
from cloudless.cli.failure import FAILED, told
from cloudless.cli.options import AsJson, ConfigFile, DeployedStage

if TYPE_CHECKING:
    from cloudless.cli.program import Program
    from cloudless.driver.provider import Cloud
    from cloudless.ir import Application, Function, Schedule, Subscription
    from cloudless.message import DeadLetter
    from cloudless.queue import DeadLetters

HELP = """Look at the dead letters of a deployed stage, and send them back.

\b
    cloudless dlq prod                   how many there are, of each queue, subscription, schedule and function
    cloudless dlq prod peek orders       the oldest ones, each with its error
    cloudless dlq prod redrive orders    send them back to where they were given up, as new first attempts

A QUEUE is what gave up: the name of a queue, a subscription, a schedule, or a function that was invoked later.

Exit codes: 0 done, 1 there is no such queue, the cloud refuses, or it tells nothing, 2 wrong usage.
"""
_UNKNOWN = "?"
_FEW = 10
_MOST = 1_000

dlq = typer.Typer(
    help=HELP, short_help="Look at the dead letters of a deployed stage, and send them back.", rich_markup_mode=None
)
Source = Annotated[
    str, typer.Argument(metavar="QUEUE", help="Queue, subscription, schedule or function.", autocompletion=source_names)
]


@dataclass(frozen=True)
class Place:
    """Where all this is: what stands before the verb."""

    stage: str
    config: Path | None


@dlq.callback(invoke_without_command=True)
def _options(context: typer.Context, stage: DeployedStage, config: ConfigFile = None) -> None:
    context.obj = Place(stage, config)
    if context.invoked_subcommand is None:
        _listed(context.obj, as_json=False)


@dlq.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List what has dead letters behind it, and how many wait there, as far as the cloud tells.

    For example: cloudless dlq prod list --json
    """
    _listed(context.obj, as_json=as_json)


@dlq.command()
def peek(
    context: typer.Context,
    queue: Source,
    limit: Annotated[int, typer.Option(metavar="NUMBER", help="At most so many.", min=1, max=_MOST)] = _FEW,
    as_json: AsJson = False,
) -> None:
    """Print dead letters, each with its error; they stay where they are.

    Some clouds count that as a delivery, or hide the letters for a moment.

    For example: cloudless dlq prod peek orders --limit 3
    """
    with _letters(context.obj, queue) as letters:
        found = letters.peek(limit)
    if as_json:
        show.as_json(list(map(_data, found)))
        return
    out = show.console()
    for one in found:
        error = f"{one.error.type}: {show.printable(one.error.text)}"
        text = Text(f"{one.sent_at:%Y-%m-%d %H:%M:%S}Z  ", "dim").append(one.id, "bold").append(f"  {error}", "red")
        out.print(text.append(f", attempt {one.error.attempt}  ", "dim").append(show.body(one.body)))
    if not found:
        out.print(Text("no dead letters", "dim"))


@dlq.command()
def redrive(
    context: typer.Context,
    queue: Source,
    limit: Annotated[int, typer.Option(metavar="NUMBER", help="At most so many.", min=1, max=_MOST)] = _MOST,
) -> None:
    """Send dead letters back to where they were given up, as new first attempts.

    Each is sent before it is removed: one may be handled twice, none is lost.

    For example: cloudless dlq prod redrive orders --limit 1
    """
    with _letters(context.obj, queue) as letters:
        number = letters.redrive(limit)
    more = "; there may be more" if number == limit else ""
    show.console().print(f"{show.count(number, 'message')} sent back to {letters.target}{more}", markup=False)


@contextmanager
def _there(place: Place) -> Generator[tuple[Program, Cloud]]:
    from cloudless.cli.connected import connected
    from cloudless.cli.program import Program
    from cloudless.errors import DefinitionError

    with told(), show.aside(True):
        program = Program(place.config)
        if errors := program.errors():
            raise DefinitionError(errors)
        with connected(place.stage, place.config) as (_, cloud):
            yield program, cloud


@contextmanager
def _letters(place: Place, name: str) -> Generator[DeadLetters]:
    """The dead letters of what is called that."""
    from cloudless.cli.connected import named
    from cloudless.queue import DeadLetters

    with _there(place) as (program, _):
        chosen = named("queue with dead letters", name, _aliases(program.application))
        yield DeadLetters(program.app, chosen.removesuffix("-dead-letters"), None)


def _sources(application: Application) -> dict[str, tuple[str, str]]:
    """Noun and dead-letter queue by the name of what gives up, in order of name."""
    found = {one.name: ("queue", one.dead_letters) for one in application.queues if one.role == "declared"}
    found |= {one.name: ("subscription", one.dead_letters) for one in application.subscriptions}
    found |= {one.name: ("schedule", one.dead_letters) for one in application.schedules}
    found |= {one.name: ("function", one.dead_letters) for one in application.functions}
    return {name: one for name, one in sorted(found.items()) if one[1]}


def _aliases(application: Application) -> dict[str, str]:
    """Dead-letter queues by every name that people may know them by."""
    sources = _sources(application)
    handled: list[Subscription | Schedule | Function] = [
        *application.subscriptions,
        *application.schedules,
        *application.functions,
    ]
    found = {one.handler: one.dead_letters for one in handled if one.dead_letters}
    found |= {queue: queue for _, queue in sources.values()}
    return {**found, **{name: queue for name, (_, queue) in sources.items()}}


def _listed(place: Place, *, as_json: bool) -> None:
    with _there(place) as (program, cloud):
        sources = _sources(program.application)
        counts, problems = _counts(cloud, {name: queue for name, (_, queue) in sources.items()})
    _print_counts(sources, counts, as_json=as_json)
    for problem in problems:
        show.console(stderr=True).print(Text(f"{_UNKNOWN}: {problem}", "yellow"))
    if problems and all(number is None for number in counts.values()):
        raise typer.Exit(FAILED)


def _print_counts(sources: Mapping[str, tuple[str, str]], counts: Mapping[str, int | None], *, as_json: bool) -> None:
    if as_json:
        show.as_json(
            {name: {"noun": noun, "queue": queue, "count": counts[name]} for name, (noun, queue) in sources.items()}
        )
        return
    out = show.console()
    width = max(map(len, sources), default=0) + 2
    for name, (noun, _) in sources.items():
        number = counts[name]
        text = Text(f"{name:<{width}}", "bold").append(f"{noun:<14}", "dim")
        out.print(text.append(_UNKNOWN if number is None else f"{number:,}", "bold red" if number else ""))
    if not sources:
        out.print(Text("nothing in this application has dead letters", "dim"))


def _counts(cloud: Cloud, queues: Mapping[str, str]) -> tuple[dict[str, int | None], list[str]]:
    """How many letters wait, by name; None where the cloud does not say. And what it says instead, each once.

    One that cannot be reached is not asked again: it would not be there for the next queue, which takes its time. Who
    may not count one mostly may count none: the first refusal speaks for all.
    """
    from cloudless.driver.queue import counting
    from cloudless.errors import CloudlessError, PermissionDenied, Unavailable

    counts: dict[str, int | None] = dict.fromkeys(queues)
    ask = counting(cloud.queues)
    if ask is None:
        return counts, ["this provider does not count messages"]
    problems: dict[object, str] = {}
    for name, queue in queues.items():
        try:
            counts[name] = ask.count(queue)
        except Unavailable as problem:
            return counts, [*problems.values(), str(problem)]
        except PermissionDenied as problem:
            problems.setdefault(PermissionDenied, str(problem))
        except CloudlessError as problem:
            problems.setdefault(str(problem), str(problem))
    return counts, list(problems.values())


def _data(one: DeadLetter) -> dict[str, Any]:
    return {
        "id": one.id,
        "sent_at": one.sent_at.isoformat(),
        "attributes": one.attributes,
        "group": one.group,
        "error": {"type": one.error.type, "text": one.error.text, "attempt": one.error.attempt},
        "body": one.body,
    }
