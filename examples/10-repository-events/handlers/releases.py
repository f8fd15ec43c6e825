"""A release on GitHub is checked, approved and published; what was put up is taken down again where that fails.

A step is done at least once, and may come late. So each leaves a mark under an id that is known before; what undoes it
leaves one as well, and a late step that finds it does nothing.
"""

import re
from datetime import timedelta
from typing import Annotated, Any

from app import (
    AGAIN,
    REMEMBERED,
    Decision,
    Happening,
    Mail,
    Published,
    Team,
    app,
    database,
    decision,
    happened,
    mails,
    operators,
    published,
)
from github import payload as github
from pydantic import BaseModel, Field
from store import Store

from cloudless import Reject, Retry, gather, saga
from cloudless.errors import NotFound, Unavailable

VERSION = re.compile(r"v?\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?")
MAINTAINED = re.compile(r"main|master|release/.+")
BUSY = Retry(attempts=5, on=[Unavailable, TimeoutError])
"""A step is tried once, unless it says more. Each of these bears to be done again: a bad minute ends no release."""
Id = Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]


class Candidate(BaseModel):
    """What is to be published. id: GitHub's, of the release. broken: names of assets that are empty or not uploaded."""

    id: int
    source: str
    team: Team
    tag: str
    branch: str
    is_final: bool
    broken: list[str]


class NotReady(Exception): ...


class Refused(Exception): ...


class VersionTaken(Exception): ...


@happened.subscriber(where={"event": "release", "action": "published"}, once_by="key", remember=REMEMBERED, retry=AGAIN)
def begin(happening: Happening) -> None:
    """A release is published once, however often GitHub says so."""
    release = release_of(happening)
    candidate = Candidate(
        id=release.id,
        source=happening.source,
        team=happening.team,
        tag=release.tag_name,
        branch=release.target_commitish,
        is_final=not release.prerelease,
        broken=[one.name for one in release.assets if one.size == 0 or one.state != "uploaded"],
    )
    publish.options(id=str(release.id)).start(candidate)


@happened.subscriber(where={"event": "release", "action": "deleted"}, once_by="key", remember=REMEMBERED, retry=AGAIN)
def withdraw(happening: Happening) -> None:
    """Subscribers have no order: this may come before `begin`. So there is a mark for what begins later."""
    release = release_of(happening)
    Store(database.value).mark(f"release {release.id}", "deleted")
    try:
        decision.send(publish.execution(str(release.id)), Decision(granted=False, by="GitHub"), id="deleted")
    except NotFound:
        return  # not begun, or over


def release_of(happening: Happening) -> github.Release:
    try:
        return github.read_as(github.ReleaseEvent, happening.event, happening.payload).release
    except github.Undocumented as problem:
        raise Reject(f"{problem}") from problem


@app.function(retry=BUSY)
def check_tag(tag: str) -> list[str]:
    return [] if VERSION.fullmatch(tag) else [f"{tag} is no version"]


@app.function(retry=BUSY)
def check_branch(branch: str) -> list[str]:
    return [] if MAINTAINED.fullmatch(branch) else [f"{branch} is not maintained"]


@app.function(retry=BUSY)
def check_assets(broken: list[str]) -> list[str]:
    return [f"{name} was not uploaded" for name in broken]


@app.function(retry=BUSY)
def is_deleted(id: int) -> bool:
    return Store(database.value).mark_of(f"release {id}") == "deleted"


@app.function(retry=BUSY)
def ask(release: Candidate) -> None:
    subject, text = f"May {release.source} {release.tag} be published?", f"POST /releases/{release.id}/decision"
    mails.send(Mail(id=f"ask-{release.id}", team=release.team, subject=subject, text=text))


@app.function(retry=BUSY)
def put_up(release: Candidate) -> None:
    """On the mirrors, unless it was taken down already."""
    Store(database.value).claim(f"mirrors {release.id}", "up")


@app.function(retry=BUSY)
def take_down(release: Candidate) -> None:
    Store(database.value).mark(f"mirrors {release.id}", "down")


@app.function(retry=BUSY)
def enter(release: Candidate) -> None:
    """Into the catalogue, where a version of a repository is one release for ever."""
    owner = Store(database.value).claim(version_of(release), f"{release.id}")
    if owner != f"{release.id}":
        raise VersionTaken(f"{release.tag} is {owner}")


@app.function(retry=BUSY)
def strike(release: Candidate) -> None:
    """Out of the catalogue, if it is this release that is there."""
    Store(database.value).mark(version_of(release), f"{release.id}, struck", instead_of=f"{release.id}")


def version_of(release: Candidate) -> str:
    return f"version {release.source} {release.tag}"


@app.orchestration
def publish(release: Candidate) -> str:
    """Three checks at once, a word of an operator within two days where it is final, and then everything or nothing."""
    tag, branch, assets = gather(check_tag(release.tag), check_branch(release.branch), check_assets(release.broken))
    problems = tag + branch + assets
    if len(problems) > 0:
        raise NotReady(", ".join(problems))
    if is_deleted(release.id):
        raise Refused("by GitHub")
    if release.is_final:
        ask(release)
        try:
            word = decision.wait(timeout=timedelta(days=2))
        except TimeoutError:
            raise Refused("by nobody's word in two days") from None
        if not word.granted:
            raise Refused(f"by {word.by}")
    with saga() as undo:
        undo.on_failure(take_down, release)
        put_up(release)
        undo.on_failure(strike, release)
        enter(release)
        published.publish(
            Published(
                id=release.id, source=release.source, tag=release.tag, team=release.team, is_final=release.is_final
            )
        )
    return f"{release.source} {release.tag}"


@published.subscriber(where={"is_final": "true"}, retry=AGAIN)
def announce(release: Published) -> None:
    """Everybody hears of a release."""
    for team in Team:
        mail_to(team, release)


@published.subscriber(where={"is_final": "false"}, retry=AGAIN)
def announce_preview(release: Published) -> None:
    """Its own team alone hears of one that is not final."""
    mail_to(release.team, release)


def mail_to(team: Team, release: Published) -> None:
    subject = f"{release.source} {release.tag} is out"
    mails.send(Mail(id=f"out-{release.id}-{team}", team=team, subject=subject))


@app.post("/releases/{id}/decision", auth=operators, status=202)
def decide(id: Id, word: Decision) -> None:
    """404 where nothing waits for a decision any more."""
    decision.send(publish.execution(id), word)


@app.get("/releases/{id}", auth=operators)
def show_release(id: Id) -> dict[str, Any]:
    release = publish.execution(id)
    status, error = release.status(), release.error
    return {"status": status, "why": f"{error.type} {error.message}" if error else None}
