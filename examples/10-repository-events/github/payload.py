"""The parts of payloads that are used, an event a class; each tells in a line what it says.

Everything else in a payload is left out, and an event that has no class here is read as a `Payload`: GitHub adds fields
and events at any time. https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError


class Undocumented(ValueError):
    """A payload that does not look as GitHub says; it names the fields."""


class Account(BaseModel):
    login: str


class Repository(BaseModel):
    id: int
    full_name: str
    owner: Account
    default_branch: str = "main"


class Installation(BaseModel):
    account: Account | None = None


class Payload(BaseModel):
    """What every event may have."""

    action: str | None = None
    repository: Repository | None = None
    organization: Account | None = None
    installation: Installation | None = None
    sender: Account | None = None

    @property
    def account(self) -> str:
        """Whose it is: the repository's owner, the organization, or who installed an app; GitHub's own has none."""
        known = [
            self.repository and self.repository.owner,
            self.organization,
            self.installation and self.installation.account,
            self.sender,
        ]
        return next((one.login for one in known if one), "github")

    @property
    def source(self) -> str:
        """Where it happened."""
        return self.repository.full_name if self.repository else self.account

    @property
    def group(self) -> str:
        """What keeps its order: a repository, by its id, which it keeps when it is renamed, or else an account."""
        return f"repository-{self.repository.id}" if self.repository else f"account-{self.account}"

    def headline(self) -> str:
        return (self.action or "").replace("_", " ")


P = TypeVar("P", bound=Payload)


class Commit(BaseModel):
    message: str


class Push(Payload):
    ref: str
    commits: list[Commit] = []

    def headline(self) -> str:
        return f"{len(self.commits)} commits to {self.ref.removeprefix('refs/heads/')}"


class Ref(Payload):
    """Of a branch or a tag that was created or deleted."""

    ref: str
    ref_type: str

    def headline(self) -> str:
        return f"{self.ref_type} {self.ref}"


class Numbered(BaseModel):
    number: int
    title: str


class Issue(Payload):
    issue: Numbered

    def headline(self) -> str:
        return f"#{self.issue.number} {self.action}: {self.issue.title}"


class Discussion(Payload):
    discussion: Numbered

    def headline(self) -> str:
        return f"#{self.discussion.number} {self.action}: {self.discussion.title}"


class PullRequest(Payload):
    pull_request: Numbered

    def headline(self) -> str:
        return f"#{self.pull_request.number} {self.action}: {self.pull_request.title}"


class Run(BaseModel):
    name: str | None = None
    head_branch: str | None = None
    conclusion: str | None = None

    def headline(self) -> str:
        return f"{self.name or self.head_branch}: {self.conclusion or 'under way'}"


class CheckRun(Payload):
    check_run: Run

    def headline(self) -> str:
        return self.check_run.headline()


class CheckSuite(Payload):
    check_suite: Run

    def headline(self) -> str:
        return self.check_suite.headline()


class WorkflowRun(Payload):
    workflow_run: Run

    def headline(self) -> str:
        return self.workflow_run.headline()


class WorkflowJob(Payload):
    workflow_job: Run

    def headline(self) -> str:
        return self.workflow_job.headline()


class Status(Payload):
    context: str
    state: str

    def headline(self) -> str:
        return f"{self.context}: {self.state}"


class Asset(BaseModel):
    name: str
    size: int
    state: str


class Release(BaseModel):
    id: int
    tag_name: str
    target_commitish: str
    prerelease: bool = False
    assets: list[Asset] = []


class ReleaseEvent(Payload):
    repository: Repository
    release: Release

    def headline(self) -> str:
        return f"{self.release.tag_name} {self.action}"


_CLASSES: dict[str, type[Payload]] = {
    "check_run": CheckRun,
    "check_suite": CheckSuite,
    "create": Ref,
    "delete": Ref,
    "discussion": Discussion,
    "discussion_comment": Discussion,
    "issue_comment": Issue,
    "issues": Issue,
    "pull_request": PullRequest,
    "pull_request_review": PullRequest,
    "pull_request_review_comment": PullRequest,
    "pull_request_review_thread": PullRequest,
    "push": Push,
    "release": ReleaseEvent,
    "status": Status,
    "workflow_job": WorkflowJob,
    "workflow_run": WorkflowRun,
}


def read(event: str, payload: dict[str, Any]) -> Payload:
    """What is used of a payload. Raises Undocumented."""
    return read_as(_CLASSES.get(event, Payload), event, payload)


def read_as(kind: type[P], event: str, payload: dict[str, Any]) -> P:
    """As `read`, where the class is known."""
    try:
        return kind.model_validate(payload)
    except ValidationError as problem:
        fields = [".".join(map(str, one["loc"])) for one in problem.errors()]
        raise Undocumented(f"{event}: {', '.join(fields)} not as documented") from problem
