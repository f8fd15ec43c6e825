"""The state machines of a stage, and what Step Functions cannot take of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cloudless.compiler.translation import Translation, translations
from cloudless.driver.names import broker_of, prefix_of, worker_of
from cloudless.ir import Application, Diagnostic, Orchestration
from cloudless.passes.limits import OVER
from cloudless_aws.compile.asl.frame import Targets
from cloudless_aws.compile.asl.machine import DEFINITION_MAX, machine
from cloudless_aws.names import ALIAS, WAIT, function_of, partition_of

if TYPE_CHECKING:
    from cloudless.compiler import Definitions
    from cloudless.config import Stage

_QUOTAS = "https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html"


def state_machines(application: Application, stage: Stage, definitions: Definitions) -> dict[str, Translation]:
    """The state machine of every orchestration of a stage, and of those that are gone but may have executions.

    Raises DefinitionError where one is over a limit.
    """
    targets = targets_of(application, stage)

    def translate(
        program: Application, name: str, settings: Mapping[str, Any], digest: str
    ) -> tuple[Translation, Iterable[Diagnostic]]:
        made = machine(program, name, settings, targets, digest)
        return made, _problems(next(one for one in program.orchestrations if one.name == name), len(made.text))

    return translations(application, stage.config, definitions, translate)


def targets_of(application: Application, stage: Stage) -> Targets:
    """What the machines of a stage invoke."""
    prefix = prefix_of(application.name, stage.name)
    return Targets(
        function=lambda name: f"{function_of(prefix, name)}:{ALIAS}",
        worker=f"{worker_of(prefix)}:{ALIAS}",
        broker=f"{broker_of(prefix)}:{WAIT}",
        partition=partition_of(stage.region or ""),
    )


def _problems(one: Orchestration, size: int) -> Iterator[Diagnostic]:
    if size > DEFINITION_MAX:
        message = (
            f"the definition of orchestration {one.name!r} is {size:,} bytes, Step Functions takes {DEFINITION_MAX:,}"
        )
        remedy = f"move parts of it into functions, or constants into configuration; {_QUOTAS}"
        yield Diagnostic(OVER, message, one.span, remedy)
