"""The workflows of a stage, and what Workflows cannot take of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cloudless.compiler.translation import Translation, translations
from cloudless.driver.names import broker_of, worker_of
from cloudless.ir import Application, Diagnostic
from cloudless_gcp import names
from cloudless_gcp.compile.workflows.plan import Targets
from cloudless_gcp.compile.workflows.workflow import attempted

if TYPE_CHECKING:
    from cloudless.compiler import Definitions
    from cloudless.config import Stage


def workflows(application: Application, stage: Stage, definitions: Definitions) -> dict[str, Translation]:
    """The workflow of every orchestration of a stage, and of those that are gone but may have executions.

    Raises DefinitionError with all that is over a limit.
    """

    def translate(
        program: Application, name: str, settings: Mapping[str, Any], digest: str
    ) -> tuple[Translation, list[Diagnostic]]:
        return attempted(program, name, settings, targets_of(application, stage, name), digest)

    return translations(application, stage.config, definitions, translate)


def targets_of(application: Application, stage: Stage, orchestration: str) -> Targets:
    """What the workflow of an orchestration calls."""
    place = names.place_of(application.name, stage)
    handlers = {one.name: one.handler for one in application.functions}
    return Targets(
        base=names.base_of(place),
        function=lambda name: names.function_id(place, handlers.get(name, name)),
        worker=worker_of(place.prefix),
        broker=broker_of(place.prefix),
        workflow=names.workflow_of(place, orchestration),
    )
