"""Who may do what on our broker, rule by rule as Microsoft documents it. That Azure does so is not ours to test."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from azure.servicebus import ServiceBusClient, ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient as AsyncServiceBusClient
from azure.servicebus.exceptions import ServiceBusAuthenticationError, ServiceBusAuthorizationError

from providers.azure.tests.servicebus import Broker, Clock, Content, Namespace, Policy, Settings, SharedAccess, frames
from providers.azure.tests.servicebus.access import CLAIMS, LISTEN, MANAGE, SEND, Access, entity_of, is_within
from providers.azure.tests.servicebus.codec import Described, encode
from providers.azure.tests.servicebus.content import APPLICATION, SCHEDULED
from providers.azure.tests.servicebus.frames import Frame
from providers.azure.tests.servicebus.management import VALUE, Request, entity_reply
from providers.azure.tests.servicebus.session import Session

_DOCS = "https://learn.microsoft.com/en-us/azure/service-bus-messaging"
RIGHTS = f"{_DOCS}/service-bus-sas#rights-required-for-service-bus-operations"
ROLES = f"{_DOCS}/service-bus-managed-service-identity#assign-a-service-bus-role-to-the-managed-identity"
BROWSING = f"{_DOCS}/message-browsing"
SEQUENCING = f"{_DOCS}/message-sequencing#scheduled-messages"
QUEUE, SUBSCRIPTION = "orders", "placed/Subscriptions/mail"


class Holder:
    """An identity with these claims on one entity; the token is its name."""

    def __init__(self, entity: str, *claims: str) -> None:
        self._entity = entity
        self._claims = claims

    def identity(self, token: str) -> str | None:
        return token

    def allows(self, identity: str, claim: str, entity: str) -> bool:
        return claim in self._claims and is_within(entity, self._entity)


def filled(authoriser: Holder) -> Namespace:
    namespace = Namespace(Clock(lambda: 1_700_000_000), authoriser=authoriser)
    namespace.add_queue(QUEUE)
    namespace.add_queue("sessions", Settings(sessions=True))
    namespace.add_topic("placed")
    namespace.add_subscription("placed", "mail")
    return namespace


def access_of(namespace: Namespace, *audiences: str) -> Access:
    access = Access(namespace.authoriser)
    for audience in audiences or ("",):
        assert access.put("me", f"sb://shop.servicebus.windows.net/{audience}")
    return access


def attached(namespace: Namespace, access: Access, address: str, *, receives: bool) -> str:
    """Open a link; the condition of the refusal, "" for none."""
    written = list[tuple[int, list[Any]]]()
    session = Session(namespace, access, lambda code, fields, payload: written.append((code, fields)), 4_096, 0)
    terminus = Described(frames.SOURCE, [address])
    session.handle(Frame(0, frames.ATTACH, ["link", 0, receives, 0, 0, terminus, terminus], b""))
    refusals = [fields[2] for code, fields in written if code == frames.DETACH]
    return str(refusals[0].value[0]) if refusals else ""


def request(operation: str, body: dict[str, Any]) -> Request:
    sections = [(APPLICATION, {"operation": f"com.microsoft:{operation}"}), (VALUE, body)]
    return Request(b"".join(encode(Described(code, value)) for code, value in sections))


def asked(namespace: Namespace, access: Access, address: str, operation: str, **body: Any) -> str:
    """Make a request; the condition of the refusal, "" for none."""
    names = {name.replace("_", "-"): value for name, value in body.items()}
    answer = Request(entity_reply(namespace, access, address, request(operation, names)))
    return str(answer.application.get("errorCondition", ""))


def scheduled(namespace: Namespace, access: Access) -> str:
    content = Content(Content.of(b"later").body, annotations={SCHEDULED: 0})
    return asked(namespace, access, QUEUE, "schedule-message", messages=[{"message": content.encoded(0, None, {})}])


def rule_added(namespace: Namespace, access: Access) -> str:
    description = {"sql-filter": {"expression": "region = 'eu'"}}
    return asked(namespace, access, SUBSCRIPTION, "add-rule", rule_name="eu", rule_description=description)


Act = Callable[[Namespace, Access], str]


@dataclass(frozen=True, slots=True)
class Rule:
    """One operation. entity: where its claim is needed; act: does it, and returns the condition of the refusal."""

    operation: str
    claim: str
    entity: str
    link: str
    act: Act


def link(address: str, *, receives: bool) -> Act:
    return lambda namespace, access: attached(namespace, access, address, receives=receives)


def ask(address: str, operation: str, **body: Any) -> Act:
    return lambda namespace, access: asked(namespace, access, address, operation, **body)


def settles(status: str) -> Act:
    return ask(QUEUE, "update-disposition", lock_tokens=[], disposition_status=status)


RULES = [
    Rule("send to a queue", SEND, QUEUE, RIGHTS, link(QUEUE, receives=False)),
    Rule("send to a topic", SEND, "placed", RIGHTS, link("placed", receives=False)),
    Rule("schedule a message", SEND, QUEUE, SEQUENCING, scheduled),
    Rule("cancel", SEND, QUEUE, SEQUENCING, ask(QUEUE, "cancel-scheduled-message", sequence_numbers=[1])),
    Rule("receive from a queue", LISTEN, QUEUE, RIGHTS, link(QUEUE, receives=True)),
    Rule("receive from a subscription", LISTEN, SUBSCRIPTION, RIGHTS, link(SUBSCRIPTION, receives=True)),
    Rule("receive dead letters", LISTEN, QUEUE, RIGHTS, link(f"{QUEUE}/$DeadLetterQueue", receives=True)),
    Rule("complete", LISTEN, QUEUE, RIGHTS, settles("completed")),
    Rule("abandon", LISTEN, QUEUE, RIGHTS, settles("abandoned")),
    Rule("defer", LISTEN, QUEUE, RIGHTS, settles("defered")),
    Rule("dead-letter", LISTEN, QUEUE, RIGHTS, settles("suspended")),
    Rule("receive by number", LISTEN, QUEUE, RIGHTS, ask(QUEUE, "receive-by-sequence-number", sequence_numbers=[])),
    Rule("renew a lock", LISTEN, QUEUE, ROLES, ask(QUEUE, "renew-lock", lock_tokens=[])),
    Rule("browse", LISTEN, QUEUE, BROWSING, ask(QUEUE, "peek-message", from_sequence_number=0, message_count=1)),
    Rule("get a state", LISTEN, "sessions", RIGHTS, ask("sessions", "get-session-state", session_id="a")),
    Rule(
        "set a state",
        LISTEN,
        "sessions",
        RIGHTS,
        ask("sessions", "set-session-state", session_id="a", session_state=b""),
    ),
    Rule("create a rule", MANAGE, SUBSCRIPTION, RIGHTS, rule_added),
    Rule("delete a rule", MANAGE, SUBSCRIPTION, RIGHTS, ask(SUBSCRIPTION, "remove-rule", rule_name="$Default")),
]
"""What our broker holds of Microsoft's table, and where it says so."""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.operation)
def test_an_operation_needs_its_claim_on_its_entity(rule: Rule) -> None:
    allowed, others = filled(Holder(rule.entity, rule.claim)), filled(Holder(rule.entity, *CLAIMS - {rule.claim}))
    elsewhere = filled(Holder("elsewhere", *CLAIMS))
    assert rule.act(allowed, access_of(allowed)) == ""
    for refused in (others, elsewhere):
        assert rule.act(refused, access_of(refused)) == "amqp:unauthorized-access"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.operation)
