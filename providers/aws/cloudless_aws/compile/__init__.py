"""IR → Terraform JSON for hashicorp/aws, state machines in ASL, and a package of functions: one noun a file.

    unit.py     which Lambda functions there are: cloudless.compiler.unit, with what AWS has of its own
    need.py     what each may, and why                     scope.py permission.py   on what, and as roles
    ground.py   what all stand on: document, names, region limit.py      what AWS cannot take → problems
    queue.py topic.py filter.py delay.py                   schedule.py   ledger.py secret.py
    publication.py lambda_function.py log.py source.py     http.py       orchestration.py asl/
    alert.py caller.py output.py                           entry.py template.py address.py package.py   inside the zip

compile(stage, application, definitions) ──► Compiled(files={"main.tf.json": …, "definitions/…": …}, package=Package(…))
examine(stage, application, definitions) ──► warnings        what `cloudless check` asks

May import: cloudless.compiler, cloudless.passes, the IR, names and limits; never an SDK nor a client.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cloudless.compiler import Compiled
from cloudless.compiler.translation import checked
from cloudless.ir import Application
from cloudless_aws.compile.alert import alerts
from cloudless_aws.compile.caller import callers
from cloudless_aws.compile.delay import delays
from cloudless_aws.compile.ground import Ground
from cloudless_aws.compile.http import http
from cloudless_aws.compile.lambda_function import lambda_function
from cloudless_aws.compile.ledger import ledger
from cloudless_aws.compile.limit import problems, warnings
from cloudless_aws.compile.orchestration import orchestrations, path_of
from cloudless_aws.compile.output import outputs
from cloudless_aws.compile.package import package
from cloudless_aws.compile.publication import publication, published
from cloudless_aws.compile.queue import queues
from cloudless_aws.compile.schedule import schedules
from cloudless_aws.compile.secret import secrets
from cloudless_aws.compile.source import source
from cloudless_aws.compile.topic import topics

if TYPE_CHECKING:
    from cloudless.compiler import Definitions
    from cloudless.compiler.translation import Translation
    from cloudless.config import Stage


def compile(stage: Stage, application: Application, definitions: Definitions) -> Compiled:  # noqa: A001  (what it does)
    """The Terraform document of a stage, its state machines, and the package of its functions; None where it has none.

    Raises DefinitionError with everything that AWS cannot take, and with every `native=` that does not fit.
    """
    ground, machines = _fitting(stage, application, definitions)
    _document(ground)
    files = ground.document.files() | {path_of(name): one.text for name, one in machines.items()}
    made = package(ground) if ground.units else None
    return Compiled(files, made, _said(ground, machines), published(ground))


def examine(stage: Stage, application: Application, definitions: Definitions) -> tuple[str, ...]:
    """The warnings of `compile`, which raises as this does; no text is made of what fits."""
    ground, machines = _fitting(stage, application, definitions)
    if ground.has_native:
        _document(ground)
        ground.document.check()
    return _said(ground, machines)


def _fitting(
    stage: Stage, application: Application, definitions: Definitions
) -> tuple[Ground, Mapping[str, Translation]]:
    """What the document is made of, where AWS can take it."""
    ground = Ground(stage, application, definitions)
    return ground, checked(problems(ground), lambda: _machines(ground))


def _said(ground: Ground, machines: Mapping[str, Translation]) -> tuple[str, ...]:
    return (*warnings(ground), *(line for one in machines.values() for line in one.warnings))


def _machines(ground: Ground) -> dict[str, Translation]:
    """The state machines, by orchestration. Most programs have none, and do without their compiler."""
    if not ground.programs.all:
        return {}
    from cloudless_aws.compile.asl import state_machines

    return state_machines(ground.application, ground.stage, ground.definitions)


def _document(ground: Ground) -> None:
    queues(ground)
    topics(ground)
    delays(ground)
    ledger(ground)
    secrets(ground)
    if ground.units:
        publication(ground)
        for unit in ground.units:
            lambda_function(ground, unit)
            source(ground, unit)
        schedules(ground)
        http(ground)
    orchestrations(ground)
    alerts(ground)
    outputs(ground, callers(ground))
