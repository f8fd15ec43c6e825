"""`cloudless run`: the application in the in-memory cloud, and what happened there as a tree."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from cloudless.cli import show
from cloudless.cli.completion import (
    method_names,
    orchestration_names,
    path_names,
    queue_names,
    schedule_names,
    secrets_to_give,
    topic_names,
)
from cloudless.cli.failure import FAILED, told
from cloudless.cli.options import AsJson, ConfigFile, SimulatedStage, named_secret
from cloudless.cli.program import Program
from cloudless.config import Stage
from cloudless.errors import CloudlessError, DefinitionError, InvalidArgument
from cloudless.testing import simulate
from cloudless.testing.duration import duration
from cloudless.testing.played import data, waiting
from cloudless.testing.script import Script, play
from cloudless.testing.tree import Line, lines, summary

if TYPE_CHECKING:
    from cloudless.testing import Simulation

HELP = """Run the application in the in-memory cloud, on virtual time, and print what happened as a tree.

\b
    cloudless run send orders '{"id": "1"}'            one message to a queue
    cloudless run publish placed '{"id": "1"}'         one message to a topic
    cloudless run request POST /orders '{"id": "1"}'   one HTTP request
    cloudless run fire report                          a schedule, now
    cloudless run start fulfil '{"order": {}}'         an execution of an orchestration
    cloudless run --events FILE                        a recording

A recording has a line of JSON for each event: {"send": "orders", "body": …} (with "delay", "attributes", "group"),
{"publish": "placed", "body": …}, {"request": "POST /orders", "body": …} (with "headers"; "text" instead of a body of
JSON), {"fire": "report"}, {"start": "fulfil", "arguments": {…}} (with "id"), {"event": "approval", "execution": "7",
"body": …}, {"advance": "7d"}. Requests are answered at once; what they set going runs when time goes on, or at the end.
A test plays the same file, with the same result: cloud.play(FILE).

Everything that is in flight is carried out, with its retries. --advance lets time go on afterwards, to what is delayed
and scheduled; of schedules, runs that nothing came of are folded to a line. Options stand before the verb:
cloudless run --advance 1h send orders '{"id": "1"}'

