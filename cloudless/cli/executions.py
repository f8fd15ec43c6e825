"""`cloudless executions`: executions of a deployed stage."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from cloudless.cli import show
from cloudless.cli.completion import event_names, orchestration_names
from cloudless.cli.failure import told
from cloudless.cli.options import Arguments, ArgumentsAsJson, AsJson, ConfigFile, DeployedStage

if TYPE_CHECKING:
    from cloudless.app import App
    from cloudless.driver.orchestration import Entry, Snapshot
    from cloudless.driver.provider import Cloud
    from cloudless.execution import Execution
    from cloudless.orchestration import Orchestration

HELP = """List, start, look into and end executions of a deployed stage.

\b
    cloudless executions prod                                     the latest ones
    cloudless executions prod list fulfil --status running        of one orchestration, and status
    cloudless executions prod start fulfil --id 7 --args '{…}'    start one
    cloudless executions prod show 7                              how it stands, with its result or error
    cloudless executions prod history 7                           what happened, step by step
    cloudless executions prod send approval 7 '{"granted": true}' send it an event
    cloudless executions prod cancel 7                            end it, without compensation

Where executions of several orchestrations have one id, --of says which is meant.

Exit codes: 0 done, 1 there is no such execution, or the cloud refuses, 2 wrong usage.
"""
_STATUS_COLOURS = {"completed": "green", "failed": "bold red", "running": "cyan", "cancelled": "yellow"}
_FEW = 20

executions = typer.Typer(
    help=HELP, short_help="List, start, look into and end executions of a deployed stage.", rich_markup_mode=None
)
ExecutionId = Annotated[str, typer.Argument(metavar="ID", help="Id of the execution.")]
Of = Annotated[
    str | None,
    typer.Option(
        "--of",
        metavar="ORCHESTRATION",
        help="Of this orchestration.",
        show_default=False,
        autocompletion=orchestration_names,
    ),
]


@dataclass(frozen=True)
class Place:
    """Where all this is: what stands before the verb."""

    stage: str
    config: Path | None


@executions.callback(invoke_without_command=True)
def _options(context: typer.Context, stage: DeployedStage, config: ConfigFile = None) -> None:
    context.obj = Place(stage, config)
    if context.invoked_subcommand is None:
        _listed(context.obj, None, None, _FEW, as_json=False)


@executions.command("list")
def list_(
    context: typer.Context,
    orchestration: Annotated[
        str | None,
        typer.Argument(
            metavar="ORCHESTRATION", help="Of this one alone.", show_default=False, autocompletion=orchestration_names
        ),
    ] = None,
    *,
    status: Annotated[
        str | None,
        typer.Option(metavar="STATUS", help="running, completed, failed or cancelled.", show_default=False),
    ] = None,
    limit: Annotated[int, typer.Option(metavar="NUMBER", help="At most so many of each orchestration.")] = _FEW,
    as_json: AsJson = False,
) -> None:
    """List executions, the latest started first.

    For example: cloudless executions prod list fulfil --status failed
    """
    _listed(context.obj, orchestration, status, limit, as_json=as_json)


@executions.command("show")
def show_(context: typer.Context, execution: ExecutionId, of: Of = None, as_json: AsJson = False) -> None:
    """Print how an execution stands, with its result or its error.

    For example: cloudless executions prod show order-7
    """
    with _found(context.obj, execution, of) as (cloud, one):
        data = _data(one, cloud.orchestrations.describe(one.orchestration.name, one.id))
    if as_json:
        show.as_json(data)
        return
    out = show.console()
    for key, value in data.items():
        text = Text(f"{key:<15}", "bold")
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        out.print(text.append(shown, _STATUS_COLOURS.get(value, "") if key == "status" else ""))


@executions.command()
def history(context: typer.Context, execution: ExecutionId, of: Of = None, as_json: AsJson = False) -> None:
    """Print what happened in an execution, as far as the cloud tells.

    For example: cloudless executions prod history order-7
    """
    with _found(context.obj, execution, of) as (_, one):
        entries = one.history()
    if as_json:
        show.as_json(list(map(_entry, entries)))
        return
    out = show.console()
    for entry in entries:
        out.print(_line(entry))


@executions.command()
def start(
    context: typer.Context,
    orchestration: Annotated[
        str, typer.Argument(metavar="ORCHESTRATION", help="Which to start.", autocompletion=orchestration_names)
    ],
    words: Arguments = None,
    *,
    text: ArgumentsAsJson = None,
    id: Annotated[str | None, typer.Option("--id", metavar="ID", help="Of the execution; else a new one.")] = None,
) -> None:
    """Start an execution, and print its id.

    Started again with the same id and arguments, it is the same execution.

    For example: cloudless executions prod start fulfil --id order-7 --args '{"order": {"id": "7"}}'
    """
    from cloudless.cli.connected import arguments, named

    with _there(context.obj) as (app, _):
        chosen = named("orchestration", orchestration, _orchestrations(app))
        begun = chosen.options(id=id).start(**arguments(chosen, words, text))
    show.console().print(begun.id, markup=False)


@executions.command()
def cancel(context: typer.Context, execution: ExecutionId, of: Of = None) -> None:
    """End an execution, without compensation. One that has ended stays as it is.

    For example: cloudless executions prod cancel order-7
    """
    with _found(context.obj, execution, of) as (_, one):
        one.cancel()
    show.console().print(f"{one.id} of {one.orchestration.name} is asked to end", markup=False)


@executions.command()
def send(
    context: typer.Context,
    event: Annotated[str, typer.Argument(metavar="EVENT", help="Name of the event.", autocompletion=event_names)],
    execution: ExecutionId,
    payload: Annotated[str, typer.Argument(metavar="JSON", help="Its payload.")] = "null",
    *,
    of: Of = None,
    id: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="Of the event: the execution takes one of an id once.")
    ] = None,
) -> None:
    """Send an event to an execution, and print the event's id.

    For example: cloudless executions prod send approval order-7 '{"granted": true}'
    """
    from cloudless.cli.connected import json_of, named
    from cloudless.event import Event

    with _there(context.obj) as (app, _):
        chosen = named("event", event, {one.name: one for one in app.declared if isinstance(one, Event)})
        body = chosen.codec.decode(json.dumps(json_of(payload, "the payload")))
        goal = named("orchestration", of, _orchestrations(app)).execution(execution) if of else execution
        sent = chosen.send(goal, body, id=id)
    show.console().print(sent, markup=False)


@contextmanager
def _there(place: Place) -> Generator[tuple[App, Cloud]]:
    from cloudless.cli.connected import connected

    with told(), show.aside(True), connected(place.stage, place.config) as (app, cloud):
        yield app, cloud


@contextmanager
def _found(place: Place, id: str, of: str | None) -> Generator[tuple[Cloud, Execution[Any]]]:
    """The execution of an id: of the orchestration that is named, or of the only one that has such a one."""
    from cloudless.cli.connected import named
    from cloudless.errors import InvalidArgument, NotFound

    with _there(place) as (app, cloud):
        known = _orchestrations(app)
        candidates = [named("orchestration", of, known)] if of else list(known.values())
        if len(candidates) > 1:
            candidates = [one for one in candidates if _has(cloud, one.name, one.execution(id).id)]
        if not candidates:
            raise NotFound(f"no orchestration of {app.name} has an execution {id!r}")
        if len(candidates) > 1:
            names = " and ".join(one.name for one in candidates)
            raise InvalidArgument(f"{names} have an execution {id!r} each: say which with --of")
        yield cloud, candidates[0].execution(id)


def _has(cloud: Cloud, orchestration: str, id: str) -> bool:
    from cloudless.errors import NotFound

    try:
        cloud.orchestrations.describe(orchestration, id)
    except NotFound:
        return False
    return True


def _orchestrations(app: App) -> dict[str, Orchestration[..., Any]]:
    return {one.name: one for one in app.orchestrations}


def _listed(place: Place, orchestration: str | None, status: Any, limit: int, *, as_json: bool) -> None:
    from cloudless.cli.connected import named

    with _there(place) as (app, cloud):
        known = _orchestrations(app)
        chosen = [named("orchestration", orchestration, known)] if orchestration else list(known.values())
        found = [execution for one in chosen for execution in one.executions(status, limit=limit)]
        rows = [_data(one, cloud.orchestrations.describe(one.orchestration.name, one.id)) for one in found]
    rows.sort(key=lambda row: row["started"], reverse=True)
    if as_json:
        show.as_json(rows)
        return
    out = show.console()
    for line in _table(rows):
        out.print(line)
    if not rows:
        out.print(Text("no executions", "dim"))


def _table(rows: list[dict[str, Any]]) -> Iterator[Text]:
    widths = [max((len(row[key]) for row in rows), default=0) + 2 for key in ("id", "orchestration")]
    for row in rows:
        text = Text(f"{row['id']:<{widths[0]}}", "bold").append(f"{row['orchestration']:<{widths[1]}}")
        text.append(f"{row['status']:<11}", _STATUS_COLOURS[row["status"]]).append(row["started"], "dim")
        error = row.get("error")
        yield text.append(f"  {error['type']}: {show.printable(error['message'])}") if error else text


def _data(one: Execution[Any], found: Snapshot) -> dict[str, Any]:
    from cloudless.message import utc

    data: dict[str, Any] = {"id": one.id, "orchestration": one.orchestration.name, "status": found.status}
    data["started"] = _time(utc(found.started_s))
    if found.ended_s is not None:
        data["ended"] = _time(utc(found.ended_s))
    if found.output is not None:
        data["result"] = json.loads(found.output)
    if found.error is not None:
        data["error"] = dict(found.error)
    return data


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "at": entry.at.isoformat(),
        "kind": entry.kind,
        "name": entry.name,
        "step": entry.step,
        "attempt": entry.attempt,
        "value": entry.value,
        "error": dict(entry.error) if entry.error else None,
    }


def _line(entry: Entry) -> Text:
    text = Text(f"{_time(entry.at)}  ", "dim").append(entry.kind, "bold cyan").append(f" {entry.name}".rstrip())
    if entry.attempt > 1:
        text.append(f", attempt {entry.attempt}", "dim")
    if entry.error:
        return text.append(f": {entry.error['type']}: {show.printable(entry.error['message'])}", "red")
    return text.append(f" {show.body(entry.value)}", "dim") if entry.value is not None else text


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}Z"
