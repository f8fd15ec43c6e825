"""What an application is that AWS cannot take, beside what every cloud is asked (cloudless.passes.limits): problems.

Numbers stand in `cloudless_aws.limits`, with their pages. All problems of an application are found at once. What AWS
raises on request is a warning.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cloudless.codec import is_object
from cloudless.compiler.unfit import Named
from cloudless.config.codes import NATIVE
from cloudless.driver.limit import Limit
from cloudless.ir import Diagnostic, Handler, Orchestration, Queue, Secret, Subscription, Topic
from cloudless.options import nearest
from cloudless_aws import limits, names
from cloudless_aws.compile.caller import statements_of
from cloudless_aws.compile.filter import policy_of
from cloudless_aws.compile.http import routes
from cloudless_aws.compile.lambda_function import TYPE as FUNCTION
from cloudless_aws.compile.permission import Statement, size_of
from cloudless_aws.compile.publication import ARCHITECTURE
from cloudless_aws.compile.source import TYPE as SOURCE
from cloudless_aws.wire import FIFO

if TYPE_CHECKING:
    from cloudless.compiler.unfit import Unfit
    from cloudless.compiler.unit import Unit
    from cloudless_aws.compile.ground import Ground

_TAKEN = frozenset({"awslambdaric", "boto3", "botocore", "cloudless_aws", "cloudless_entry"})
"""Modules of a function that are Amazon's or ours; one of the user's would take their place."""

_RESERVED = "reserved_concurrent_executions"
_QUEUE = re.compile(r"[A-Za-z0-9_-]{1,80}(?<!.{80})(\.fifo)?\Z|[A-Za-z0-9_-]{1,75}\.fifo\Z")
_TOPIC = re.compile(r"[A-Za-z0-9_-]{1,256}\Z")
_SECRET = re.compile(r"[A-Za-z0-9/_+=.@-]{1,512}\Z")
_PARTITION, _REGION, _ACCOUNT = r"arn:aws[a-z-]*", r"[a-z0-9-]+", r"[0-9]{12}"
_QUEUE_ARN = re.compile(rf"{_PARTITION}:sqs:{_REGION}:{_ACCOUNT}:(?P<name>.+)\Z")
_QUEUE_URL = re.compile(rf"https?://[^/]+/{_ACCOUNT}/(?P<name>[^/]+)\Z")
_TOPIC_ARN = re.compile(rf"{_PARTITION}:sns:{_REGION}:{_ACCOUNT}:(?P<name>.+)\Z")
_SECRET_ARN = re.compile(rf"{_PARTITION}:secretsmanager:{_REGION}:{_ACCOUNT}:secret:(?P<name>.+-[A-Za-z0-9]{{6}})\Z")


def problems(ground: Ground) -> list[Diagnostic]:
    """Everything that does not fit, in the order of the nouns."""
    application, unfit = ground.application, ground.unfit
    return [
        *unfit.python(ground.stage.python, limits.RUNTIMES, "no runtime of Lambda"),
        *unfit.modules(_TAKEN, "a Lambda function"),
        *_queues(ground),
        *_topics(ground),
        *_secrets(ground),
        *(problem for one in application.subscriptions for problem in _filter(one, unfit)),
        *(problem for one in ground.units if one.handler for problem in _natives(ground, one)),
        *_policies(ground),
        *_callers(ground),
    ]


def warnings(ground: Ground) -> Iterator[str]:
    """What others in the account have a part in as well, or AWS gives more of when asked; what is not ours to do."""
    application = ground.application
    filtered = Counter(one.topic for one in application.subscriptions if policy_of(one.where))
    delayed = sum(names.is_delayed(one) for one in application.queues)
    roles = len(ground.units) + len(ground.programs.all) + len(application.schedules) + delayed
    alarms = 3 * len(ground.units) + len(application.queues) + len(application.subscriptions)
    yield from _beyond(roles, limits.ROLES, "an account")
    yield from _beyond(delayed, limits.GROUPS, "an account")
    yield from _beyond(alarms, limits.ALARMS, "an account")
    yield from _beyond(len(list(routes(application.endpoints))), limits.ROUTES, "an API")
    for topic, count in filtered.items():
        yield from _beyond(count, limits.FILTERS, f"a topic, as {topic!r} is,")
    yield from _region(ground.stage.region or "")
    for unit in ground.units:
        if unit.source is not None and _native(ground, unit, FUNCTION).get(_RESERVED) == 1:
            yield (
                f"handler {unit.handler!r} reserves 1 call, and its queue makes {limits.CONCURRENCY_MIN} at least: "
                "what is throttled counts as an attempt, so reserve more"
            )
    for one in application.subscriptions:
        theirs = ground.queues[one.forward].existing.get("aws") if one.forward else None
        if theirs:
            yield f"queue {one.forward!r} is made elsewhere: its policy has to let topic {one.topic!r} send to {theirs}"


def _region(name: str) -> Iterator[str]:
    """A region that is not known, which may be new; Terraform would only tell in a deployment."""
    if name and name not in limits.REGIONS:
        guess = nearest(name, sorted(limits.REGIONS))
        yield f"region {name!r} is none that is known here" + (f": did you mean {guess!r}?" if guess else "")


def _beyond(count: int, limit: Limit, whose: str) -> Iterator[str]:
    if count > limit.value:
        yield f"{count:,} {limit.unit}, {whose} has {limit.value:,.0f} unless AWS grants more; {limit.link}"


def _queues(ground: Ground) -> Iterator[Diagnostic]:
    named: list[Named] = []
    for one in ground.application.queues:
        theirs = one.existing.get("aws")
        if theirs:
            yield from _theirs(ground, one, theirs)
        own = _name(theirs, (_QUEUE_ARN, _QUEUE_URL)) if theirs else ground.queue_names[one.name]
        named.append((f"queue {one.name!r}", own, one.span))
    subscribed = [one for one in ground.application.subscriptions if one.handler]
    named += [(f"subscription {one.name!r}", ground.queue_names[one.name], one.span) for one in subscribed]
    yield from ground.unfit.doubles(named, "queue")


def _theirs(ground: Ground, queue: Queue, theirs: str) -> Iterator[Diagnostic]:
    """A queue that is there already."""
    name = _name(theirs, (_QUEUE_ARN, _QUEUE_URL))
    what = f"queue {queue.name!r}: existing= says {theirs!r}, which"
    if not _QUEUE.match(name):
        remedy = (
            "say arn:aws:sqs:<region>:<account>:<name>, https://sqs.<region>.amazonaws.com/<account>/<name> or the name"
        )
        yield ground.unfit(f"{what} is neither ARN, URL nor name of a queue", queue.span, remedy)
    elif name.endswith(FIFO) != (queue.name in ground.fifo):
        kind = "no FIFO queue, and it is ordered" if queue.ordered else "a FIFO queue, and it is not ordered"
        yield ground.unfit(
            f"{what} is {kind}", queue.span, "use app.ordered_queue for FIFO queues, and app.queue for others"
        )
    region = names.region_of(theirs)
    if region and ground.stage.region and region != ground.stage.region and queue.name in ground.plans:
        where = f"{what} is in {region}; Lambda takes messages of its own region alone, {ground.stage.region}"
        yield ground.unfit(where, queue.span, "consume it in a stage of that region")


def _topics(ground: Ground) -> Iterator[Diagnostic]:
    named: list[Named] = []
    for one in ground.application.topics:
        own = _name(names.topic_of(one, ground.prefix), (_TOPIC_ARN,))
        named.append((f"topic {one.name!r}", own, one.span))
        if not _TOPIC.match(own):
            yield from _malformed(ground, "topic", one, "arn:aws:sns:<region>:<account>:<name>")
    yield from ground.unfit.doubles(named, "topic")


def _secrets(ground: Ground) -> Iterator[Diagnostic]:
    named: list[Named] = []
    for one in ground.application.secrets:
        said = names.secret_of(one, ground.application.name, ground.stage.name)
        own = _name(said, (_SECRET_ARN,))
        named.append((f"secret {one.name!r}", own, one.span))
        if not _SECRET.match(own):
            yield from _malformed(
                ground, "secret", one, "arn:aws:secretsmanager:<region>:<account>:secret:<name>-<six characters>"
            )
    yield from ground.unfit.doubles(named, "secret")


def _malformed(ground: Ground, noun: str, one: Topic | Secret, form: str) -> Iterator[Diagnostic]:
    what = f"{noun} {one.name!r}: existing= says {one.existing['aws']!r}, which is neither ARN nor name of a {noun}"
    yield ground.unfit(what, one.span, f"say {form}, or the name")


def _name(said: str, forms: Iterable[re.Pattern[str]]) -> str:
    """The name in an ARN or a URL; what is neither, as it stands."""
    return next((found["name"] for form in forms if (found := form.match(said))), said)


def _filter(one: Subscription, unfit: Unfit) -> Iterator[Diagnostic]:
    """Between a topic and a queue that it is forwarded to there is no runtime of ours that could filter."""
    if one.forward and policy_of(one.where) is None:
        most = limits.FILTER_COMBINATIONS
        yield unfit(
            f"the filter of the forward to {one.forward!r} is more than a filter policy of SNS holds "
            f"({most.value:g} {most.unit}, {limits.LIMITS['filter.attributes'].value:g} attributes)",
            one.span,
            f"filter on fewer values, or write a subscriber that sends; {most.link}",
        )


def _natives(ground: Ground, unit: Unit) -> Iterator[Diagnostic]:
    """What `native=` says of a function, and Lambda or the package would refuse: far into a deployment, or after it."""
    said = _native(ground, unit, FUNCTION)
    wanted: list[str] = said.get("architectures", [ARCHITECTURE])
    reserved, scaling = said.get(_RESERVED), _native(ground, unit, SOURCE).get("scaling_config", {})
    if wanted != [ARCHITECTURE]:
        what = f"sets {FUNCTION}.architectures to {wanted!r}, and the wheels of the package are for {ARCHITECTURE}"
        yield _unmet(ground, unit, what, "leave it out")
    if isinstance(reserved, int) and 0 <= reserved < unit.min_instances:
        what = f"reserves {reserved} calls, and min_instances={unit.min_instances} keeps more warm than that"
        yield _unmet(ground, unit, what, "reserve at least as many as are kept warm")
    least, most = limits.CONCURRENCY_MIN, limits.CONCURRENCY_MAX
    calls = scaling.get("maximum_concurrency", least) if is_object(scaling) else least
    if isinstance(calls, int) and not least <= calls <= most:
        what = f"sets {SOURCE}.scaling_config.maximum_concurrency to {calls}"
        yield _unmet(ground, unit, what, f"{least} to {most:,}; of an ordered queue one message of a group at a time")
    memory = limits.LIMITS["function.memory"]
    if isinstance(size := said.get("memory_size"), int) and not limits.MEMORY_MIN <= size <= memory.value:
        what = f"sets {FUNCTION}.memory_size to {size:,}"
        yield _unmet(ground, unit, what, f"{limits.MEMORY_MIN} to {memory.value:,.0f} {memory.unit}; {memory.link}")


def _unmet(ground: Ground, unit: Unit, what: str, remedy: str) -> Diagnostic:
    return Diagnostic(NATIVE, f"handler {unit.handler!r}: native= {what}", ground.handlers[unit.handler].span, remedy)


def _native(ground: Ground, unit: Unit, type: str) -> Mapping[str, Any]:
    """What `native=` of a handler gives resources of a type."""
    return ground.handlers[unit.handler].native.get("aws", {}).get(type, {}) if unit.handler else {}


def _policies(ground: Ground) -> Iterator[Diagnostic]:
    """What a role may has a length; names are as long as they will be, accounts have twelve digits."""
    holders: list[_Holder] = [
        (repr(one.handler or one.kind), one.handler, ground.needed.of(one)) for one in ground.units
    ]
    holders += [(f"orchestration {one.name!r}", one.name, ground.needed.machine(one)) for one in ground.programs.all]
    application = ground.application
    written: list[Handler | Orchestration] = [*application.handlers, *application.orchestrations]
    spans = {one.name: one.span for one in written}
    for what, name, statements in holders:
        if sum(len(one.resources) for one in statements) > _FEW:
            span = spans.get(name) or ground.unfit.start
            title = f"the policy of {what} has"
            yield from ground.unfit.most(size_of(statements), limits.POLICY, title, span, _LESS)


def _callers(ground: Ground) -> Iterator[Diagnostic]:
    """What callers outside may has a length too, a smaller one."""
    remedy = "let fewer queues take messages later than 15 minutes, have fewer existing=, or make several applications"
    size, start = size_of(statements_of(ground)), ground.unfit.start
    yield from ground.unfit.most(size, limits.MANAGED_POLICY, "the policy of callers outside has", start, remedy)


_Holder = tuple[str, str, tuple[Statement, ...]]
"""What holds a policy, its name, and what the policy says."""
_FEW = 20
"""Resources that fit into any policy, whatever their names are."""
_LESS = "make it less, or several handlers of it"
