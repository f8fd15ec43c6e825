"""The command line: `cloudless`, or `python -m cloudless.cli`. A command a file.

    new.py          a project to start from; its files are in starter/
    check.py        does the program fit, and what is wrong with it; comparison.py says what differs between clouds
    run.py          play messages and schedules in the in-memory cloud
    dev.py          the application on localhost, on the real clock; live.py says what happens there
    build.py        the files that the cloud's own tools deploy
    plan.py         what a deployment would change; planned.py is how that looks, and how people agree to it
    deploy.py       the same, and then Terraform does it        destroy.py   removes a stage
    outputs.py      URLs of endpoints, and what else others may use
    invoke.py       calls a function of a deployed stage
    executions.py   lists, starts, looks into and ends executions there
    dlq.py          looks at dead letters there, and sends them back
    graph.py        who feeds and who calls whom, as a picture: drawing/
    openapi.py      an OpenAPI document of the endpoints
    permissions.py  what each handler may do, and the line that says so
    providers.py    what each installed provider can do
    matrix.py       what of this program each of them can, and what that was verified against
    doctor.py       what is installed and what is missing; environment.py looks

    commands.py  all of them, each imported when it is used
    options.py  what commands share      show.py    how things look       failure.py  errors → exit codes
    script.py   events to play           tree.py    a trace as a tree
    duration.py "1h30m"                  program.py the project, imported and compiled
    connected.py a deployed stage to talk to, and arguments from the command line   completion.py names for shells

Needs the extra `cli` (Typer, Rich).
"""

from __future__ import annotations

import sys
from importlib import import_module

from cloudless.collector import left_behind, uncollected

_MISSING = "the command line needs Typer and Rich: pip install 'cloudless-sdk[cli]'\n"


def main() -> None:
    """Run the command line, and exit: 0 fine, 1 something is wrong with the program, 2 wrong usage."""
    try:
        with uncollected():
            import_module("rich")  # for commands, which are imported later
            from cloudless.cli.commands import cli
    except ModuleNotFoundError as problem:
        if problem.name not in {"rich", "typer"}:
            raise
        sys.stderr.write(_MISSING)
        sys.exit(2)
    with left_behind():
        cli(prog_name="cloudless")