def test_a_claim_on_the_namespace_holds_for_every_entity(rule: Rule) -> None:
    namespace = filled(Holder("", rule.claim))
    assert rule.act(namespace, access_of(namespace)) == ""


def test_a_claim_on_a_topic_holds_for_its_subscriptions_and_not_the_other_way_round() -> None:
    namespace = filled(Holder("placed", LISTEN))
    assert attached(namespace, access_of(namespace), SUBSCRIPTION, receives=True) == ""
    namespace = filled(Holder(SUBSCRIPTION, SEND))
    assert attached(namespace, access_of(namespace), "placed", receives=False) == "amqp:unauthorized-access"


def test_who_may_not_does_not_learn_whether_an_entity_exists() -> None:
    namespace = filled(Holder(QUEUE, SEND))
    assert attached(namespace, access_of(namespace), "nothing", receives=False) == "amqp:unauthorized-access"
    namespace = filled(Holder("", SEND))
    assert attached(namespace, access_of(namespace), "nothing", receives=False) == "amqp:not-found"


def test_a_token_counts_for_the_address_that_it_was_put_for() -> None:
    namespace = filled(Holder("", SEND, LISTEN))
    assert attached(namespace, access_of(namespace, "placed"), QUEUE, receives=False) == "amqp:unauthorized-access"
    assert attached(namespace, access_of(namespace, "Orders"), "orders/$DeadLetterQueue", receives=True) == ""


