"""Plays recordings in tests: lines of `recording.py` in a simulation, and what came of them."""

import json
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import handlers  # noqa: F401  (whoever imports it has registered them)
from app import app
from handlers.releases import publish
from recording import KEY, LOOKS, SECRET, Line, assigned, by_github

from cloudless.testing import Answer, Simulation, simulate

TEAMS = [*assigned(["acme"], "berlin"), *assigned(["yonder"], "kolkata")]
SECRETS = {"webhook-secret": SECRET.decode(), "operator-keys": KEY}


def simulated(file: Path, **options: Any) -> Any:
    """The application in a simulation, with its database in a file."""
    return simulate(app, secrets=SECRETS, config={"database": str(file)}, **options)


def play(cloud: Simulation, lines: Iterable[Line]) -> list[Answer]:
    """The answer to each request."""
    answers: list[Answer] = []
    for line in lines:
        if "advance" in line:
            cloud.advance(timedelta(minutes=int(line["advance"].removesuffix("m"))))
        else:
            answers.append(ask(cloud, line))
    return answers


def ask(cloud: Simulation, line: Line) -> Answer:
    """The answer to a request that is sent again while the endpoint is away."""
    method, _, path = line["request"].partition(" ")
    sent = {"body": line["text"]} if "text" in line else {"json": line["body"]} if "body" in line else {}
    while (answer := cloud.http.request(method, path, headers=line["headers"], **sent)).status >= 500:
        pass
    return answer


def outcome(cloud: Simulation) -> list[Any]:
    """What there is to see in the end: timelines, mails, dead letters, and what became of each release."""
    seen = [ask(cloud, look).json() for look in LOOKS]
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
