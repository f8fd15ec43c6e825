"""IR → Terraform JSON for hashicorp/azurerm, and a package of functions: one noun a file.

    group.py    which handlers share a function app         need.py      what each app may, and why
    ground.py   what all stand on: document, names, region   limit.py     what Azure cannot take → problems
    namespace.py queue.py topic.py filter.py                 storage.py ledger.py orchestration.py vault.py key.py
    function_app.py setting.py address.py publication.py     identity.py permission.py scope.py caller.py
    insights.py alert.py output.py                           entry.py template.py host.py schedule.py   inside the zip

compile(stage, application, definitions) ──► Compiled(files={"main.tf.json": …}, package=Package(…))
examine(stage, application, definitions) ──► warnings        what `cloudless check` asks

May import: cloudless.compiler, cloudless.passes, the IR, names and limits; never an SDK nor a client.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless.compiler import Compiled
from cloudless.errors import DefinitionError
from cloudless.ir import ERROR, Application
from cloudless_azure.compile.alert import alerts
from cloudless_azure.compile.caller import callers
from cloudless_azure.compile.function_app import function_app
from cloudless_azure.compile.ground import Ground
from cloudless_azure.compile.group import groups
from cloudless_azure.compile.insights import insights
from cloudless_azure.compile.ledger import ledger
from cloudless_azure.compile.limit import problems, warnings
from cloudless_azure.compile.namespace import namespace
from cloudless_azure.compile.orchestration import orchestration
from cloudless_azure.compile.output import outputs
from cloudless_azure.compile.package import package
from cloudless_azure.compile.publication import publication, published
from cloudless_azure.compile.queue import queues
from cloudless_azure.compile.topic import topics
from cloudless_azure.compile.vault import vault

if TYPE_CHECKING:
    from cloudless.compiler import Definitions
    from cloudless.config import Stage


def compile(stage: Stage, application: Application, definitions: Definitions) -> Compiled:  # noqa: A001  (what it does)
    """The Terraform document of a stage, and the package of its function apps; None where it has none.

    Raises DefinitionError with everything that Azure cannot take, and with every `native=` that does not fit.
    """
    ground = _fitting(stage, application, definitions)
    _document(ground)
    made = package(ground, definitions) if ground.groups else None
    return Compiled(ground.document.files(), made, tuple(warnings(ground)), published(ground))


def examine(stage: Stage, application: Application, definitions: Definitions) -> tuple[str, ...]:
    """The warnings of `compile`, which raises as this does; no text is made of what fits."""
    ground = _fitting(stage, application, definitions)
    if ground.has_native:
        _document(ground)
        ground.document.check()
    return tuple(warnings(ground))


def _fitting(stage: Stage, application: Application, definitions: Definitions) -> Ground:
    """What the document is made of, where Azure can take it."""
    ground = Ground(stage, application, groups(application, _retained(definitions)))
    unfit = [one for one in problems(application, ground.groups, stage) if one.severity == ERROR]
    if unfit:
        raise DefinitionError(unfit)
    return ground


def _document(ground: Ground) -> None:
    namespace(ground)
    queues(ground)
    topics(ground)
    ledger(ground)
    orchestration(ground)
    vault(ground)
    if ground.groups:
        publication(ground)
        component = insights(ground)
        for group in ground.groups:
            function_app(ground, group)
        alerts(ground, component)
    callers(ground)
    outputs(ground)


def _retained(definitions: Definitions) -> list[bytes]:
    """Definitions of earlier builds, which may still have executions."""
    return [definitions.texts[sha] for sha in sorted(definitions.texts.keys() - set(definitions.current.values()))]
