"""The queue driver through boto3, against ministack behind the gateway, which refuses what SQS would refuse."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count

import pytest

from cloudless.errors import InvalidArgument, NotFound, PermissionDenied, Unavailable
from cloudless.message import Envelope, Failure
from cloudless_aws.clients import sdk
from cloudless_aws.clients.entry import batches, entry_of, size_of
from cloudless_aws.clients.queue import SqsQueues
from cloudless_aws.clients.sdk import Sdk
from cloudless_aws.wire import FIFO
from providers.aws.tests.emulators import ACCOUNT, REGION
from providers.aws.tests.resources import Resources
from providers.aws.tests.sqsmodel import Gateway
from tests import tools

NASTY = '{"text":"\\u0000 \\ufffe é 漢 🜁 \\" \\\\ <>&"}'
_NUMBERS = count(1)


@pytest.fixture
def prefix() -> str:
    """The beginning of queue names that no other test uses."""
    return f"driver-{next(_NUMBERS)}"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause between one request and its repetition."""
    monkeypatch.setattr(sdk, "PAUSE_S", 0)


@pytest.fixture
def queues(resources: Resources, prefix: str) -> Iterator[SqsQueues]:
    names = {"orders": f"{prefix}-orders", "letters": f"{prefix}-letters", "steps": f"{prefix}-steps{FIFO}"}
    queues = driver({name: resources.make_queue(physical) for name, physical in names.items()})
    yield queues
    queues.close()


def driver(addresses: dict[str, str]) -> SqsQueues:
    return SqsQueues(addresses, {}, Sdk(REGION, ACCOUNT), time.time)


def envelope(number: int = 1, body: str = "{}", **facts: object) -> Envelope:
    return Envelope(f"{number:032x}", body, sent_s=1_767_355_200.25, **facts)  # type: ignore[arg-type]


def ids(queues: SqsQueues, queue: str, limit: int = 1_000) -> list[int]:
    return [int(one.envelope.id, 16) for one in queues.receive(queue, limit)]


def test_what_is_sent_is_received_whole(queues: SqsQueues) -> None:
    sent = envelope(
        body=NASTY,
        attributes={"region": "eu"},
        group="customer-7",
        trace="a" * 32,
        correlation="c",
        attempt=3,
        error=Failure("CardDeclined", "no funds", 3),
        deduplication="d",
    )
    assert queues.send("orders", [sent]) == []
    [received] = queues.receive("orders", 10)
    assert facts_of(received.envelope) == facts_of(sent)


def facts_of(envelope: Envelope) -> dict[str, object]:
    facts = {name: getattr(envelope, name) for name in Envelope.__slots__ if name != "error"}
    error = envelope.error
    return {**facts, "error": error and (error.type, error.text, error.attempt)}


def test_the_largest_message_of_the_contract_fits(queues: SqsQueues) -> None:
    user = {f"{'b' * 63}{at}": "\U0001f600" * 256 for at in range(7)}
    largest = envelope(
        body="x" * 192 * 1024, attributes=user, error=Failure("E" * 256, "\0" * 4_000, 1), group="g" * 256
    )
    assert queues.send("orders", [largest, largest]) == []
    assert len(queues.receive("orders", 2)) == 2


def test_a_receive_of_an_empty_queue_gives_nothing(queues: SqsQueues) -> None:
    assert queues.receive("orders", 1) == []


def test_a_message_of_a_foreign_program_is_readable(queues: SqsQueues, resources: Resources, prefix: str) -> None:
    resources.send(f"{prefix}-orders", '{"id": 1}', {"region": "eu"})
    [received] = queues.receive("orders", 1)
    assert (received.envelope.body, received.envelope.attributes) == ('{"id": 1}', {"region": "eu"})
    assert received.envelope.attempt == 1
    assert len(received.envelope.id) == 32
    assert received.envelope.sent_s > 1_700_000_000


def test_a_released_message_is_visible_again_and_an_acknowledged_one_is_gone(queues: SqsQueues) -> None:
    queues.send("orders", [envelope()])
    [first] = queues.receive("orders", 1)
    assert queues.receive("orders", 1) == [], "locked"
    queues.release("orders", [first.receipt])
    [second] = queues.receive("orders", 1)
    queues.acknowledge("orders", [second.receipt])
    queues.acknowledge("orders", [second.receipt])
    queues.release("orders", [second.receipt])
    assert queues.receive("orders", 1) == []


