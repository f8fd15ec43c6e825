"""One execution of a workflow.

https://cloud.google.com/workflows/docs/reference/executions/rest/v1/projects.locations.workflows.executions
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from providers.gcp.tests.gcwsim.callback import Callbacks
from providers.gcp.tests.gcwsim.context import Run
from providers.gcp.tests.gcwsim.errors import Raised, Unspecified
from providers.gcp.tests.gcwsim.pages import DATATYPES, RUNTIME_ARGUMENTS
from providers.gcp.tests.gcwsim.strand import Strand
from providers.gcp.tests.gcwsim.value import children, plain, type_of

if TYPE_CHECKING:
    from providers.gcp.tests.gcwsim.service import Revision, Workflows

ACTIVE, SUCCEEDED, FAILED, CANCELLED = "ACTIVE", "SUCCEEDED", "FAILED", "CANCELLED"


class Execution:
    """From its start to its end. result, error: values; argument: parsed.

    name: the full name of the resource. given: fields of the resource that only its owner reads.
    """

    def __init__(self, service: Workflows, revision: Revision, name: str, argument: Any) -> None:
        self.service = service
        self.revision = revision
        self.name = name
        self.id = name.rpartition("/")[2]
        self.argument = argument
        self.state = ACTIVE
        self.result: Any = None
        self.error: Any = None
        self.start_us = service.now_us()
        self.end_us: int | None = None
        self.labels: dict[str, str] = {}
        self.given: dict[str, Any] = {}
        callbacks = Callbacks(
            f"{service.callback_base}{name}/callbacks", service.agenda, service.now_us, service.new_id
        )
        environment = {**revision.environment, **service.environment_of(self)}
        self.run = Run(service, callbacks, name=name, seed=f"{service.seed}/{self.id}", environment=environment)
        self._strand: Strand | None = None

    @property
    def logs(self) -> list[tuple[str, Any]]:
        return self.run.logs

    def start(self) -> None:
        """Begin; the first step is taken from the agenda. Raises Unspecified."""
        main = self.revision.workflow.main
        if not main.parameters and self.argument is not None:
            raise Unspecified("an argument for a main without params", RUNTIME_ARGUMENTS)
        body = main.invoke(self.run, [self.argument] if main.parameters else [])
        self._strand = Strand(body, self._done, has_slot=False)
        self.service.agenda.add(self.start_us, self._strand.resume)

    def cancel(self) -> None:
        """End it where it is; nothing happens where it has ended."""
        if self.state == ACTIVE:
            if self._strand is not None:
                self._strand.cancel()
            if self.run.history is not None:
                self.run.history.cancel()
            self._end(CANCELLED)

    def _done(self, value: Any, error: Raised | None) -> None:
        if error is not None:
            self.error = plain(error.value)
            self._end(FAILED)
            return
        _check_returnable(value)
        self.result = plain(value)
        self._end(SUCCEEDED)

    def _end(self, state: str) -> None:
        self.state = state
        self.end_us = self.service.now_us()
        self.run.callbacks.is_closed = True


def _check_returnable(value: Any) -> None:
    """Bytes cannot be returned; nothing says what the execution ends with that does."""
    if isinstance(value, bytes):
        raise Unspecified(f"returning {type_of(value)}", f"{DATATYPES}#bytes")
    for one in children(value):
        _check_returnable(one)
