"""What no service says when something is made, and what keeps it from doing its part later.

May import: the standard library.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from providers.gcp.tests.bridge.alert import named, read
from providers.gcp.tests.bridge.google import Google
from providers.gcp.tests.bridge.made import Push, Subscription, Workflow
from providers.gcp.tests.iam.iam import ALL_USERS

INVOKE = "run.routes.invoke"
PUBLISH, CONSUME = "pubsub.topics.publish", "pubsub.subscriptions.consume"
TOKEN = "iam.serviceAccounts.getOpenIdToken"
WHOLE = frozenset({
    "roles/logging.logWriter", "roles/monitoring.viewer", "roles/workflows.invoker", "roles/workflows.viewer",
})  # fmt: skip
"""Roles for which there is nothing smaller than the project: logs, metrics and workflows have no policies of their own.

https://cloud.google.com/iam/docs/resource-types-with-policies
"""
_GIVEN_UP = "--given-up"
"""What the name of the topic ends in to which nobody has to subscribe."""


def problems(google: Google) -> Iterator[str]:
    """All of them, in words."""
    for one in google.subscriptions.values():
        yield from _of_subscription(google, one)
    yield from _of_schedules(google)
    yield from _of_gateways(google)
    for workflow in google.workflows.values():
        yield from _of_workflow(google, workflow)
    yield from _of_alerts(google)
    yield from _of_members(google)


def _of_subscription(google: Google, one: Subscription) -> Iterator[str]:
    """https://cloud.google.com/pubsub/docs/subscription-properties#expiration_period."""
    if not one.never_expires:
        yield f"{one.name} goes after a month in which nobody uses it"
    if one.push:
        yield from _of_push(google, one, one.push)
    if one.settings.dead_letter_topic:
        yield from _of_letters(google, one)


def _of_push(google: Google, one: Subscription, push: Push) -> Iterator[str]:
    """https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions."""
    function = google.function_at(push.url)
    if function is None:
        yield f"{one.name} pushes to {push.url}, which no function is"
        return
    if push.audience not in function.audiences:
        yield f"{one.name}: tokens are for {push.audience}, and not for {function.url}"
    account = google.accounts[push.account] if push.account else None
    if not google.iam.allows(account.member if account else "", INVOKE, function.service):
        yield f"{one.name}: {push.account or 'nobody'} may not call {function.name}"
    if account and not google.iam.allows(google.agent("pubsub"), TOKEN, account.id):
        yield f"{one.name}: Pub/Sub may not have tokens of {account.email}"


def _of_letters(google: Google, one: Subscription) -> Iterator[str]:
    """https://cloud.google.com/pubsub/docs/handling-failures#grant_forwarding_permissions."""
    agent, topic = google.agent("pubsub"), one.settings.dead_letter_topic
    if not google.iam.allows(agent, PUBLISH, topic):
        yield f"{one.name}: Pub/Sub may not publish dead letters to {topic}"
    if not google.iam.allows(agent, CONSUME, one.name):
        yield f"{one.name}: Pub/Sub may not take dead letters from it"
    reads = any(other.topic == topic for other in google.subscriptions.values())
    if not reads and not topic.endswith(_GIVEN_UP):
        yield f"{one.name}: nobody subscribes to {topic}, so dead letters are lost"


def _of_schedules(google: Google) -> Iterator[str]:
    """https://cloud.google.com/scheduler/docs/setup#use_pubsub."""
    agent = google.agent("cloudscheduler")
    for job in google.scheduler.jobs.values():
        if not google.iam.allows(agent, PUBLISH, job.topic):
            yield f"{job.name}: Cloud Scheduler may not publish to {job.topic}"


def _of_gateways(google: Google) -> Iterator[str]:
    """https://cloud.google.com/api-gateway/docs/configure-dev-env#configuring_a_service_account."""
    for gateway in google.gateways.values():
        member = google.accounts[gateway.account].member
        for operation in gateway.api.operations:
            where = f"{gateway.host}: {operation.method} {operation.template.text}"
            function = google.function_at(operation.backend.address)
            if function is None:
                yield f"{where} goes to {operation.backend.address}, which no function is"
            elif operation.backend.audience not in function.audiences:
                yield f"{where}: tokens are for {operation.backend.audience}"
            elif not google.iam.allows(member, INVOKE, function.service):
                yield f"{where}: {gateway.account} may not call {function.name}"


def _of_workflow(google: Google, workflow: Workflow) -> Iterator[str]:
    """Every function whose URL stands in a definition.

    https://cloud.google.com/workflows/docs/authenticate-from-workflow
    """
    member = google.accounts[workflow.account].member
    base = re.escape(f"https://{google.region}-{google.project}.cloudfunctions.net/")
    for name in dict.fromkeys(re.findall(rf"{base}([a-z0-9-]+)", workflow.source)):
        function = google.functions.get(name)
        if function is None:
            yield f"{workflow.name} calls {name}, which there is not"
        elif not google.iam.allows(member, INVOKE, function.service):
            yield f"{workflow.name}: {workflow.account} may not call {name}"
    if not google.iam.allows(member, "logging.logEntries.create", google.root):
        yield f"{workflow.name}: {workflow.account} may not log"


def _of_alerts(google: Google) -> Iterator[str]:
    """Names of what there is not."""
    there = {
        "service_name": set(google.functions),
        "subscription_id": {one.rpartition("/")[2] for one in google.subscriptions},
        "workflow_id": {one.rpartition("/")[2] for one in google.workflows},
    }
    for address, policy in google.alerts.items():
        for condition in policy["conditions"]:
            tests = read(address, condition["conditionThreshold"]["filter"])
            for label, names in there.items():
                strange = set(named(tests, label)) - names
                if strange:
                    yield f"{address} watches {sorted(strange)}, which there are not"


def _of_members(google: Google) -> Iterator[str]:
    """Who may more than is needed, whatever for: everybody, or on a whole project what there is a smaller thing for."""
    for one in google.iam.members:
        if one.member == ALL_USERS:
            yield f"everybody is {one.role} on {one.resource}"
        elif one.resource == google.root and not one.condition and one.role not in WHOLE:
            yield f"{one.member} is {one.role} on the whole project"