def test_more_than_one_request_takes_is_sent_received_and_settled_in_several(queues: SqsQueues, sqs: Gateway) -> None:
    assert queues.send("orders", [envelope(number) for number in range(25)]) == []
    received = queues.receive("orders", 25)
    assert {int(one.envelope.id, 16) for one in received} == set(range(25))
    queues.release("orders", [one.receipt for one in received])
    received = queues.receive("orders", 23)
    queues.acknowledge("orders", [one.receipt for one in received])
    assert len(ids(queues, "orders")) == 2


def test_batches_keep_to_number_and_bytes() -> None:
    small = [entry_of(at, envelope(at), "") for at in range(21)]
    large = [entry_of(at, envelope(at, "x" * 190_000), "") for at in range(20)]
    assert [len(batch) for batch in batches(small)] == [10, 10, 1]
    assert {len(batch) for batch in batches(large)} == {5}
    assert all(sum(map(size_of, batch)) <= 1_048_576 for batch in batches(large))


def test_a_batch_holds_one_message_of_a_group_and_the_order_stays() -> None:
    entries = [entry_of(at, envelope(at, group=group), f"d{at}") for at, group in enumerate("aabca")]
    assert [[entry["Id"] for entry in batch] for batch in batches(entries)] == [["0"], ["1", "2", "3"], ["4"]]


def test_messages_of_a_group_are_stored_in_their_order(queues: SqsQueues) -> None:
    queues.send("steps", [envelope(number, group="ab"[number % 2]) for number in range(20)])
    received: list[Envelope] = []
    while some := queues.receive("steps", 10):
        queues.acknowledge("steps", [one.receipt for one in some])
        received += [one.envelope for one in some]
    for group in "ab":
        numbers = [int(one.id, 16) for one in received if one.group == group]
        assert len(numbers) == 10
        assert numbers == sorted(numbers)


def test_a_message_that_is_sent_twice_to_an_ordered_queue_is_stored_twice(queues: SqsQueues, sqs: Gateway) -> None:
    """A redrive sends what SQS would drop as a duplicate; deduplication is the ledger's."""
    queues.send("steps", [envelope(1, group="a")])
    queues.send("steps", [envelope(1, group="a")])
    assert len({entry["MessageDeduplicationId"] for _, entry in sqs.sends}) == 2


def test_a_group_that_sqs_would_refuse_travels_as_a_digest(queues: SqsQueues, sqs: Gateway) -> None:
    queues.send("steps", [envelope(1, group="Jürgen, Köln")])
    [(_, entry)] = sqs.sends
    assert len(entry["MessageGroupId"]) == 64
    [received] = queues.receive("steps", 1)
    assert received.envelope.group == "Jürgen, Köln"


def test_delays_up_to_a_quarter_of_an_hour_are_the_services(queues: SqsQueues, sqs: Gateway) -> None:
    queues.send("orders", [envelope(1, delay_s=900), envelope(2, delay_s=0.5), envelope(3)])
    assert [entry.get("DelaySeconds", 0) for _, entry in sqs.sends] == [900, 1, 0]


def test_what_is_throttled_is_sent_again(queues: SqsQueues, sqs: Gateway) -> None:
    sqs.failing += [(503, "ServiceUnavailable"), (400, "RequestThrottled")]
    assert queues.send("orders", [envelope(1), envelope(2)]) == []
    assert sorted(ids(queues, "orders")) == [1, 2]


def test_a_service_that_refuses_three_times_is_unavailable(queues: SqsQueues, sqs: Gateway) -> None:
    sqs.failing += [(503, "ServiceUnavailable")] * 3
    with pytest.raises(Unavailable, match=r"sending to queue 'orders'.*as the test wants it"):
        queues.send("orders", [envelope(1)])
    assert ids(queues, "orders") == []


