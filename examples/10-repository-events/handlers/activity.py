"""What happened, a line each for the digests: one subscriber for each kind of event, and one for those yet unknown."""

from functools import partial

from app import AGAIN, QUICK, REMEMBERED, Happening, Mail, database, happened, mails
from github import payload as github
from store import Note, Store

from cloudless import Reject, any_of, none_of

CODE = (
    "commit_comment", "create", "delete", "pull_request", "pull_request_review", "pull_request_review_comment",
    "pull_request_review_thread", "push",
)  # fmt: skip
TALK = ("discussion", "discussion_comment", "issue_comment", "issues", "label", "milestone")
BUILDS = ("check_run", "check_suite", "status", "workflow_job", "workflow_run")
ALERTS = ("code_scanning_alert", "dependabot_alert", "repository_vulnerability_alert", "secret_scanning_alert")
of_kind = partial(happened.subscriber, once_by="key", remember=REMEMBERED, timeout=QUICK, retry=AGAIN)


def note(happening: Happening, kind: str) -> str:
    """The line that was noted. What does not look as documented, will not look so the next time either."""
    try:
        line = github.read(happening.event, happening.payload).headline()
    except github.Undocumented as problem:
        raise Reject(f"{problem}") from problem
    text = f"{happening.event} {line}".strip()
    found = Note(happening.key, happening.team, happening.at.timestamp(), happening.source, kind, text)
    Store(database.value).note(found)
    return text


@of_kind(where={"event": any_of(*CODE)})
def code(happening: Happening) -> None:
    note(happening, "code")


@of_kind(where={"event": any_of(*TALK)})
def talk(happening: Happening) -> None:
    note(happening, "talk")


@of_kind(where={"event": any_of(*BUILDS)})
def builds(happening: Happening) -> None:
    note(happening, "builds")


@of_kind(where={"event": any_of(*ALERTS)})
def alerts(happening: Happening) -> None:
    """These do not wait for a digest."""
    line = note(happening, "alerts")
    mails.send(Mail(id=happening.key, team=happening.team, subject=f"{happening.source}: {line}"))


@of_kind(where={"event": none_of(*CODE, *TALK, *BUILDS, *ALERTS)})
def rest(happening: Happening) -> None:
    """GitHub has events that nobody here has heard of, and there will be more."""
    note(happening, "rest")
