"""What the broker keeps, against ministack's DynamoDB; and its tokens, against the model of Step Functions."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from cloudless.driver.store import ABSENT, TEXT_MAX
from cloudless.errors import NotFound, Unavailable
from cloudless.runtime.broker import Mailbox
from providers.aws.tests.drivers.place import Place
from providers.aws.tests.gateway.refusal import refused

TABLE = "shop-prod-ledger"
DAY_S = 86_400.0


@pytest.fixture
def store(place: Place) -> Any:
    place.client("dynamodb").create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "key", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return place.cloud(ledger=TABLE).store


def test_what_is_written_is_read(store: Any) -> None:
    assert store.read("k") is None
    assert store.write("k", "text é 🜁", ABSENT, DAY_S)
    assert store.read("k").text == "text é 🜁"


def test_a_write_counts_only_for_the_version_that_was_read(store: Any) -> None:
    assert store.write("k", "1", ABSENT, DAY_S)
    assert not store.write("k", "2", ABSENT, DAY_S)
    first = store.read("k")
    assert store.write("k", "2", first.version, DAY_S)
    assert not store.write("k", "3", first.version, DAY_S)
    assert (store.read("k").text, store.read("k").version != first.version) == ("2", True)
    assert not store.write("other", "1", first.version, DAY_S)


def test_of_many_writers_one_wins(store: Any) -> None:
    store.write("k", "0", ABSENT, DAY_S)
    version = store.read("k").version
    with ThreadPoolExecutor(8) as pool:
        tries = [pool.submit(store.write, "k", str(number), version, DAY_S) for number in range(16)]
    won = [one.result() for one in tries]
    assert won.count(True) == 1
    assert store.read("k").text == str(won.index(True))


def test_a_text_is_kept_for_its_time(place: Place, store: Any) -> None:
    store.write("k", "old", ABSENT, DAY_S)
    version = store.read("k").version
    [item] = place.client("dynamodb").scan(TableName=TABLE)["Items"]
    assert item["expires"]["N"] == str(int(place.now_s + DAY_S))
    place.now_s += DAY_S
    assert store.read("k") is None
    assert not store.write("k", "new", version, DAY_S)
    assert store.write("k", "new", ABSENT, DAY_S)


def test_a_write_whose_answer_was_lost_was_written(place: Place, store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table has it, the caller hears of a fault, and asks again."""
    lost = iter([True])
    forward = place.gateway._backends["dynamodb"]

    def losing(call: Any) -> Any:
        answer = forward(call)
        if call.operation == "PutItem" and next(lost, False):
            return refused("dynamodb", "InternalServerError", "lost", 500)
        return answer

    monkeypatch.setitem(place.gateway._backends, "dynamodb", losing)
    assert store.write("k", "1", ABSENT, DAY_S)
    assert len(place.made("dynamodb", "PutItem")) == 2
    assert store.read("k").text == "1"


def test_the_longest_text_fits(store: Any) -> None:
    text = "x" * TEXT_MAX
    assert store.write("k", text, ABSENT, DAY_S)
    assert store.read("k").text == text


def test_a_table_that_is_not_there_is_not_found(place: Place) -> None:
    with pytest.raises(NotFound, match=r"reading 'k' in eu-central-1.*deploy the stage"):
        place.cloud(ledger="gone").store.read("k")


def test_a_table_that_throttles_is_unavailable(place: Place, store: Any) -> None:
    place.failing += [(400, "ProvisionedThroughputExceededException")] * 3
    with pytest.raises(Unavailable, match="writing 'k'"):
        store.write("k", "1", ABSENT, DAY_S)
    store.close()


# --- tokens


def waiting(place: Place) -> dict[str, Any]:
    """An execution that waits for a token for a minute; its token is where it was told."""
    told: dict[str, Any] = {}
    place.functions.known["shop-prod--broker:wait"] = told.update
    wait = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Arguments": {
            "FunctionName": f"arn:aws:lambda:eu-central-1:{place.account}:function:shop-prod--broker:wait",
            "Payload": {"token": "{% $states.context.Task.Token %}"},
        },
        "TimeoutSeconds": 60,
        "Output": "{% $states.result %}",
        "End": True,
    }
    call = place.machines.call
    text = json.dumps({"QueryLanguage": "JSONata", "StartAt": "wait", "States": {"wait": wait}})
    role = f"arn:aws:iam::{place.account}:role/shop-prod-fulfil"
    made = call("CreateStateMachine", {"name": "shop-prod-fulfil", "definition": text, "roleArn": role})
    call("StartExecution", {"stateMachineArn": made["stateMachineArn"], "name": "7", "input": "{}"})
    place.go_on()
    return told


def test_a_token_is_completed_once(place: Place) -> None:
    told = waiting(place)
    cloud = place.cloud(orchestrations={"fulfil": "shop-prod-fulfil"})
    mailbox = Mailbox("fulfil", "7", "approval")
    assert not cloud.tokens.was_taken(mailbox, told["token"])
    assert cloud.tokens.complete(told["token"], {"by": "Ada é"})
    assert not cloud.tokens.complete(told["token"], 2)
    place.go_on()
    assert json.loads(cloud.orchestrations.describe("fulfil", "7").output or "") == {"by": "Ada é"}
    assert cloud.tokens.was_taken(mailbox, told["token"])
    assert not cloud.tokens.was_taken(mailbox, "another")
    cloud.tokens.close()


def test_a_token_that_timed_out_is_not_completed(place: Place) -> None:
    told = waiting(place)
    place.now_s += 60
    place.go_on()
    tokens = place.cloud(orchestrations={"fulfil": "shop-prod-fulfil"}).tokens
    assert not tokens.complete(told["token"], 1)
    assert not tokens.was_taken(Mailbox("fulfil", "7", "approval"), told["token"])


def test_what_is_no_token_is_not_completed(place: Place) -> None:
    assert not place.cloud().tokens.complete("nonsense", 1)
