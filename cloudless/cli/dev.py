"""`cloudless dev`: the application in the in-memory cloud, on the real clock, behind an HTTP server on localhost.

dev ──► Reloader ──watches files, starts──► dev --no-reload ──► Program ──► simulate ──► Feed, Clock, Gateway
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from secrets import randbits
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from cloudless.cli import show
from cloudless.cli.completion import secrets_to_give
from cloudless.cli.failure import told
from cloudless.cli.options import ConfigFile, SimulatedStage, named_secret
from cloudless.errors import InvalidArgument

if TYPE_CHECKING:
    from socket import socket

    from cloudless.cli.program import Program
    from cloudless.dev.page.site import Site
    from cloudless.dev.running import Running

EXTRA = "cloudless dev needs uvicorn and starlette: pip install 'cloudless-sdk[cli,dev]'"
NEEDED = ("uvicorn", "starlette")
PREPARED = (
    "cloudless.app", "cloudless.cli.live", "cloudless.cli.program", "cloudless.dev.handover", "cloudless.dev.issuer",
    "cloudless.dev.page.site", "cloudless.dev.running", "cloudless.dev.server", "cloudless.dev.words",
    "cloudless.frontend", "cloudless.memory.orchestration", "cloudless.testing.setup", "cronsim", "pydantic",
    "uvicorn.lifespan.off", "uvicorn.loops.asyncio", "uvicorn.protocols.http.h11_impl",
)  # fmt: skip
"""What a server loads, whatever its program is."""

FASTEST = 100_000
EVER = 10**9
"""Events that the history keeps: of one step at most, since the feed empties it."""


@dataclass(frozen=True)
class Settings:
    """What the options say."""

    config: Path | None
    stage: str | None
    host: str
    port: int
    speed: float
    secrets: Mapping[str, str]

    @property
    def words(self) -> list[str]:
        """The options again, for the server of a reloader, which adds the socket."""
        given = {"--config": self.config, "--stage": self.stage, "--host": self.host, "--speed": self.speed}
        words = [f"{option}={value}" for option, value in given.items() if value is not None]
        return ["dev", "--no-reload", *words, *(f"--secret={name}={value}" for name, value in self.secrets.items())]


def dev(
    *,
    stage: SimulatedStage = None,
    host: Annotated[
        str, typer.Option("--host", metavar="HOST", help="Listen on this address; 0.0.0.0 is every interface.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="PORT", min=0, max=65_535, help="Listen on this port; 0 is any free one.")
    ] = 8000,
    speed: Annotated[
        float, typer.Option("--speed", metavar="N", help="Virtual seconds in a real one; 60: a minute a second.")
    ] = 1.0,
    no_reload: Annotated[bool, typer.Option("--no-reload", help="Do not start again when a file changes.")] = False,
    secret: Annotated[
        list[str] | None,
        typer.Option(
            "--secret", metavar="NAME=VALUE", help="A secret; may be repeated.", autocompletion=secrets_to_give
        ),
    ] = None,
    config: ConfigFile = None,
    fd: Annotated[int | None, typer.Option("--fd", hidden=True)] = None,
    parent: Annotated[int | None, typer.Option("--parent", hidden=True)] = None,
    state: Annotated[Path | None, typer.Option("--state", hidden=True)] = None,
    go: Annotated[int | None, typer.Option("--go", hidden=True)] = None,
) -> None:
    """Run the application on localhost, and again when it changes.

    In the in-memory cloud, on the real clock: endpoints answer HTTP, schedules run when they are due, messages are
    delivered at once, delays and back-off take their time. Everything that happens is printed as it happens. With
    --speed 60 a minute passes in a second.

    A secret is what --secret says, else the environment: CLOUDLESS_SECRET_API_KEY for "api-key".

    When a *.py file or cloudless.toml changes, the application starts again within a second, and goes on where it was:
    with its messages, delays, dead letters and executions, which keep the definition that they began with. Ctrl-C stops
    it, and then all of that is gone.

    On a page in the browser: the graph of the application as it works, every message with its journey, dead letters,
    executions and schedules; there one sends, fires, answers, redrives, and travels in time. Its address is printed.

    Handlers run one after another: one that blocks, blocks all, and cannot call its own server.

    Exit codes: 0 stopped, 1 the program is wrong or the port is taken, 2 wrong usage.
    """
    with told(), suppress(KeyboardInterrupt):  # before the server is there, which heeds it itself
        if not all(map(find_spec, NEEDED)):
            raise InvalidArgument(EXTRA)
        if not 0 < speed <= FASTEST:
            raise InvalidArgument(f"--speed {speed:g}: give a number above 0, up to {FASTEST:,}")
        settings = Settings(config, stage, host, port, speed, dict(map(named_secret, secret or ())))
        if go is not None:
            _prepare(go)
        if no_reload:
            _serve(settings, fd, parent, state)
        else:
            _reload(settings)


def _reload(settings: Settings) -> None:
    from cloudless.dev.reload import Reloader

    out = show.console()
    # modules are found where this process finds them: not in the working directory, unless it is so here
    safely = [] if {"", str(Path.cwd())} & set(sys.path) else ["-P"]
    command = [sys.executable, *safely, "-u", "-m", "cloudless.cli", *settings.words]
    reloader = Reloader(command, _file(settings.config), lambda line: out.print(Text(f"-- {line}", "yellow")))
    reloader.run(settings.host, settings.port)


def _prepare(go: int) -> None:
    """Import what every program needs, and wait until it is wanted."""
    from cloudless.dev.reload import wait_to

    for name in PREPARED:
        import_module(name)
    wait_to(go)


def _file(config: Path | None) -> Path:
    """The cloudless.toml, which may have mistakes; ConfigError where there is none."""
    from cloudless.config.project import NAME, load

    here = Path.cwd()
    known = [config.absolute()] if config else [folder / NAME for folder in (here, *here.parents)]
    return next((file for file in known if file.is_file()), None) or load(config).path


def _serve(settings: Settings, fd: int | None, parent: int | None, state: Path | None) -> None:
    """Bind the port, then import the program: a port that is taken is said before anything happens."""
    from cloudless.cli.program import Program
    from cloudless.dev.port import adopted, listening
    from cloudless.errors import DefinitionError

    with listening(settings.host, settings.port) if fd is None else adopted(fd) as listener:
        program = Program(settings.config)
        if errors := program.errors():
            raise DefinitionError(errors)
        _run(program, settings, listener, parent, state)


def _run(program: Program, settings: Settings, listener: socket, parent: int | None, file: Path | None) -> None:
    """file: where the server before left its state, and this one leaves its own."""
    from cloudless.cli.live import Lines, Teller
    from cloudless.dev.handover import leave, left
    from cloudless.dev.host import Hosts
    from cloudless.dev.issuer import Web
    from cloudless.dev.page.site import PREFIX
    from cloudless.dev.running import Running
    from cloudless.dev.server import Gateway, Paths, serve
    from cloudless.dev.words import noted
    from cloudless.runtime.entry import wait_with_asyncio
    from cloudless.testing.setup import Setup

    hosts, state = Hosts(settings.host), left(file)
    world = _world(program, settings, state)
    setup = Setup(program.app, **world)
    with setup.simulation(randbits(32), None, wait=wait_with_asyncio) as simulation:  # async handlers do real work
        simulation.cloud.http.issuers = Web()
        teller = Teller(Lines(with_day=settings.speed != 1), show.console().print)
        secrets = world["secrets"].values()
        running = Running(simulation, program.project.root, settings.speed, teller.tell, secrets=secrets, state=state)
        site = running.site(lambda: _picture(program))
        gateway = Gateway(simulation, running.clock, running.feed, hosts)
        served = Paths(gateway, site.application(hosts), PREFIX)
        with noted(running.feed.note):
            begin = partial(_say_start, program, settings, listener, running.lost)
            serve(served, running.clock, listener, begin, end=partial(_end, site, running, file), parent=parent)
        if file is not None:
            leave(running, file)


def _end(site: Site, running: Running, file: Path | None) -> None:
    from cloudless.dev.handover import leave_in_time

    site.close()
    if file is not None:
        leave_in_time(running, file)


def _picture(program: Program) -> str:
    """The graph of the application, drawn when somebody looks at it first."""
    from cloudless.cli.drawing.svg import svg
    from cloudless.passes.graph import graph

    return svg(graph(program.application), program.app.name)


def _world(program: Program, settings: Settings, state: dict[str, Any] | None) -> dict[str, Any]:
    """What the simulation shares: see `simulate`. A stage of a real cloud is run with that cloud's limits."""
    from cloudless.dev.secrets import values
    from cloudless.message import utc

    names = [one.name for one in program.application.secrets]
    world: dict[str, Any] = {
        "start": utc(state["cloud"]["now_us"] / 1_000_000) if state else datetime.now(UTC),
        "secrets": values(names, settings.secrets, os.environ),
        "history": EVER,
        "like": None,
        "config": None,
    }
    if stage := program.simulated_stage(settings.stage):
        world |= {"config": stage.config, "like": stage.like if stage.provider == "memory" else stage.provider}
    return world


def _say_start(program: Program, settings: Settings, listener: socket, lost: Sequence[str]) -> None:
    from cloudless.cli.live import start
    from cloudless.dev.host import reachable
    from cloudless.dev.page.site import PREFIX
    from cloudless.dev.port import port_of
    from cloudless.dev.secrets import remedy, values

    out = show.console()
    url = f"http://{reachable(settings.host)}:{port_of(listener)}"
    for line in start(program.app, program.application, url, datetime.now(UTC)):
        out.print(line)
    out.print(Text("  page    ", "cyan").append(f"{url}{PREFIX}/", "bold cyan"))
    names = [one.name for one in program.application.secrets]
    for name in sorted({*names} - values(names, settings.secrets, os.environ).keys()):
        text = f": secret {name!r} has no value: {remedy(name)}"
        out.print(Text().append("warning", "bold yellow").append(text))
    for one in lost:
        out.print(Text().append("warning", "bold yellow").append(f": lost {one}"))
    pace = f", {settings.speed:g} times as fast as the clock on the wall" if settings.speed != 1 else ""
    out.print(Text(f"running{pace}; Ctrl-C stops it", "dim"))
