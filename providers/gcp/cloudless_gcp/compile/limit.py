"""What an application is that Google Cloud cannot take, beside what every cloud is asked (passes/limits.py): problems.

Numbers stand in `cloudless_gcp.limits`, with their pages. All problems of an application are found at once. What Google
raises on request is a warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cloudless.compiler.unfit import Named
from cloudless.driver.limit import Limit
from cloudless.ir import Diagnostic, Queue, Secret, Subscription, Topic
from cloudless.options import nearest
from cloudless_gcp import limits, names
from cloudless_gcp.compile import need
from cloudless_gcp.compile.filter import filter_of
from cloudless_gcp.compile.topic import subscription_id

if TYPE_CHECKING:
    from cloudless_gcp.compile.ground import Ground

_TAKEN = frozenset({
    "cloudless_entry", "cloudless_gcp", "cloudless_main", "flask", "functions_framework", "google", "gunicorn",
    "packages", "werkzeug",
})  # fmt: skip
"""Modules of a function that are Google's or ours; one of the user's would take their place."""
_NAME = r"[A-Za-z][A-Za-z0-9_.~+%-]{2,254}\Z"
_TOPIC = re.compile(rf"(projects/[a-z][a-z0-9:.-]+/topics/)?(?!goog){_NAME}")
_SECRET = re.compile(r"(projects/[a-z0-9][a-z0-9:.-]+/secrets/)?[A-Za-z0-9_-]{1,255}\Z")


def problems(ground: Ground) -> list[Diagnostic]:
    """Everything that does not fit, in the order of the nouns."""
    application, unfit = ground.application, ground.unfit
    return [
        *_application(ground),
        *unfit.python(ground.stage.python, limits.RUNTIMES, "no runtime of Cloud Run functions"),
        *unfit.modules(_TAKEN, "a function of Cloud Run"),
        *_named(ground),
        *(problem for one in application.queues for problem in _theirs(ground, "queue", one)),
        *(problem for one in application.topics for problem in _theirs(ground, "topic", one)),
        *(problem for one in application.secrets for problem in _theirs(ground, "secret", one)),
        *(problem for one in application.subscriptions for problem in _forward(ground, one)),
        *_members(ground),
    ]


def warnings(ground: Ground) -> Iterator[str]:
    """What others in the project have a part in as well, or Google gives more of when asked; what is not ours to do."""
    application = ground.application
    if ground.region not in limits.REGIONS:
        guess = nearest(ground.region, limits.REGIONS)
        yield (
            f"{ground.region!r} is no region of Cloud Run functions that this version knows{_meant(guess)}. Terraform "
            "takes any name until it deploys; https://cloud.google.com/functions/docs/locations"
        )
    yield from _quotas(ground)
    for one in application.subscriptions:
        if one.forward and one.forward not in ground.consumers:
            yield (
                f"queue {one.forward!r} has no consumer here: what topic {one.topic!r} forwards to it waits in a "
                f"subscription of that topic, {subscription_id(ground, one)}"
            )


def _meant(guess: str | None) -> str:
    return f" ({guess!r} is one)" if guess else ""


def _quotas(ground: Ground) -> Iterator[str]:
    """What a project has a number of, unless Google grants more."""
    application = ground.application
    delayed = names.delayed_of(application)
    accounts = len(ground.units) + len(ground.programs.all) + len(delayed) + 3 + bool(application.endpoints)
    yield from _beyond(accounts, limits.ACCOUNTS, "a project")
    yield from _beyond(len(ground.units), limits.FUNCTIONS, "a project in a region")
    yield from _beyond(len(delayed), limits.TASKS_QUEUES, "a project in a region")
    subscriptions = len(application.queues) + 2 * len(application.subscriptions)
    yield from _beyond(subscriptions, limits.SUBSCRIPTIONS, "a project")


def _beyond(count: int, limit: Limit, whose: str) -> Iterator[str]:
    if count > limit.value:
        yield f"{count:,} {limit.unit}, {whose} has {limit.value:,.0f} unless Google grants more; {limit.link}"


def _application(ground: Ground) -> Iterator[Diagnostic]:
    """All names begin with those of the application and the stage."""
    if "google" in ground.prefix or ground.prefix.startswith("goog"):
        yield ground.unfit(
            f"names of this stage begin with {ground.prefix!r}: Google takes no topic that begins with 'goog', and no "
            "bucket with 'google' in its name",
            ground.unfit.start,
            "call the application, or the stage, something else; https://cloud.google.com/storage/docs/buckets#naming",
        )


def _named(ground: Ground) -> Iterator[Diagnostic]:
    """Two that would be one there, for names are put together, and cut."""
    application, place = ground.application, ground.place
    topics: list[Named] = [(f"queue {one.name!r}", names.topic_of(place, one), one.span) for one in application.queues]
    topics += [(f"topic {one.name!r}", names.topic_of(place, one), one.span) for one in application.topics]
    yield from ground.unfit.doubles(topics, "topic of Pub/Sub")
    subscriptions: list[Named] = [
        (f"queue {one.name!r}", names.queue_subscription_id(place, one), one.span) for one in application.queues
    ]
    for one in application.subscriptions:
        subscriptions.append((f"subscription {one.name!r}", subscription_id(ground, one), one.span))
        subscriptions.append((f"the retries of subscription {one.name!r}", names.retries_id(place, one.name), one.span))
    yield from ground.unfit.doubles(subscriptions, "subscription of Pub/Sub")
    secrets: list[Named] = [
        (f"secret {one.name!r}", names.secret_of(place, one), one.span) for one in application.secrets
    ]
    yield from ground.unfit.doubles(secrets, "secret")


def _theirs(ground: Ground, noun: str, one: Queue | Topic | Secret) -> Iterator[Diagnostic]:
    """What is there already."""
    theirs = one.existing.get("gcp")
    pattern, kind = (_SECRET, "secrets") if noun == "secret" else (_TOPIC, "topics")
    if theirs is not None and not pattern.match(theirs):
        what = f"which is neither the full name nor the id of a {kind.removesuffix('s')}"
        message = f"{noun} {one.name!r}: existing= says {theirs!r}, {what}"
        yield ground.unfit(message, one.span, f"say projects/<project>/{kind}/<name>, or the name alone")


def _forward(ground: Ground, one: Subscription) -> Iterator[Diagnostic]:
    """Between a topic and a queue that it is forwarded to there is no runtime of ours that could filter, or send."""
    if not one.forward:
        return
    most = limits.LIMITS["filter.bytes"]
    if filter_of(one.where) is None:
        yield ground.unfit(
            f"the filter of the forward to {one.forward!r} is more than a subscription of Pub/Sub holds "
            f"({most.value:g} {most.unit} of plain ASCII)",
            one.span,
            f"filter on fewer values, or write a subscriber that sends; {most.link}",
        )
    if ground.queues[one.forward].existing.get("gcp") and one.forward not in ground.consumers:
        yield ground.unfit(
            f"queue {one.forward!r} is made elsewhere and consumed elsewhere: nothing of Pub/Sub carries messages of "
            f"topic {one.topic!r} there",
            one.span,
            "write a subscriber that sends",
        )


def _members(ground: Ground) -> Iterator[Diagnostic]:
    """What is on the project has a bound that Google does not raise."""
    on_project = sum(one.on in {need.DATABASE, need.PROJECT} for unit in ground.units for one in ground.needed.of(unit))
    count = on_project + len(ground.programs.all)
    remedy = "make several applications of it"
    yield from ground.unfit.most(
        count, limits.PROJECT_MEMBERS, "the policy of the project has", ground.unfit.start, remedy
    )
