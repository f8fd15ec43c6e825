"""A queue from end to end: client, emulator, model, functions-framework, handler, ledger, dead letters."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from cloudless.driver.current import leave, use
from cloudless_gcp.capabilities import GAPS
from providers.gcp.tests.broker import Broker
from providers.gcp.tests.deployment import Deployment, deployed
from providers.gcp.tests.emulators import eventually
from providers.gcp.tests.pubsubmodel.subscription import US
from providers.gcp.tests.shop import charges, mails, orders, parcels

NASTY = '\x00 é 漢 🜁 " \\ <>& \u2028'


class Shop:
    """The deployed shop, and what its handlers noted."""

    def __init__(self, deployment: Deployment, journal: Path) -> None:
        self.deployment = deployment
        self._journal = journal

    def run(self) -> None:
        self.deployment.world.run()

    def notes(self, handler: str) -> list[dict[str, Any]]:
        lines = self._journal.read_text().splitlines() if self._journal.exists() else []
        return [note for line in lines if (note := json.loads(line)).pop("handler") == handler]

    def gaps_s(self, source: str) -> list[float]:
        times = [push.at_us / US for push in self.deployment.subscriptions[source].pushes]
        return [later - earlier for earlier, later in pairwise(times)]


@pytest.fixture
def shop(broker: Broker, firestore: str, tmp_path: Path) -> Iterator[Shop]:
    journal = tmp_path / "journal"
    env = {"JOURNAL": str(journal), "FIRESTORE_EMULATOR_HOST": firestore}
    with deployed("providers.gcp.tests.shop:app", broker, tmp_path, env) as deployment:
        token = use(deployment.cloud)
        yield Shop(deployment, journal)
        leave(token)


def test_a_message_reaches_its_handler_whole_and_what_it_sends_the_next(shop: Shop) -> None:
    orders.send({"text": NASTY, "then": {"n": 1}}, attributes={"region": "eu"})
    shop.run()
    [taken] = shop.notes("take")
    assert (taken["body"]["text"], taken["attributes"], taken["attempt"]) == (NASTY, {"region": "eu"}, 1)
    [followed] = shop.notes("follow")
    assert followed["body"] == {"n": 1}
    assert followed["correlation"]


def test_a_failure_comes_back_after_the_back_off_with_the_same_id(shop: Shop) -> None:
    orders.send({"do": ["raise", "raise", "return"]})
    shop.run()
    assert [note["attempt"] for note in shop.notes("take")] == [1, 2, 3]
    assert len({note["id"] for note in shop.notes("take")}) == 1
    assert shop.gaps_s("orders") == [2, 4]
    assert orders.dead_letters.peek() == []


def test_the_last_failure_is_a_dead_letter_with_its_error(shop: Shop) -> None:
    orders.send({"do": ["raise"], "text": NASTY * 100}, attributes={"region": "eu"})
    shop.run()
    [letter] = orders.dead_letters.peek()
    assert len(shop.notes("take")) == 3
    assert (letter.error.type, letter.error.attempt, letter.attributes) == ("ConnectionError", 3, {"region": "eu"})
    assert letter.error.text.startswith(NASTY)
    assert letter.id == shop.notes("take")[0]["id"]


def test_a_rejected_message_is_a_dead_letter_at_once_and_can_be_redriven(shop: Shop) -> None:
    orders.send({"do": ["reject"]})
    shop.run()
    assert orders.dead_letters.redrive() == 1
    shop.run()
    assert [note["attempt"] for note in shop.notes("take")] == [1, 1]
    [letter] = orders.dead_letters.peek()
    assert (letter.error.type, letter.error.text) == ("Reject", "never")


def test_a_body_that_does_not_validate_is_a_dead_letter_and_reaches_no_handler(shop: Shop, broker: Broker) -> None:
    broker.publish(broker.topic("orders"), b"[1]", {})
    shop.run()
    [letter] = orders.dead_letters.peek()
    assert (letter.error.type, letter.body, shop.notes("take")) == ("InvalidBody", [1], [])


def test_a_crash_is_an_attempt_and_the_last_one_a_dead_letter(shop: Shop) -> None:
    orders.send({"do": ["crash"]})
    shop.run()
    [letter] = orders.dead_letters.peek()
    assert (letter.error.type, letter.error.attempt, len(shop.notes("take"))) == ("Crashed", 3, 3)


def test_a_duplicate_is_handled_once_and_a_failed_one_again(shop: Shop) -> None:
    charges.send({"id": "1"})
    charges.send({"id": "1"})
    charges.send({"id": "2", "do": ["raise", "return"]})
    shop.run()
    handled = sorted((note["id"], note["attempt"]) for note in shop.notes("charge"))
    assert handled == [("1", 1), ("2", 1), ("2", 2)]
    assert charges.dead_letters.peek() == []


@pytest.mark.xfail(strict=True, reason=f"gcp: {GAPS['queue.delay'].reason}")
def test_a_message_with_a_key_is_tried_again_after_a_crash(shop: Shop) -> None:
    """The lease of the crashed delivery outlives the back-off, and each delivery that meets it counts."""
    charges.send({"id": "1", "do": ["crash", "return"]})
    shop.run()
    assert [note["attempt"] for note in shop.notes("charge")] == [1, 2]
    assert charges.dead_letters.peek() == []


def test_a_failing_head_blocks_its_group_and_no_other(shop: Shop) -> None:
    for number in range(3):
        parcels.send({"number": number, "do": ["raise", "return"] if number == 0 else ["return"]}, group="a")
        parcels.send({"number": number}, group="b")
    shop.run()
    shipped = shop.notes("ship")
    assert [note["number"] for note in shipped if note["group"] == "a"] == [0, 0, 1, 2]
    assert [note["number"] for note in shipped if note["group"] == "b"] == [0, 1, 2]
    assert shipped[-1]["group"] == "a"


def test_a_group_goes_on_after_its_head_is_dead_lettered(shop: Shop) -> None:
    parcels.send_all([({"number": 0, "do": ["raise"]}), ({"number": 1})], group="a")
    shop.run()
    assert [note["number"] for note in shop.notes("ship")] == [0, 0, 0, 1]
    [letter] = parcels.dead_letters.peek()
    assert (letter.body, letter.group) == ({"number": 0, "do": ["raise"]}, "a")


def test_a_batch_handler_gets_lists_of_one_and_its_dead_letters_are_consumed(shop: Shop) -> None:
    mails.send_all([{"n": number, "do": ["reject" if number == 1 else "return"]} for number in range(3)])
    shop.run()
    assert sorted(note["bodies"][0]["n"] for note in shop.notes("mail")) == [0, 1, 2]
    assert {len(note["bodies"]) for note in shop.notes("mail")} == {1}
    [mourned] = shop.notes("mourn")
    assert (mourned["body"]["n"], mourned["error"]) == (1, "Reject")


def test_the_emulators_own_push_is_handled_and_acknowledged(shop: Shop, broker: Broker) -> None:
    """No model in between: Google's emulator speaks to Google's function server."""
    pushed = broker.subscription("pushed")
    push = {"push_endpoint": f"{shop.deployment.url}/orders"}
    broker.subscriber.create_subscription(
        request={"name": pushed, "topic": broker.topic("orders"), "push_config": push}
    )
    orders.send({"text": NASTY})
    assert eventually(lambda: len(shop.notes("take")) == 1)
    broker.subscriber.modify_push_config(subscription=pushed, push_config={})
    assert shop.notes("take")[0]["body"] == {"text": NASTY}
