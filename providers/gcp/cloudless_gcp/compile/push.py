"""Push subscriptions: Pub/Sub calls the function that consumes, with a token of the account `push`.

Settings: docs/mechanisms.md, failure, lock, back-off and order. Every subscription has a dead-letter policy, without
which no push says which attempt it is. Our runtime gives up before; what may be lost then goes to a topic that nobody
reads, and what is tried until it is handled goes round between two topics. Pub/Sub's own account has to be allowed to
publish there, and to take from here.
https://cloud.google.com/pubsub/docs/push
https://cloud.google.com/pubsub/docs/handling-failures
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

from cloudless.compiler import digest_of
from cloudless_gcp import names
from cloudless_gcp.compile import need, scope
from cloudless_gcp.compile.account import account, account_of, label_of, name_of
from cloudless_gcp.compile.permission import SUBSCRIPTION_MEMBER, TOPIC_MEMBER, On, member, on_account, on_service
from cloudless_gcp.compile.service import PUBSUB, agent
from cloudless_gcp.compile.wait import called, hold
from cloudless_gcp.deadline import OURS_S, START_S
from cloudless_gcp.limits import LIMITS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cloudless.compiler.native import Owner
    from cloudless.compiler.unit import Unit
    from cloudless.runtime.plan import Plan
    from cloudless_gcp.compile.ground import Ground
    from cloudless_gcp.compile.key import Keys

RECEIVES_MIN, RECEIVES_MAX = int(LIMITS["queue.receives_min"].value), int(LIMITS["queue.receives_max"].value)
RETENTION_S = int(LIMITS["queue.retention"].value)
BACKOFF_MAX_S = 600
"""https://cloud.google.com/pubsub/docs/subscription-retry-policy"""
FREE = ("message_retention_duration", "expiration_policy.ttl", "retry_policy.minimum_backoff")
KEPT: dict[str, Any] = {"message_retention_duration": f"{RETENTION_S}s", "expiration_policy": {"ttl": ""}}
"""As long as there may be, and for ever: a subscription that nothing uses for a month would be deleted otherwise."""
ANEW: dict[str, Any] = {"lifecycle": {"create_before_destroy": True}}
"""Of subscriptions: what goes of one to be replaced goes last, its function too; see `names.subscription_id`."""
_TOKENS = "roles/iam.serviceAccountOpenIdTokenCreator"
_PUBSUB = f"-{PUBSUB}"


