"""Plays recordings in tests: lines of `recording.py` in a simulation, and what came of them."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from app import app
from handlers.releases import publish
from recording import KEY, LOOKS, SECRET, Line, assigned, by_github

from cloudless.testing import Answer, Simulation, simulate

TEAMS = [*assigned(["acme"], "berlin"), *assigned(["yonder"], "kolkata")]
RESENT_MOST = 20
SECRETS = {"webhook-secret": SECRET.decode(), "operator-keys": KEY}


def simulated(file: Path, **options: Any) -> Any:
    """The application in a simulation, with its database in a file."""
    return simulate(app, secrets=SECRETS, config={"database": str(file)}, **options)


def play(cloud: Simulation, lines: Iterable[Line]) -> list[Answer]:
    """The answer to each request; it is sent again while the endpoint is away, as GitHub's operators and relays do."""
    return list(cloud.play(lines, run=False, resend=RESENT_MOST).answers)


def outcome(cloud: Simulation) -> list[Any]:
    """What there is to see in the end: timelines, mails, dead letters, and what became of each release."""
    seen = [answer.json() for answer in play(cloud, LOOKS)]
    ended = {one.id: (one.status(), one.error and one.error.message) for one in cloud.executions(publish)}
    return [*seen, dict(sorted(ended.items()))]


def sent(event: str, source: str, id: str = "d", **payload: Any) -> Line:
    """A delivery of GitHub. source: e.g. "acme/rocket"; its letters make the repository's id."""
    owner = source.partition("/")[0]
    where = {"id": sum(source.encode()), "full_name": source, "owner": {"login": owner}}
    return by_github(event, json.dumps({"repository": where, **payload}, ensure_ascii=False), id)


def released(id: int, source: str = "acme/rocket", *, action: str = "published", **more: Any) -> Line:
    """A delivery about a release. more: fields that are not as they usually are."""
    release = {"id": id, "tag_name": f"v{id}.0.0", "target_commitish": "main", **more}
    return sent("release", source, action=action, release=release)
