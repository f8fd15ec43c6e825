"""Workflows as a whole: workflows, their revisions, their executions, and the agenda that drives them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from providers.gcp.tests.gcwsim.context import Connector
from providers.gcp.tests.gcwsim.decode import decoded
from providers.gcp.tests.gcwsim.definition import Source, Workflow, compiled, source_text
from providers.gcp.tests.gcwsim.errors import ApiError
from providers.gcp.tests.gcwsim.exchange import Exchange, Request, Send
from providers.gcp.tests.gcwsim.execution import ACTIVE, Execution
from providers.gcp.tests.gcwsim.limits import ARGUMENT_BYTES
from tests.virtual import US, Agenda

PROJECT = "project"
LOCATION = "us-central1"
NUMBER = "123456789012"
CALLBACK_BASE = "https://workflowexecutions.googleapis.com/v1/"
Connectors = Mapping[str, Connector]


@dataclass(slots=True)
class Revision:
    """What an execution runs. id: "000001-a1b"."""

    id: str
    text: str
    workflow: Workflow
    environment: dict[str, str]
    created_us: int


@dataclass(slots=True)
class Deployed:
    """One workflow. given: fields of its resource that only its owner reads, like its description."""

    name: str
    created_us: int
    revisions: list[Revision] = field(default_factory=list[Revision])
    given: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def revision(self) -> Revision:
        return self.revisions[-1]


class Workflows:
    """The service, for one project and location.

    now_us: the clock, microseconds since the epoch. http: carries out requests, and is called without any lock held.
    seed: of ids; above 0, also of everything that the documentation leaves to chance. callback_base: what callback URLs
    begin with, before the name of the execution. records: whether executions keep a history of their steps. is_backoff:
    whether a sys.sleep below steps of these names is one that `next_due_us` counts without sleeps. kick: told
    when a request made something due.

    One thread drives it (next_due_us, step, pump); requests may come from any.
    """

    def __init__(
        self,
        *,
        now_us: Callable[[], int],
        http: Send,
        seed: int = 0,
        project: str = PROJECT,
        location: str = LOCATION,
        connectors: Connectors | None = None,
        callback_base: str = CALLBACK_BASE,
        records: bool = True,
        is_backoff: Callable[[list[str]], bool] = lambda steps: False,
        kick: Callable[[], None] = lambda: None,
    ) -> None:
        self.now_us = now_us
        self.http = http
        self.seed = seed
        self.is_hostile = seed > 0
        self.connectors: Connectors = connectors or {}
        self.callback_base = callback_base
        self.records = records
        self.is_backoff = is_backoff
        self.kick = kick
        self.parent = f"projects/{project}/locations/{location}"
        self.project = project
        self.location = location
        self.lock = threading.RLock()
        self.agenda = Agenda(Random(seed) if seed else None)
        self.workflows: dict[str, Deployed] = {}
        self.executions: dict[str, Execution] = {}
        self.operations: dict[str, dict[str, Any]] = {}
        self.random = Random(seed)

    def deploy(self, id: str, source: Source, *, env: Mapping[str, str] | None = None) -> Deployed:
        """Create a workflow, or give it a new revision; running executions keep theirs. Raises Refused."""
        text = source_text(source)
        workflow = compiled(text, self.connectors)
        with self.lock:
            name = f"{self.parent}/workflows/{id}"
            deployed = self.workflows.setdefault(name, Deployed(name, self.now_us()))
            number = len(deployed.revisions) + 1
            revision_id = f"{number:06d}-{self.random.randrange(0x1000):03x}"
            deployed.revisions.append(Revision(revision_id, text, workflow, dict(env or {}), self.now_us()))
            return deployed

    def execute(self, id: str, argument: Any = None) -> Execution:
        """Start an execution of the newest revision. Raises ApiError."""
        return self.create(f"{self.parent}/workflows/{id}", json.dumps(argument, ensure_ascii=False))

    def create(self, name: str, argument: str) -> Execution:
        """Start an execution. argument: JSON, null for none. Raises ApiError, Unspecified."""
        if len(argument.encode()) > ARGUMENT_BYTES:
            raise ApiError(400, "INVALID_ARGUMENT", f"an argument of more than {ARGUMENT_BYTES:,} bytes")
        try:
            value = decoded(argument)
        except ValueError as error:
            raise ApiError(400, "INVALID_ARGUMENT", f"argument: {error}") from error
        with self.lock:
            revision = self.workflow(name).revision
            execution = Execution(self, revision, f"{name}/executions/{self.new_id()}", value)
            execution.start()
            self.executions[execution.name] = execution
        self.kick()
        return execution

    def workflow(self, name: str) -> Deployed:
        if name not in self.workflows:
            raise ApiError(404, "NOT_FOUND", f"{name} does not exist")
        return self.workflows[name]

    def execution(self, name: str) -> Execution:
        if name not in self.executions:
            raise ApiError(404, "NOT_FOUND", f"{name} does not exist")
        return self.executions[name]

    def post(
        self, url: str, body: Any = None, *, method: str = "POST", headers: Mapping[str, str] | None = None
    ) -> int:
        """Call a callback URL; the code that is answered. body: a value, which goes as JSON, or bytes."""
        from providers.gcp.tests.gcwsim.api.callbacks import received

        given = {"Content-Type": "application/json", **(headers or {})}
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return received(self, url.removeprefix(self.callback_base), method, given, content)

    def call(self, method: str, path: str, body: Any = None, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Answer a request to the REST API: "POST", "/v1/projects/…/executions", {"argument": "1"}. Raises ApiError."""
        from providers.gcp.tests.gcwsim.api import answer

        with self.lock:
            given = answer(self, method, path, body, dict(query or {}))
        self.kick()
        return given

    def exchange(self, request: Request) -> Exchange:
        return Exchange(self.agenda, self.now_us, self.lock, self.http, request)

    def environment_of(self, execution: Execution) -> dict[str, str]:
        """What is set for every execution: https://cloud.google.com/workflows/docs/reference/environment-variables."""
        return {
            "GOOGLE_CLOUD_LOCATION": self.location,
            "GOOGLE_CLOUD_PROJECT_ID": self.project,
            "GOOGLE_CLOUD_PROJECT_NUMBER": NUMBER,
            "GOOGLE_CLOUD_WORKFLOW_EXECUTION_ATTEMPT": "1",
            "GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID": execution.id,
            "GOOGLE_CLOUD_WORKFLOW_ID": execution.name.split("/")[5],
            "GOOGLE_CLOUD_WORKFLOW_REVISION_ID": execution.revision.id,
        }

    def new_id(self) -> str:
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def next_due_us(self, *, sleeps: bool = True) -> int | None:
        """When something is to be done, at once where that is past; None where nothing will happen by itself.

        sleeps: sys.sleep and time-outs too; without, only work, answers and back-off.
        """
        with self.lock:
            return self.agenda.next_due_us(sleeps=sleeps)

    def next_s(self, *, sleeps: bool = True) -> float:
        """`next_due_us` in seconds, infinity for never."""
        due_us = self.next_due_us(sleeps=sleeps)
        return float("inf") if due_us is None else due_us / US

    def step(self) -> bool:
        """Do one thing that is due. False where nothing is. Raises Unspecified."""
        with self.lock:
            entry = self.agenda.pop(self.now_us())
            if entry is None:
                return False
            work = entry.action()
        if work is not None:
            work()
        return True

    def pump(self) -> bool:
        """Do everything that is due, and what comes of it. False where nothing was."""
        moved = False
        while self.step():
            moved = True
        return moved

    def clear(self) -> None:
        """Forget every execution; workflows stay."""
        with self.lock:
            self.agenda.clear()
            self.executions.clear()

    def running(self) -> list[Execution]:
        return [one for one in self.executions.values() if one.state == ACTIVE]