class Pushes:
    """Adds push subscriptions, and what they need once a stage or once a topic."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._called: set[str] = set()
        self._letters: dict[str, str] = {}
        self._taken: dict[str, str] = {}
        self._is_ready = False

    def add(
        self,
        label: str,
        id: str,
        topic: str,
        source: str,
        *,
        owners: Iterable[Owner | None] = (),
        again: str = "",
        **more: Any,
    ) -> None:
        """A subscription of that label and physical id, which pushes to the consumer of a source. topic: a reference.

        source: logical name of a queue or subscription that something consumes. owners: whose `native=` goes into it.
        again: label of the topic to which Pub/Sub forwards what is never given up. more: arguments of this one.
        """
        ground, plan = self._ground, self._ground.plans[source]
        unit = ground.consumers[source]
        arguments: dict[str, Any] = {
            **ground.of(PUBSUB),
            "name": id,
            "topic": topic,
            "ack_deadline_seconds": deadline_s(plan),
            **KEPT,
            **_backoff(plan),
            "push_config": self._endpoint(unit),
            **self._given_up(label, source, again),
            **({"enable_message_ordering": True} if plan.ordered else {}),
            **more,
        }
        self._call(unit)
        arguments |= {"depends_on": ground.flow.before_subscription(label), **ANEW}
        for owner in owners:
            arguments = arguments if owner is None else owner.merged(scope.SUBSCRIPTION, arguments, FREE)
        ground.document.resource(scope.SUBSCRIPTION, label, arguments)

    def _endpoint(self, unit: Unit) -> dict[str, Any]:
        url = names.url_of(self._ground.place, unit.function)
        return {"push_endpoint": url, "oidc_token": {"service_account_email": self._who(), "audience": url}}

    def _who(self) -> str:
        """The e-mail of the account whose tokens pushes carry: Pub/Sub may have them."""
        ground, label = self._ground, label_of(_PUBSUB, "tokens")
        if not self._is_ready:
            made = account(ground, names.PUSH, comment="as whom Pub/Sub calls functions")
            on, why = on_account(made), ("ours: pushes carry its tokens",)
            hold(ground, member(ground, label, on, role=_TOKENS, who=agent(ground, PUBSUB), why=why))
            self._is_ready = True
        return account_of(ground, names.PUSH)["email"]

    def _call(self, unit: Unit) -> None:
        """That the account may call the function, and the wait until it does."""
        ground = self._ground
        if unit.name not in self._called:
            label, who = label_of(names.PUSH, "calls", unit.name), account_of(ground, names.PUSH)["member"]
            on, why = on_service(ground, unit.name), ("ours: it is fed by Pub/Sub",)
            called(ground, unit, member(ground, label, on, role=need.INVOKER, who=who, why=why))
            self._called.add(unit.name)

    def _given_up(self, label: str, source: str, again: str) -> dict[str, Any]:
        """The dead-letter policy."""
        dead, topic = self._letters_of(source, again)
        self._letters[dead] = topic
        self._taken[label] = self._ground.document.address(scope.SUBSCRIPTION, label)["name"]
        most = _receives(self._ground.plans[source])
        return {"dead_letter_policy": {"dead_letter_topic": topic, "max_delivery_attempts": most}}

    def _letters_of(self, source: str, again: str) -> tuple[str, str]:
        """Where Pub/Sub puts what it gives up: a name for that, and the topic as a reference."""
        if again:
            return again, self._ground.document.address(scope.TOPIC, again)["id"]
        dead = self._ground.plans[source].dead_letters
        return (dead, scope.queue_topic(self._ground, dead)) if dead else self._nowhere(source)

    def allow(self) -> None:
        """That Pub/Sub may do what dead-letter policies say, once all are there."""
        if not self._taken:
            return
        ground, who = self._ground, agent(self._ground, PUBSUB)
        each = {"for_each": f"${{{ground.local('dead_letters', self._letters)}}}", "topic": "${each.value}"}
        on, why = On(TOPIC_MEMBER, each), ("ours: Pub/Sub forwards what it gives up itself",)
        sends = member(ground, label_of(_PUBSUB, "sends"), on, role=need.PUBLISHER, who=who, why=why)
        hold(ground, sends, several=True)
        each = {"for_each": f"${{{ground.local('pushed', self._taken)}}}", "subscription": "${each.value}"}
        on, why = On(SUBSCRIPTION_MEMBER, {**each, "project": ground.project}), ("ours: and takes it from here",)
        member(ground, label_of(_PUBSUB, "receives"), on, role=need.SUBSCRIBER, who=who, why=why)

    def _nowhere(self, source: str) -> tuple[str, str]:
        """Label and reference of a topic of ours for what may be lost: one for each key."""
        ground = self._ground
        keys: Keys = ground.keys.get(source, {})
        label = f"{scope.GIVEN_UP}--{digest_of(repr(sorted(keys.items())))}" if keys else scope.GIVEN_UP
        if label not in self._letters:
            name = names.topic_id(ground.place, name_of(label))
            comment = "what may be lost: nobody subscribes"
            ground.document.resource(scope.TOPIC, label, {**ground.of(PUBSUB), "name": name, **keys}, comment=comment)
        return label, ground.document.address(scope.TOPIC, label)["id"]


def deadline_s(plan: Plan) -> int:
    """How long Pub/Sub waits for the answer to a push: see deadline.py. A longer handler was refused before."""
    return ceil(plan.timeout_s) + OURS_S + START_S


def _receives(plan: Plan) -> int:
    """After how many deliveries Pub/Sub gives up: later than our runtime, which may count others (attempts.py)."""
    is_counted_by_us = plan.endless or plan.is_guarded
    return RECEIVES_MAX if is_counted_by_us else min(RECEIVES_MAX, max(RECEIVES_MIN, plan.attempts + 1))


def _backoff(plan: Plan) -> dict[str, Any]:
    """Pub/Sub doubles from the first to the second; where a program's factor is another one, our runtime waits.

    What does not wait has no policy: then it comes again as soon as possible. How a wait grows from 0 s is not said.
    https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions#Subscription.FIELDS.retry_policy
    """
    if plan.delay_s == 0:
        return {}
    least = min(BACKOFF_MAX_S, plan.delay_s)
    most = least if plan.factor == 1 else max(least, min(BACKOFF_MAX_S, plan.max_delay_s))
    return {"retry_policy": {"minimum_backoff": _seconds(least), "maximum_backoff": _seconds(most)}}


def _seconds(value: float) -> str:
    """A duration as Google's APIs have it, in microseconds at the finest, without an exponent: 3.5s."""
    return f"{f'{value:.6f}'.rstrip('0').rstrip('.')}s"