Exit codes: 0 played (whatever handlers made of it), 1 the program or an event is wrong, 2 wrong usage.
"""

run = typer.Typer(help=HELP, short_help="Run the application in the in-memory cloud.", rich_markup_mode=None)


@dataclass(frozen=True)
class Settings:
    """What the options say, for all verbs."""

    config: Path | None
    stage: str | None
    advance: str | None
    secrets: tuple[str, ...]
    seed: int
    start: datetime | None
    every: bool
    as_json: bool


@run.callback(invoke_without_command=True)
def _options(
    context: typer.Context,
    *,
    events: Annotated[Path | None, typer.Option("--events", metavar="FILE", help="Play this recording.")] = None,
    advance: Annotated[
        str | None, typer.Option("--advance", metavar="TIME", help="Let time go on afterwards, e.g. 90s, 1h30m, 7d.")
    ] = None,
    secret: Annotated[
        list[str] | None,
        typer.Option(
            "--secret", metavar="NAME=VALUE", help="A secret; may be repeated.", autocompletion=secrets_to_give
        ),
    ] = None,
    stage: SimulatedStage = None,
    seed: Annotated[int, typer.Option("--seed", help="Decides the order of deliveries.")] = 0,
    start: Annotated[
        datetime | None, typer.Option("--start", help="Virtual time at which it begins, in UTC.", show_default=False)
    ] = None,
    every: Annotated[
        bool, typer.Option("--every", help="Show every run of a schedule, also where nothing came of them.")
    ] = False,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    settings = Settings(config, stage, advance, tuple(secret or ()), seed, start, every, as_json)
    context.obj = settings
    if events is not None and context.invoked_subcommand is not None:
        raise typer.BadParameter("give a recording or a verb, not both", param_hint="--events")
    if events is not None:
        _play(settings, lambda script: play(script, events))
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)


@run.command()
def send(
    context: typer.Context,
    queue: Annotated[str, typer.Argument(metavar="QUEUE", help="Name of the queue.", autocompletion=queue_names)],
    body: Annotated[str, typer.Argument(metavar="JSON", help="The message.")],
    delay: Annotated[str | None, typer.Option(metavar="TIME", help="Deliver it later, e.g. 10m.")] = None,
    group: Annotated[str | None, typer.Option(metavar="GROUP", help="Its group, on an ordered queue.")] = None,
) -> None:
    """Send one message to a queue.

    For example: cloudless run send orders '{"id": "1"}'
    """
    event = {"send": queue, "delay": delay, "group": group}
    _play(context.obj, lambda script: script.play({**_given(event), "body": _json(body)}))


@run.command()
def publish(
    context: typer.Context,
    topic: Annotated[str, typer.Argument(metavar="TOPIC", help="Name of the topic.", autocompletion=topic_names)],
    body: Annotated[str, typer.Argument(metavar="JSON", help="The message.")],
) -> None:
    """Publish one message on a topic.

    For example: cloudless run publish placed '{"id": "1"}'
    """
    _play(context.obj, lambda script: script.play({"publish": topic, "body": _json(body)}))


@run.command()
def request(
    context: typer.Context,
    method: Annotated[
        str, typer.Argument(metavar="METHOD", help="GET, POST, PUT, PATCH, DELETE …", autocompletion=method_names)
    ],
    path: Annotated[str, typer.Argument(metavar="PATH", help="With or without a query.", autocompletion=path_names)],
    body: Annotated[str | None, typer.Argument(metavar="JSON", help="The body.", show_default=False)] = None,
    *,
    text: Annotated[str | None, typer.Option(metavar="TEXT", help="The body as it is, instead of JSON.")] = None,
    header: Annotated[
        list[str] | None, typer.Option("--header", metavar="'NAME: VALUE'", help="A header; may be repeated.")
    ] = None,
) -> None:
    """Send one HTTP request.

    For example: cloudless run request POST /orders '{"id": "1"}' --header 'X-Shop: 7'
    """
    event: dict[str, Any] = {"request": f"{method} {path}", **_given({"text": text})}
    if body is not None:
        event["body"] = _json(body, "body")
    _play(context.obj, lambda script: script.play({**event, "headers": _headers(header or [])}))


@run.command()
def fire(
    context: typer.Context,
    schedule: Annotated[
        str, typer.Argument(metavar="SCHEDULE", help="Name of the schedule.", autocompletion=schedule_names)
    ],
) -> None:
    """Run a schedule now, as if it were due.

    For example: cloudless run fire report
    """
    _play(context.obj, lambda script: script.play({"fire": schedule}))


@run.command("start")
def start_(
    context: typer.Context,
    orchestration: Annotated[
        str,
        typer.Argument(metavar="ORCHESTRATION", help="Name of the orchestration.", autocompletion=orchestration_names),
    ],
    arguments: Annotated[str, typer.Argument(metavar="JSON", help="Its arguments by name.")] = "{}",
    execution: Annotated[str | None, typer.Option("--id", metavar="ID", help="Of the execution.")] = None,
) -> None:
    """Start an execution of an orchestration.

    For example: cloudless run --advance 2d start fulfil '{"order": {"id": "1"}}'
    """
    event: dict[str, Any] = {"start": orchestration, **_given({"id": execution})}
    _play(context.obj, lambda script: script.play({**event, "arguments": _json(arguments, "object")}))


def _play(settings: Settings, begin: Callable[[Script], None]) -> None:
    with told():
        later = duration(settings.advance) if settings.advance else timedelta()
        with show.aside(settings.as_json):
            program = Program(settings.config)
        if errors := program.errors():
            raise DefinitionError(errors)
        with simulate(program.app, **_world(settings, program.simulated_stage(settings.stage))) as cloud:
            with show.aside(settings.as_json):
                refused = _played(cloud, lambda: begin(Script(cloud)), later)
            _show(cloud, settings)
        if refused is not None:
            raise refused


def _played(cloud: Simulation, begin: Callable[[], None], later: timedelta) -> CloudlessError | None:
    """What went wrong, if anything: what happened until then is worth showing."""
    try:
        begin()
        cloud.run()
        cloud.advance(later)
    except CloudlessError as error:
        return error
    return None


def _world(settings: Settings, stage: Stage | None) -> dict[str, Any]:
    """Arguments of `simulate`. A stage of a real cloud is played with that cloud's limits."""
    world: dict[str, Any] = {"seed": settings.seed, "secrets": dict(map(named_secret, settings.secrets))}
    if settings.start is not None:
        world["start"] = settings.start.replace(tzinfo=UTC)
    if stage is not None:
        world["config"] = stage.config
        world["like"] = stage.like if stage.provider == "memory" else stage.provider
    return world


def _headers(lines: list[str]) -> dict[str, list[str]]:
    """Values by name; those of one name in order."""
    found: dict[str, list[str]] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise InvalidArgument(f"--header {line}: write 'NAME: VALUE'")
        found.setdefault(name.strip(), []).append(value.strip())
    return found


def _given(event: dict[str, str | None]) -> dict[str, Any]:
    return {key: value for key, value in event.items() if value is not None}


def _json(text: str, what: str = "message") -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as problem:
        show.console(stderr=True).print(
            Text(f"the {what} is no JSON: {problem}\n    {text}\n    {' ' * problem.pos}^\n").append(
                '    instead: quote it for the shell, e.g. \'{"id": "1"}\''
            )
        )
        raise typer.Exit(FAILED) from problem


def _show(cloud: Simulation, settings: Settings) -> None:
    trace, letters = cloud.trace, waiting(cloud)
    if settings.as_json:
        show.as_json(data(trace, letters, cloud.now))
        return
    out = show.console()
    for line in lines(trace, every=settings.every):
        out.print(_text(line))
    if trace:
        out.print(Text("\n").append_text(_text(summary(trace, letters, cloud.now))))


def _text(line: Line) -> Text:
    return Text.assemble(*line.parts)