def test_names_that_begin_alike_are_not_below_one_another() -> None:
    assert is_within("orders", "Orders") and is_within("placed/Subscriptions/mail", "placed")
    assert not is_within("orders-dead-letters", "orders")
    assert entity_of("placed/Subscriptions/mail/$DeadLetterQueue") == SUBSCRIPTION


def test_a_policy_with_manage_has_all_rights() -> None:
    with pytest.raises(ValueError, match="must also have send and listen"):
        Policy("key", [MANAGE])


# --- with Microsoft's client ------------------------------------------------------------------------

POLICIES = {"all": Policy("k1", CLAIMS), "send": Policy("k2", [SEND]), "listen": Policy("k3", [LISTEN], QUEUE)}


@pytest.fixture(scope="module")
def guarded() -> Iterator[Broker]:
    with Broker.running(authoriser=SharedAccess(POLICIES)) as broker:
        broker.add_queue(QUEUE)
        yield broker


def client(broker: Broker, policy: str, key: str = "") -> ServiceBusClient:
    text = broker.connection_string_of(policy, key or POLICIES[policy].key)
    return ServiceBusClient.from_connection_string(text, retry_total=0)


@pytest.mark.slow
def test_the_client_sends_and_receives_with_the_rights_of_its_policy(guarded: Broker) -> None:
    with client(guarded, "send") as sends, sends.get_queue_sender(QUEUE) as sender:
        sender.send_messages(ServiceBusMessage("x"))
    with client(guarded, "listen") as listens, listens.get_queue_receiver(QUEUE) as receiver:
        (message,) = receiver.receive_messages(1, max_wait_time=5)
        receiver.complete_message(message)
    assert guarded.stored(QUEUE) == []


@pytest.mark.slow
def test_the_client_is_told_what_it_may_not(guarded: Broker) -> None:
    told = r"'Send' claim\(s\) are required to perform this operation. Resource: 'orders'"
    with client(guarded, "listen") as listens, pytest.raises(ServiceBusAuthorizationError, match=told):
        listens.get_queue_sender(QUEUE).send_messages(ServiceBusMessage("x"))


@pytest.mark.slow
def test_a_token_that_is_not_signed_with_the_key_is_refused(guarded: Broker) -> None:
    with client(guarded, "all", "another key") as forger, pytest.raises(ServiceBusAuthenticationError):
        forger.get_queue_sender(QUEUE).send_messages(ServiceBusMessage("x"))


@pytest.mark.slow
def test_the_async_client_is_told_alike(guarded: Broker) -> None:
    async def send(policy: str) -> None:
        text = guarded.connection_string_of(policy, POLICIES[policy].key)
        connected = AsyncServiceBusClient.from_connection_string(text, retry_total=0)
        async with connected, connected.get_queue_sender(QUEUE) as sender:
            await sender.send_messages(ServiceBusMessage("x"))

    asyncio.run(send("send"))
    assert len(guarded.stored(QUEUE)) == 1
    with pytest.raises(ServiceBusAuthorizationError):
        asyncio.run(send("listen"))