def test_of_a_list_what_was_refused_is_told_by_its_place(queues: SqsQueues, sqs: Gateway) -> None:
    sqs.refusing = {3: "InvalidMessageContents"}
    unsent = queues.send("orders", [envelope(number) for number in range(5)])
    assert [(one.index, type(one.error)) for one in unsent] == [(3, InvalidArgument)]
    assert sorted(ids(queues, "orders")) == [0, 1, 2, 4]


def test_what_is_refused_for_good_is_told_though_the_rest_is_sent_again(queues: SqsQueues, sqs: Gateway) -> None:
    sqs.refusing = {1: "InvalidMessageContents", 2: "InternalError"}
    unsent = queues.send("orders", [envelope(number) for number in range(4)])
    assert [(one.index, type(one.error)) for one in unsent] == [(1, InvalidArgument)]
    assert sorted(ids(queues, "orders")) == [0, 2, 3]


def test_nothing_more_is_tried_where_the_queue_takes_nothing(queues: SqsQueues, sqs: Gateway) -> None:
    sqs.failing += [(403, "AccessDenied")] * 100
    with pytest.raises(PermissionDenied):
        queues.send("orders", [envelope(number) for number in range(1_000)])
    assert len(sqs.failing) >= 90
    sqs.failing.clear()


def test_messages_that_wait_are_counted(queues: SqsQueues) -> None:
    assert queues.count("orders") == 0
    queues.send("orders", [envelope(number) for number in range(13)])
    assert queues.count("orders") == 13


def test_what_one_entry_of_a_request_met_is_met_again_alone(queues: SqsQueues, sqs: Gateway) -> None:
    sqs.refusing = {1: "InternalError"}
    assert queues.send("orders", [envelope(number) for number in range(3)]) == []
    assert sorted(ids(queues, "orders")) == [0, 1, 2]


def test_nothing_of_an_ordered_queue_overtakes_what_was_refused(queues: SqsQueues, sqs: Gateway) -> None:
    sqs.refusing = {1: "InvalidMessageContents"}
    unsent = queues.send("steps", [envelope(number, group="a") for number in range(4)])
    assert [one.index for one in unsent] == [1, 2, 3]
    assert ids(queues, "steps", 1) == [0]


def test_a_refusal_of_access_says_so_and_keeps_the_native_error(queues: SqsQueues, sqs: Gateway) -> None:
    sqs.failing.append((403, "AccessDenied"))
    with pytest.raises(PermissionDenied, match="sending to queue 'orders'") as caught:
        queues.send("orders", [envelope()])
    assert type(caught.value.native).__name__ == "ClientError"


def test_an_unknown_queue_is_not_found(queues: SqsQueues) -> None:
    with pytest.raises(NotFound, match=r"no address of a queue 'nope'.*orders"):
        queues.send("nope", [envelope()])


def test_a_queue_that_does_not_exist_is_not_found(sqs: Gateway) -> None:
    queues = driver({"orders": "there-is-none"})
    with pytest.raises(NotFound, match=r"sending to queue 'orders' in us-east-1.*deploy the stage"):
        queues.send("orders", [envelope()])
    queues.close()


@pytest.mark.parametrize("form", ["{name}", f"arn:aws:sqs:{REGION}:{ACCOUNT}:{{name}}"])
def test_a_queue_is_found_by_name_or_arn(resources: Resources, prefix: str, form: str) -> None:
    url = resources.make_queue(f"{prefix}-orders")
    queues = driver({"orders": form.format(name=f"{prefix}-orders")})
    queues.send("orders", [envelope(7)])
    assert ids(queues, "orders") == [7]
    assert queues.native("orders")[1].rpartition("/")[2] == url.rpartition("/")[2]
    queues.close()


def test_a_service_that_does_not_answer_is_unavailable(sqs: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", f"http://127.0.0.1:{tools.free_port()}")
    queues = driver({"orders": "http://sqs/1/orders"})
    for call in (lambda: queues.send("orders", [envelope()]), lambda: queues.receive("orders", 1)):
        with pytest.raises(Unavailable, match="queue 'orders'"):
            call()
    queues.close()


def test_native_gives_the_official_client_and_the_url(queues: SqsQueues, prefix: str) -> None:
    client, url = queues.native("orders")
    assert type(client).__name__ == "SQS"
    assert url.endswith(f"/{prefix}-orders")
