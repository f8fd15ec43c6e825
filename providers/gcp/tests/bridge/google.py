"""Google: what a build's document is made in: one project, one region.

    google = Google(project="shop-1", number="123456789012", region="europe-west1", now_us=lambda: world.now_us)
    apply(Document.read(Path("build/prod")), google, {})
    google.functions["shop-prod-take"].entry_point

May import: the standard library, the models.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cloudless.codec import is_list, is_object
from providers.gcp.tests.bridge.made import Account, Database, Function, Gateway, Subscription, Topic, Workflow
from providers.gcp.tests.discovery import Call, NoCall, call_of
from providers.gcp.tests.discovery import problems as problems_of
from providers.gcp.tests.errors import ApiError
from providers.gcp.tests.iam import Iam, Identities
from providers.gcp.tests.scheduler import Scheduler
from providers.gcp.tests.secretmanager import Secrets
from providers.gcp.tests.tasks import Tasks
from tests.bridge import Unreadable
from tests.virtual import START_US

Made = Callable[[Call], Mapping[str, Any]]
"""Takes a call of an API that no model answers, and gives the answer."""
AGENTS: Mapping[str, str] = {
    "cloudscheduler.googleapis.com": "service-{number}@gcp-sa-cloudscheduler.iam.gserviceaccount.com",
    "pubsub.googleapis.com": "service-{number}@gcp-sa-pubsub.iam.gserviceaccount.com",
}
"""https://cloud.google.com/iam/docs/service-agents"""


class Google:
    """See the module. What was made is by full name, but functions, by name; accounts by e-mail.

    made: gets every call that no model answers, in order. agents: e-mails of service agents that there are.
    """

    def __init__(
        self,
        *,
        project: str,
        number: str,
        region: str,
        now_us: Callable[[], int] = lambda: START_US,
        made: Made = lambda call: {},
        seed: int = 0,
    ) -> None:
        self.project = project
        self.number = number
        self.region = region
        self.iam = Iam(project)
        self.identities = Identities()
        self.tasks = Tasks(now_us, seed)
        self.scheduler = Scheduler(now_us)
        self.secrets = Secrets()
        self.services: set[str] = set()
        self.agents: set[str] = set()
        self.accounts: dict[str, Account] = {}
        self.buckets: set[str] = set()
        self.objects: dict[tuple[str, str], Path] = {}
        self.repositories: set[str] = set()
        self.topics: dict[str, Topic] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self.functions: dict[str, Function] = {}
        self.workflows: dict[str, Workflow] = {}
        self.databases: dict[str, Database] = {}
        self.apis: set[str] = set()
        self.configs: dict[str, tuple[Mapping[str, Any], str]] = {}
        self.gateways: dict[str, Gateway] = {}
        self.alerts: dict[str, Mapping[str, Any]] = {}
        self.channels: set[str] = set()
        self._made = made

    # --- names ----------------------------------------------------------------------------------------

    @property
    def root(self) -> str:
        return f"projects/{self.project}"

    @property
    def place(self) -> str:
        return f"{self.root}/locations/{self.region}"

    def named(self, collection: str, name: str) -> str:
        """The full name of what an argument names, in full or not: ("topics", "orders")."""
        return name if name.startswith("projects/") else f"{self.root}/{collection}/{name}"

    def agent(self, service: str) -> str:
        """The member that a service of Google's is: "pubsub"."""
        return f"serviceAccount:{AGENTS[f'{service}.googleapis.com'].format(number=self.number)}"

    # --- checks ---------------------------------------------------------------------------------------

    def check(self, address: str, arguments: Mapping[str, Any], *services: str) -> None:
        """Whether a resource is in this project, and its APIs are enabled there: "pubsub"."""
        project = arguments.get("project", self.project)
        if project not in {self.project, self.root}:
            raise Unreadable(f"{address}: project {project!r}, and not {self.project!r}")
        missing = [one for one in services if f"{one}.googleapis.com" not in self.services]
        if missing:
            raise Unreadable(f"{address}: made before these APIs are enabled: {missing}")

    def account(self, address: str, email: str) -> Account:
        """The service account of an e-mail, or of a full name."""
        found = self.accounts.get(email.rpartition("/")[2])
        if found is None:
            raise Unreadable(f"{address}: no service account {email!r}")
        return found

    def function_at(self, url: str) -> Function | None:
        """The function that a URL is of."""
        return next((one for one in self.functions.values() if one.url == url), None)

    # --- calls ----------------------------------------------------------------------------------------

    def call(
        self, address: str, service: str, method: str, params: Mapping[str, Any], body: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """Call an API; what it refuses, or Google's would, is Unreadable. Of a body what is None is left out."""
        given = None if body is None else _without_nothing(body)
        try:
            made = call_of(service, method, params, given)
            found = problems_of(made)
            if found:
                raise Unreadable(f"{address}: {service} {method}: {'; '.join(found)}")
            return self._answer(made)
        except (ApiError, NoCall) as problem:
            raise Unreadable(f"{address}: {problem}") from problem

    def _answer(self, call: Call) -> Mapping[str, Any]:
        if call.service == "cloudtasks":
            return self.tasks.call(call.method, call.params, call.body)
        if call.service == "cloudscheduler":
            return self.scheduler.call(call.method, call.params, call.body)
        if call.service == "secretmanager":
            return self.secrets.call(call.method, call.params, call.body)
        return self._made(call)


def _without_nothing(value: Any) -> Any:
    """Without None, as Terraform's null says."""
    if is_object(value):
        return {name: _without_nothing(part) for name, part in value.items() if part is not None}
    if is_list(value):
        return [_without_nothing(one) for one in value]
    return value
