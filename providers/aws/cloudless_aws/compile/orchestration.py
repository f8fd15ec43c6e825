"""Orchestrations: a state machine each, with published versions, and an alias for what was deployed last.

An execution keeps the version that it was started with. A state machine that the program no longer has stays as long
as its executions may run (`cloudless.compiler.lock`): Step Functions ends them when it goes.
https://docs.aws.amazon.com/step-functions/latest/dg/auth-version-alias.html
https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachine.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless.compiler.unit import BROKER_UNIT, WORKER_UNIT
from cloudless_aws import names
from cloudless_aws.compile.lambda_function import alias_of
from cloudless_aws.compile.permission import STATES, role
from cloudless_aws.names import ALIAS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cloudless.compiler.program import Program
    from cloudless_aws.compile.ground import Ground

TYPE = "aws_sfn_state_machine"
ALIASES = "aws_sfn_alias"
DEFINITIONS = "definitions"


def orchestrations(ground: Ground) -> None:
    """The state machines of the program, and of executions of earlier builds."""
    for program in ground.programs.all:
        _machine(ground, program)


def path_of(orchestration: str) -> str:
    """Where its definition is in the build."""
    return f"{DEFINITIONS}/{orchestration}.asl.json"


def _machine(ground: Ground, program: Program) -> None:
    """The role, the state machine and the alias. It is published once everything that it calls is."""
    document, label = ground.document, program.name
    name = names.role_of(ground.prefix, label, ground.stage.region or "")
    may = role(ground, label, name, service=STATES, statements=ground.needed.machine(program))
    made = document.resource(
        TYPE,
        label,
        {
            "name": names.machine_of(ground.prefix, label),
            "type": "STANDARD",
            "role_arn": may.arn,
            "definition": f'${{file("${{path.module}}/{path_of(label)}")}}',
            "publish": True,
            "depends_on": [*may.ready, *_called(ground, program)],
        },
        comment=f"orchestration {label}" if program.is_current else f"{label}, of which executions may still run",
    )
    version = {"state_machine_version_arn": made["state_machine_version_arn"], "weight": 100}
    document.resource(ALIASES, label, {"name": ALIAS, "routing_configuration": [version]})


def _called(ground: Ground, program: Program) -> Iterator[str]:
    """Addresses of the aliases that a state machine calls."""
    handlers = {one.name: one.handler for one in ground.application.functions}
    called = [handlers[name] for name in program.functions]
    called += [WORKER_UNIT] if program.work else []
    called += [BROKER_UNIT] if program.events else []
    return (str(alias_of(ground, name)) for name in called)
