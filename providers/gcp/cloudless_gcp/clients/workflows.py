"""Workflows over REST: executions by the ids that Workflows gives them, and definitions.

https://cloud.google.com/workflows/docs/reference/executions/rest
https://cloud.google.com/workflows/docs/reference/rest
"""

from __future__ import annotations

from urllib.parse import quote

from cloudless.driver.orchestration import RUNNING
from cloudless.errors import CloudlessError, NotFound
from cloudless.pattern import pattern
from cloudless_gcp.clients.denied import Grant, address_of, needing
from cloudless_gcp.clients.execution import status_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cloudless_gcp.clients.execution import Told
    from cloudless_gcp.clients.rest import Google

_EXECUTIONS = "https://workflowexecutions.googleapis.com/v1/"
_WORKFLOWS = "https://workflows.googleapis.com/v1/"
_PAGE = 100
_STEPS = 1_000
_DEFINITION = pattern(r'"definition":\s*"([0-9a-f]{64})"')


class Workflows:
    """The workflows of a stage. Safe from several threads. addresses: full name by logical name.

    orchestration: a logical name. native: an execution's id of Workflows. what: the operation, as people read it.
    Calls are repeated, at most three times. Raise PermissionDenied, Unavailable, and NotFound of what is not there:
    an execution is kept for 90 days after its end.
    """

    __slots__ = ("_addresses", "_google")

    def __init__(self, addresses: Mapping[str, str], google: Google) -> None:
        self._addresses = addresses
        self._google = google

    def name(self, orchestration: str, verb: str) -> str:
        """The full name of a workflow. verb: what for, where this process does not know it."""
        return address_of(self._addresses, verb, "orchestration", orchestration)

    def create(self, orchestration: str, argument: str, what: str) -> str:
        """Begin an execution, and return its id. Two that were created by one call differ in their ids alone."""
        workflow = self.name(orchestration, "start")
        body = {"argument": argument, "executionHistoryLevel": "EXECUTION_HISTORY_BASIC"}
        with needing(Grant("start", "orchestration", orchestration, "workflows.executions.create", workflow)):
            made = self._google.call("POST", f"{_EXECUTIONS}{workflow}/executions", body, what)
        id: str = made["name"].rpartition("/")[2]
        return id

    def execution(self, orchestration: str, native: str, what: str, view: str = "FULL") -> Told:
        """An execution; without argument and result where view is "BASIC"."""
        with needing(self._grant(orchestration, "workflows.executions.get")):
            told: Told = self._google.call("GET", f"{self._url(orchestration, native)}?view={view}", None, what)
        return told

    def is_running(self, orchestration: str, native: str) -> bool:
        """Whether it is there, and has not ended."""
        try:
            told = self.execution(orchestration, native, f"asking for an execution of {orchestration!r}", "BASIC")
        except NotFound:
            return False
        return status_of(told) == RUNNING

    def stop(self, orchestration: str, native: str) -> bool:
        """Have an execution end; whether it was there to be told so.

        What Workflows answers for one that ends at this moment, its pages do not say: so we look again.
        """
        if not self.is_running(orchestration, native):
            return False
        url = f"{self._url(orchestration, native)}:cancel"
        try:
            with needing(self._grant(orchestration, "workflows.executions.cancel")):
                self._google.call("POST", url, {}, f"stopping an execution of {orchestration!r}")
        except CloudlessError:
            if self.is_running(orchestration, native):
                raise
        return True

    def steps(self, orchestration: str, native: str, what: str) -> list[Told]:
        """The step entries of an execution, in the order of their ids."""
        url = f"{self._url(orchestration, native)}/stepEntries?pageSize={_STEPS}"
        with needing(self._grant(orchestration, "workflows.stepEntries.list")):
            return list(self._google.pages(url, "stepEntries", what))

    def listed(self, orchestration: str, state: str = "") -> Iterator[Told]:
        """Executions, the latest created first, asked for as they are needed. state: of Workflows, "" for any."""
        chosen = f"&filter=state%3D%22{state}%22" if state else ""
        url = f"{_EXECUTIONS}{self.name(orchestration, 'control')}/executions?view=FULL&pageSize={_PAGE}{chosen}"
        with needing(self._grant(orchestration, "workflows.executions.list")):
            yield from self._google.pages(url, "executions", f"listing executions of {orchestration!r}")

    def definition(self, orchestration: str, revision: str) -> str:
        """The sha256 of the definition that a revision is of; "" of one that is none of ours."""
        url = f"{_WORKFLOWS}{self.name(orchestration, 'control')}?revisionId={quote(revision, safe='')}"
        with needing(self._grant(orchestration, "workflows.workflows.get")):
            told = self._google.call("GET", url, None, f"asking for the definition of {orchestration!r}")
        found = _DEFINITION.search(told.get("sourceContents", ""))
        return found[1] if found else ""

    def _url(self, orchestration: str, native: str) -> str:
        return f"{_EXECUTIONS}{self.name(orchestration, 'control')}/executions/{native}"

    def _grant(self, orchestration: str, action: str) -> Grant:
        return Grant("control", "orchestration", orchestration, action, self.name(orchestration, "control"))
