"""IR → Terraform JSON for hashicorp/google, workflows, OpenAPI, and a package of functions: one noun a file.

    unit.py     which functions there are: cloudless.compiler.unit, with what Google Cloud has of its own
    need.py     what each may, and why                     scope.py permission.py account.py   on what, and as whom
    ground.py   what all stand on: document, names         limit.py      what Google Cloud cannot take → problems
    flow.py     what has to be there before what           circle.py wait.py key.py
    service.py  services of Google's, and their agents     queue.py topic.py filter.py push.py delay.py schedule.py
    ledger.py secret.py publication.py cloud_function.py   http.py       orchestration.py workflows/
    broker.py alert.py caller.py output.py
    entry.py template.py framework.py address.py package.py      inside the zip

compile(stage, application, definitions) ──► Compiled(files={"main.tf.json": …, "definitions/…": …}, package=Package(…))
examine(stage, application, definitions) ──► warnings        what `cloudless check` asks

May import: cloudless.compiler, cloudless.passes, the IR, names, limits and wire; never an SDK nor a client.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cloudless.compiler import Compiled
from cloudless.compiler.translation import checked
from cloudless.ir import Application
from cloudless_gcp.compile.alert import alerts
from cloudless_gcp.compile.caller import callers
from cloudless_gcp.compile.cloud_function import cloud_function
from cloudless_gcp.compile.delay import delays
from cloudless_gcp.compile.ground import Ground
from cloudless_gcp.compile.http import PATH, http, openapi
from cloudless_gcp.compile.ledger import executions, ledger
from cloudless_gcp.compile.limit import problems, warnings
from cloudless_gcp.compile.orchestration import orchestrations, path_of
from cloudless_gcp.compile.output import outputs
from cloudless_gcp.compile.package import package
from cloudless_gcp.compile.publication import publication, published
from cloudless_gcp.compile.push import Pushes
from cloudless_gcp.compile.queue import queues
from cloudless_gcp.compile.schedule import schedules
from cloudless_gcp.compile.secret import secrets
from cloudless_gcp.compile.topic import topics
from cloudless_gcp.compile.wait import holding

if TYPE_CHECKING:
    from cloudless.compiler import Definitions
    from cloudless.compiler.translation import Translation
    from cloudless.config import Stage


def compile(stage: Stage, application: Application, definitions: Definitions) -> Compiled:  # noqa: A001  (what it does)
    """The Terraform document of a stage, its workflows, and the package of its functions; None where it has none.

    Raises DefinitionError with everything that Google Cloud cannot take, and with every `native=` that does not fit.
    """
    ground, found = _fitting(stage, application, definitions)
    _document(ground)
    files = ground.document.files() | {path_of(name): one.text for name, one in found.items()}
    if application.endpoints:
        files[PATH] = openapi(ground)
    made = package(ground) if ground.units else None
    return Compiled(files, made, _said(ground, found), published(ground))


def examine(stage: Stage, application: Application, definitions: Definitions) -> tuple[str, ...]:
    """The warnings of `compile`, which raises as this does; no text is made of what fits."""
    ground, found = _fitting(stage, application, definitions)
    if ground.has_native:
        _document(ground)
        ground.document.check()
    return _said(ground, found)


def _fitting(
    stage: Stage, application: Application, definitions: Definitions
) -> tuple[Ground, Mapping[str, Translation]]:
    """What the document is made of, where Google Cloud can take it."""
    ground = Ground(stage, application, definitions)
    return ground, checked(problems(ground), lambda: _workflows(ground))


def _said(ground: Ground, found: Mapping[str, Translation]) -> tuple[str, ...]:
    return (*warnings(ground), *(line for one in found.values() for line in one.warnings))


def _workflows(ground: Ground) -> dict[str, Translation]:
    """The workflows, by orchestration. Most programs have none, and do without their compiler."""
    if not ground.programs.all:
        return {}
    from cloudless_gcp.compile.workflows import workflows

    return workflows(ground.application, ground.stage, ground.definitions)


def _document(ground: Ground) -> None:
    pushes = Pushes(ground)
    queues(ground, pushes)
    topics(ground, pushes)
    pushes.allow()
    delays(ground)
    ledger(ground)
    executions(ground)
    secrets(ground)
    if ground.units:
        publication(ground)
        for unit in ground.units:
            cloud_function(ground, unit)
        schedules(ground)
        http(ground)
        alerts(ground)
    orchestrations(ground)
    outputs(ground, callers(ground))
    if ground.units:
        holding(ground)
