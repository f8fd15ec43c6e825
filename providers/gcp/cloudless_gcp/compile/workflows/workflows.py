"""The workflows of a stage, and what Workflows cannot take of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless.compiler.definitions import gone
from cloudless.driver.names import broker_of, prefix_of, worker_of
from cloudless.errors import DefinitionError
from cloudless.ir import Application, Diagnostic
from cloudless_gcp.compile.workflows.plan import Targets
from cloudless_gcp.compile.workflows.workflow import Workflow, attempted
from cloudless_gcp.names import (
    base_of,
    function_of,
    project_of,
    region_of,
    workflow_of,
)

if TYPE_CHECKING:
    from cloudless.compiler import Definitions
    from cloudless.config import Stage


def workflows(application: Application, stage: Stage, definitions: Definitions) -> dict[str, Workflow]:
    """The workflow of every orchestration of a stage, and of those that are gone but may have executions.

    To delete a workflow would end its executions. Raises DefinitionError with all that is over a limit.
    """
    made: dict[str, Workflow] = {}
    problems: list[Diagnostic] = []
    for one in application.orchestrations:
        targets, digest = targets_of(application, stage, one.name), definitions.current.get(one.name, "")
        made[one.name], found = attempted(application, one.name, stage.config, targets, digest)
        problems += found
    if problems:
        raise DefinitionError(problems)
    for sha, main, program in gone(definitions):
        if main not in made:
            made[main], _ = attempted(program, main, {}, targets_of(application, stage, main), sha)
    return made


def targets_of(application: Application, stage: Stage, orchestration: str) -> Targets:
    """What the workflow of an orchestration calls."""
    prefix = prefix_of(application.name, stage.name)
    project, region = project_of(stage), region_of(stage)
    handlers = {one.name: one.handler for one in application.functions}
    return Targets(
        base=base_of(project, region),
        function=lambda name: function_of(prefix, handlers.get(name, name)),
        worker=worker_of(prefix),
        broker=broker_of(prefix),
        workflow=workflow_of(prefix, orchestration, project, region),
    )
