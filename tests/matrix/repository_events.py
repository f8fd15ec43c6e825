"""The program of examples/10-repository-events: its own recording, and then ten seeds of faults.

The recording is a weekend of deliveries, operators and digests. A seed is a story of its own repository and release,
a step every twenty minutes: so long as any cloud takes to try again, and never so late that a digest lacks it. So what
comes of it is the same as on a good day (tests/matrix/test_repository_events.py), and the same on every cloud.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random
from typing import Any

from tests.matrix.faults import CRASH, KINDS, LOST
from tests.matrix.program import EXAMPLES, Program, Step, advance, fault, request
from tests.matrix.webhooks import by_github

EXAMPLE = "10-repository-events"
SECRET, KEY = "demo", "demo-key"
SEEDS = 10
SLOT = timedelta(minutes=20)
NIGHT = timedelta(hours=6)
BEGUN = ("route", "rest", "begin")
CHECKS = ("check_tag", "check_branch", "check_assets", "is_deleted")
LOOKS = ("/timelines", "/mails/berlin", "/mails/kolkata", "/dead-letters")


Told = Callable[..., Step]
"""Makes a delivery of an event."""


def repository_events() -> Program:
    """What the example's tests play in memory, and stories in which something befalls nearly every step."""
    return Program(
        EXAMPLE,
        (
            *_recording(),
            *(fault(kind, name) for kind, name in ((LOST, "daily_in_berlin"), (CRASH, "daily_in_kolkata"))),
            *(step for seed in range(SEEDS) for step in _seed(seed)),
            advance(NIGHT),
            *_looked(),
        ),
        secrets={"webhook-secret": SECRET, "operator-keys": KEY},
        config={"database": "{folder}/events.db"},
    )


def _recording() -> Iterator[Step]:
    with (EXAMPLES / EXAMPLE / "events.jsonl").open(encoding="utf-8") as lines:
        yield from (_recorded(json.loads(line)) for line in lines)


def _recorded(line: dict[str, Any]) -> Step:
    """A line of a recording that has requests and minutes alone."""
    if "advance" in line:
        return advance(timedelta(minutes=int(line["advance"].removesuffix("m"))))
    method, _, path = line["request"].partition(" ")
    sent = {"body": line["text"]} if "text" in line else {"json": line["body"]} if "body" in line else {}
    return request(method, path, headers=line["headers"], **sent)


def _seed(seed: int) -> Iterator[Step]:
    """Code or an alert, and a release: one that needs no word, one that does, or one whose version is taken."""
    random, id = Random(f"faults {seed}"), 10_000 + seed
    told = _told(5_000 + seed, f"{('acme', 'yonder')[seed % 2]}/seed-{seed}")
    if seed % 2:
        yield from _slot(random, told("push", ref=f"refs/heads/seed-{seed}", commits=[]), ("route", "code"))
    else:
        yield from _slot(random, told("dependabot_alert", action="created"), ("route", "alerts"), mails=True)
    yield from (_early, _final, _taken)[seed % 3](random, id, told)
    yield _operated(f"GET /releases/{id}")


def _early(random: Random, id: int, told: Told) -> Iterator[Step]:
    release = {**_release(id, "v1.0.0"), "prerelease": True}
    handlers, steps = (*BEGUN, "announce_preview"), (*CHECKS, "put_up", "enter")
    yield from _slot(random, told("release", action="published", release=release), handlers, steps, mails=True)


def _final(random: Random, id: int, told: Told) -> Iterator[Step]:
    release = told("release", action="published", release=_release(id, "v1.0.0"))
    yield from _slot(random, release, BEGUN, (*CHECKS, "ask"), mails=True)
    granted = _operated(f"POST /releases/{id}/decision", {"granted": True, "by": "ada"})
    yield from _slot(random, granted, ("announce",), ("put_up", "enter"))


def _taken(random: Random, id: int, _: Told) -> Iterator[Step]:
    """Of the repository of which the recording has published that version; then it is deleted."""
    told, release = _told(id, "acme/rocket"), {**_release(id, "v1.0.0"), "prerelease": True}
    steps = (*CHECKS, "put_up", "enter", "strike", "take_down")
    yield from _slot(random, told("release", action="published", release=release), BEGUN, steps)
    yield from _slot(random, told("release", action="deleted", release=release), ("route", "rest", "withdraw"))


def _slot(
    random: Random, step: Step, handlers: tuple[str, ...], steps: tuple[str, ...] = (), *, mails: bool = False
) -> Iterator[Step]:
    """A request, and what befalls handlers of messages and of steps on its way; no error of a step is tried again.

    mails: one is sent, too. Something befalls that where nothing else does: a digest must not be next.
    """
    found = [(random.choice(KINDS), name) for name in handlers if random.random() < 0.6]
    found += [(random.choice((CRASH, LOST)), name) for name in steps if random.random() < 0.3]
    if mails and not found:
        found.append((random.choice(KINDS), "deliver"))
    yield from (fault(kind, name) for kind, name in found)
    yield step
    yield advance(SLOT)


def _told(id: int, source: str) -> Told:
    """Makes deliveries of a repository, none like that of another seed."""
    repository = {"id": id, "full_name": source, "owner": {"login": source.partition("/")[0]}}

    def step(event: str, **payload: Any) -> Step:
        body = json.dumps({"repository": repository, **payload})
        return by_github(f"{event}-{id}", event, body, SECRET)

    return step


def _release(id: int, tag: str) -> dict[str, Any]:
    return {"id": id, "tag_name": tag, "target_commitish": "main"}


def _looked() -> Iterator[Step]:
    """All that there is to see."""
    yield from (_operated(f"GET {path}") for path in LOOKS)


def _operated(asked: str, body: Any = None) -> Step:
    method, _, path = asked.partition(" ")
    return request(method, path, headers={"X-Api-Key": KEY}, **({} if body is None else {"json": body}))
