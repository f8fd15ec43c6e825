"""What IAM refuses: the error says what gives it, which permission that is, and which line needs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cloudless.driver.denied import NotSignedIn
from cloudless.errors import NotFound, PermissionDenied
from cloudless_gcp.clients.cloud import GoogleCloud
from cloudless_gcp.clients.denied import Grant, denied
from providers.gcp.tests.clients.envelopes import envelope
from providers.gcp.tests.clients.place import REGION, Place, function_url, handling

Ask = Callable[[GoogleCloud], object]


def addresses(project: str) -> dict[str, Any]:
    at = f"projects/{project}/locations/{REGION}"
    account = f"shop-prod--delays-orders@{project}.iam.gserviceaccount.com"
    topics = {name: f"projects/{project}/topics/shop-prod-{name}" for name in ("orders", "placed")}
    return {
        "queues": {"orders": topics["orders"]},
        "subscriptions": {"orders-dead-letters": f"projects/{project}/subscriptions/shop-prod-orders-dead-letters"},
        "delays": {"orders": {"queue": f"{at}/queues/shop-prod-orders", "topic": topics["orders"], "account": account}},
        "topics": {"placed": topics["placed"]},
        "functions": {"charge-card": function_url(project, "shop-prod-charge-card")},
        "orchestrations": {"fulfil": f"{at}/workflows/shop-prod-fulfil"},
        "broker": function_url(project, "shop-prod--broker"),
        "secrets": {"stripe-key": f"projects/{project}/secrets/shop-prod-stripe-key"},
        "ledger": f"projects/{project}/databases/shop-prod-ledger",
        "records": f"projects/{project}/databases/shop-prod-executions",
    }


CALLS: list[tuple[Ask, str, str, str]] = [
    (lambda cloud: cloud.queues.send("orders", [envelope()]), "send queue 'orders'",
     "pubsub.topics.publish", "projects/{p}/topics/shop-prod-orders"),
    (lambda cloud: cloud.queues.send("orders", [envelope(delay_s=9)]), "send queue 'orders'",
     "cloudtasks.tasks.create (and iam.serviceAccounts.actAs on shop-prod--delays-orders@{p}.iam.gserviceaccount.com)",
     "projects/{p}/locations/europe-west1/queues/shop-prod-orders"),
    (lambda cloud: cloud.queues.receive("orders-dead-letters", 1), "receive queue 'orders-dead-letters'",
     "pubsub.subscriptions.consume", "projects/{p}/subscriptions/shop-prod-orders-dead-letters"),
    (lambda cloud: cloud.queues.acknowledge("orders-dead-letters", ["r"]), "receive queue 'orders-dead-letters'",
     "pubsub.subscriptions.consume", "projects/{p}/subscriptions/shop-prod-orders-dead-letters"),
    (lambda cloud: cloud.queues.release("orders-dead-letters", ["r"]), "receive queue 'orders-dead-letters'",
     "pubsub.subscriptions.consume", "projects/{p}/subscriptions/shop-prod-orders-dead-letters"),
    (lambda cloud: cloud.topics.publish("placed", [envelope()]), "publish topic 'placed'",
     "pubsub.topics.publish", "projects/{p}/topics/shop-prod-placed"),
    (lambda cloud: cloud.functions.invoke("charge-card", envelope(), 1), "invoke function 'charge-card'",
     "run.routes.invoke", "https://europe-west1-{p}.cloudfunctions.net/shop-prod-charge-card"),
    (lambda cloud: cloud.orchestrations.start("fulfil", "7", envelope()), "start orchestration 'fulfil'",
     "datastore.entities.create", "projects/{p}/databases/shop-prod-executions"),
    (lambda cloud: cloud.orchestrations.describe("fulfil", "7"), "control orchestration 'fulfil'",
     "datastore.entities.get", "projects/{p}/databases/shop-prod-executions"),
    (lambda cloud: cloud.orchestrations.executions("fulfil", None, 1), "control orchestration 'fulfil'",
     "workflows.executions.list", "projects/{p}/locations/europe-west1/workflows/shop-prod-fulfil"),
    (lambda cloud: cloud.orchestrations.send("", "7", "approval", envelope()), "send event 'approval'",
     "run.routes.invoke (as one of its senders)", "https://europe-west1-{p}.cloudfunctions.net/shop-prod--broker"),
    (lambda cloud: cloud.secrets.read("stripe-key"), "read secret 'stripe-key'",
     "secretmanager.versions.access", "projects/{p}/secrets/shop-prod-stripe-key"),
    (lambda cloud: cloud.ledger.claim("k", "me", 60), "claim ledger 'projects/{p}/databases/shop-prod-ledger'",
     "datastore.entities.create", "projects/{p}/databases/shop-prod-ledger"),
]  # fmt: skip


@pytest.mark.parametrize(("ask", "what", "permission", "resource"), CALLS)
def test_a_handler_is_told_the_permission_and_the_line(
    place: Place, ask: Ask, what: str, permission: str, resource: str
) -> None:
    cloud = place.cloud(**addresses(place.project))
    with handling(cloud, "take"), pytest.raises(PermissionDenied) as caught:
        ask(cloud)
    said = str(caught.value)
    named = [text.format(p=place.project) for text in (what, permission, resource)]
    assert said.startswith(f"handler 'take' may not {named[0]} ({__file__}:")
    assert f"it lacks {named[1]} on {named[2]}. The build gives it that" in said
    assert "Google said: " in said


def test_the_line_is_that_of_the_call(place: Place) -> None:
    cloud = place.cloud(**addresses(place.project))
    with pytest.raises(PermissionDenied) as caught:
        cloud.topics.publish("placed", [envelope()])
    line = next(entry.lineno + 1 for entry in caught.traceback if str(entry.path) == __file__)
    assert f"({__file__}:{line})" in str(caught.value)


def test_who_is_outside_is_told_of_callers(place: Place) -> None:
    with pytest.raises(PermissionDenied, match=r"this identity may not publish topic 'placed'.*variable `callers`"):
        place.cloud(**addresses(place.project)).topics.publish("placed", [envelope()])


def test_what_a_policy_forbids_no_grant_gives() -> None:
    grant = Grant("send", "queue", "orders", "pubsub.topics.publish", "t")
    said = PermissionDenied("Permission 'pubsub.topics.publish' denied by a deny policy")
    assert "against which no grant helps" in str(denied(grant, said))


def test_who_is_not_signed_in_is_not_told_of_grants() -> None:
    said = NotSignedIn("sign in")
    assert denied(Grant("send", "queue", "orders", "pubsub.topics.publish", "t"), said) is said


@pytest.mark.parametrize("known", [True, False])
def test_a_handler_without_an_address_may_not(place: Place, *, known: bool) -> None:
    cloud = place.cloud(**(addresses(place.project) if known else {}))
    with handling(cloud, "take"), pytest.raises(PermissionDenied, match=r"does not mention it.*uses=\[others\.send\]"):
        cloud.queues.send("others", [envelope()])
    with pytest.raises(NotFound, match="this program has no address of a queue 'others'"):
        cloud.queues.send("others", [envelope()])
