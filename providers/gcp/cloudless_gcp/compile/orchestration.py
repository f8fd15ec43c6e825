"""Orchestrations: a workflow each, with an account of its own. An execution belongs to the revision it was started on.

A workflow that the program no longer has stays as long as its executions may run (`cloudless.compiler.lock`).
https://cloud.google.com/workflows/docs/reference/rest/v1/projects.locations.workflows
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless.compiler.unit import BROKER_UNIT, WORKER_UNIT
from cloudless_gcp import names
from cloudless_gcp.compile.account import account
from cloudless_gcp.compile.permission import SERVICE_MEMBER, assign
from cloudless_gcp.compile.scope import WORKFLOW
from cloudless_gcp.compile.service import EXECUTIONS, WORKFLOWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cloudless.compiler.program import Program
    from cloudless_gcp.compile.ground import Ground

DEFINITIONS = "definitions"


def orchestrations(ground: Ground) -> None:
    """The workflows of the program, and of executions of earlier builds."""
    for program in ground.programs.all:
        _workflow(ground, program)


def path_of(orchestration: str) -> str:
    """Where its definition is in the build."""
    return f"{DEFINITIONS}/{orchestration}.workflows.json"


def _workflow(ground: Ground, program: Program) -> None:
    """The account and the workflow, once everything that it calls is there, and may be called."""
    label = program.name
    comment = f"orchestration {label}" if program.is_current else f"{label}, of which executions may still run"
    who = account(ground, label, comment=comment)
    ready = assign(ground, label, ground.needed.workflow(program))
    ground.of(EXECUTIONS)
    ground.document.resource(
        WORKFLOW,
        label,
        {
            **ground.of(WORKFLOWS),
            "region": ground.region,
            "name": names.workflow_id(ground.place, label),
            "description": comment,
            "service_account": who["id"],
            "source_contents": f'${{file("${{path.module}}/{path_of(label)}")}}',
            "call_log_level": "LOG_ERRORS_ONLY",
            "deletion_protection": False,
            "depends_on": [
                str(ground.document.address("google_project_service", EXECUTIONS)),
                *ready,
                *_called(ground, program),
            ],
        },
        comment=comment,
    )


def _called(ground: Ground, program: Program) -> Iterator[str]:
    """Addresses of what says that it may call what it calls."""
    handlers = {one.name: one.handler for one in ground.application.functions}
    called = [handlers[name] for name in program.functions]
    called += [WORKER_UNIT] if program.work else []
    for name in (*called, BROKER_UNIT):
        yield str(ground.document.address(SERVICE_MEMBER, f"{program.name}--calls--{name}"))
