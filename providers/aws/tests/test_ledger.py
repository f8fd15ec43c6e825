"""The ledger against ministack's DynamoDB: what the conformance suite does not ask of every cloud."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from cloudless.driver.ledger import Claimed, Done, Held
from cloudless.errors import NotFound, Unavailable
from cloudless_aws.clients import sdk
from cloudless_aws.clients.ledger import DynamoLedger, stored
from cloudless_aws.clients.sdk import Sdk
from providers.aws.tests.emulators import ACCOUNT, REGION
from providers.aws.tests.resources import Resources
from providers.aws.tests.sqsmodel import Gateway
from tests import tools

START_S = 1_767_355_200.0
_NUMBERS = count(1)


class Clock:
    def __init__(self) -> None:
        self.now_s = START_S

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def table(resources: Resources) -> str:
    name = f"ledger-{next(_NUMBERS)}"
    resources.make_table(name)
    return name


@pytest.fixture
def ledger(table: str, clock: Clock) -> Iterator[DynamoLedger]:
    ledger = DynamoLedger(table, Sdk(REGION, ACCOUNT), clock)
    yield ledger
    ledger.close()


def test_a_lease_that_ended_cannot_be_completed_though_nobody_claimed(ledger: DynamoLedger, clock: Clock) -> None:
    ledger.claim("k", "me", 60)
    clock.now_s += 61
    assert not ledger.complete("k", "me", 100)


def test_the_owner_renews_its_lease(ledger: DynamoLedger, clock: Clock) -> None:
    ledger.claim("k", "me", 60)
    clock.now_s += 50
    assert isinstance(ledger.claim("k", "me", 60), Claimed)
    clock.now_s += 50
    held = ledger.claim("k", "you", 60)
    assert isinstance(held, Held)
    assert held.rest_s == 10


def test_a_completed_key_is_done_as_long_as_it_is_remembered(ledger: DynamoLedger, clock: Clock) -> None:
    ledger.claim("k", "me", 60)
    assert ledger.complete("k", "me", 1_000, "é" * 1_024)
    clock.now_s += 999
    done = ledger.claim("k", "you", 60)
    assert isinstance(done, Done)
    assert done.result == "é" * 1_024
    assert isinstance(ledger.claim("k", "me", 60), Done)
    clock.now_s += 1
    assert isinstance(ledger.claim("k", "you", 60), Claimed)


def test_a_completion_whose_answer_was_lost_is_known_again(ledger: DynamoLedger) -> None:
    ledger.claim("k", "me", 60)
    assert ledger.complete("k", "me", 100)
    assert ledger.complete("k", "me", 100)
    assert not ledger.complete("k", "you", 100)


def test_of_many_take_overs_at_once_exactly_one_wins(ledger: DynamoLedger, clock: Clock) -> None:
    ledger.claim("k", "dead", 1)
    clock.now_s += 1

    def claim(number: int) -> object:
        return ledger.claim("k", f"owner-{number}", 60)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(claim, range(8)))
    assert sum(isinstance(one, Claimed) for one in answers) == 1


@pytest.mark.parametrize("key", ["", "\x00", "\ud800", "\U0001f600" * 512, "sha256:x", "#key"], ids=ascii)
def test_any_text_is_a_key_and_none_is_another(ledger: DynamoLedger, key: str) -> None:
    assert isinstance(ledger.claim(key, "me", 60), Claimed)
    assert isinstance(ledger.claim(key, "you", 60), Held)
    assert isinstance(ledger.claim(f"{key}x", "you", 60), Claimed)
    assert isinstance(ledger.claim(stored(key) + "y", "you", 60), Claimed)
    assert ledger.complete(key, "me", 60)


def test_a_release_of_what_another_holds_changes_nothing(ledger: DynamoLedger) -> None:
    ledger.claim("k", "me", 60)
    ledger.release("k", "you")
    assert isinstance(ledger.claim("k", "you", 60), Held)
    ledger.release("k", "me")
    assert isinstance(ledger.claim("k", "you", 60), Claimed)
    ledger.release("never claimed", "you")


def test_a_table_that_does_not_exist_is_not_found(sqs: Gateway, clock: Clock) -> None:
    ledger = DynamoLedger("there-is-none", Sdk(REGION, ACCOUNT), clock)
    with pytest.raises(NotFound, match="the ledger's entry of 'k'"):
        ledger.claim("k", "me", 60)
    ledger.close()


def test_a_store_that_does_not_answer_is_unavailable(
    sqs: Gateway, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setattr(sdk, "PAUSE_S", 0)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{tools.free_port()}")
    ledger = DynamoLedger("ledger", Sdk(REGION, ACCOUNT), clock)
    with pytest.raises(Unavailable, match="the ledger's entry of 'k'"):
        ledger.claim("k", "me", 60)
    ledger.close()
