"""The state machines of a stage, and what Step Functions cannot take of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cloudless.compiler.definitions import gone
from cloudless.driver.names import broker_of, prefix_of, worker_of
from cloudless.errors import DefinitionError
from cloudless.ir import Application, Diagnostic, Orchestration
from cloudless.passes.limits import OVER
from cloudless_aws.compile.asl.frame import Targets
from cloudless_aws.compile.asl.machine import DEFINITION_MAX, Machine, machine
from cloudless_aws.names import ALIAS, WAIT, function_of, partition_of

if TYPE_CHECKING:
    from cloudless.compiler import Definitions
    from cloudless.config import Stage

_QUOTAS = "https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html"


def state_machines(application: Application, stage: Stage, definitions: Definitions) -> dict[str, Machine]:
    """The state machine of every orchestration of a stage, and of those that are gone but may have executions.

    To delete a state machine would end its executions. Raises DefinitionError where one is over a limit.
    """
    targets = targets_of(application, stage)
    made = {
        one.name: machine(application, one.name, stage.config, targets, definitions.current.get(one.name, ""))
        for one in application.orchestrations
    }
    problems = [problem for one in application.orchestrations for problem in _problems(one, made[one.name])]
    if problems:
        raise DefinitionError(problems)
    for sha, main, program in gone(definitions):
        made.setdefault(main, machine(program, main, {}, targets, sha))
    return made


def targets_of(application: Application, stage: Stage) -> Targets:
    """What the machines of a stage invoke."""
    prefix = prefix_of(application.name, stage.name)
    return Targets(
        function=lambda name: f"{function_of(prefix, name)}:{ALIAS}",
        worker=f"{worker_of(prefix)}:{ALIAS}",
        broker=f"{broker_of(prefix)}:{WAIT}",
        partition=partition_of(stage.region or ""),
    )


def _problems(one: Orchestration, made: Machine) -> Iterator[Diagnostic]:
    size = len(made.text)
    if size > DEFINITION_MAX:
        message = (
            f"the definition of orchestration {one.name!r} is {size:,} bytes, Step Functions takes {DEFINITION_MAX:,}"
        )
        remedy = f"move parts of it into functions, or constants into configuration; {_QUOTAS}"
        yield Diagnostic(OVER, message, one.span, remedy)
