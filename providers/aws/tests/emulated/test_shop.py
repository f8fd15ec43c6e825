"""One of each, built and applied whole to the emulator: queues, topics, endpoints, functions, schedules, executions."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cloudless.build import build
from cloudless.config import Stage as StageOf
from cloudless.config.project import load
from cloudless.driver.current import leave, use
from cloudless.errors import RemoteError
from cloudless.execution import Execution
from cloudless.testing.http import Client
from cloudless_aws.clients.cloud import AwsCloud
from cloudless_aws.names import addresses_of
from providers.aws.tests.emulated.emulator import Emulator
from providers.aws.tests.emulated.stage import REGION, Outcomes, Stage
from tests.hosting.web import client_of

pytestmark = pytest.mark.slow
SHOP = Path(__file__).parent / "shop"
PREFIX = "shop-test"
TICKS = f"{PREFIX}--ticks"


class Shop:
    """The shop, deployed. module: its own, whose calls go there. told: what its handlers told. http: its API."""

    def __init__(self, project: Path, emulator: Emulator) -> None:
        python = f"{sys.version_info.major}.{sys.version_info.minor}"
        told = StageOf.model_validate({"name": "test", "provider": "aws", "region": REGION, "python": python})
        made = build(load(project / "cloudless.toml"), told, dependencies=False)
        made.write(project / "build", lock=False)
        self.stage = Stage(project / "build", emulator)
        self.module: Any = sys.modules["shop"]
        self.told = Outcomes(self.stage, f"{PREFIX}-outcomes")
        self.cloud = AwsCloud(addresses_of(made.application, told))
        self.http = Client(client_of(self.stage.http_url()))


@pytest.fixture(scope="session")
def deployed(aws_emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    project = tmp_path_factory.mktemp("shop") / "project"
    shutil.copytree(SHOP, project, ignore=shutil.ignore_patterns("__pycache__"))
    shop = Shop(project, aws_emulator)
    shop.stage.clients("secretsmanager").put_secret_value(SecretId="shop/test/key", SecretString="s3cret")
    yield shop
    shop.stage.close()
    shop.cloud.close()


@pytest.fixture
def shop(deployed: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """Client calls go to what is deployed."""
    for name, value in deployed.stage.environment().items():
        monkeypatch.setitem(os.environ, name, value)
    token = use(deployed.cloud)
    yield deployed
    leave(token)


def test_a_message_is_handled(shop: Shop) -> None:
    shop.module.orders.send({"id": "m1"})
    assert shop.told.first(take="m1")["attempt"] == 1


def test_a_message_that_fails_comes_again_and_is_given_up(shop: Shop) -> None:
    orders = shop.module.orders
    orders.send({"id": "m2", "bad": True})
    shop.told.first(take="m2", attempt=2)
    (letter,) = shop.stage.eventually(lambda: orders.dead_letters.peek(10))
    assert letter.body == {"id": "m2", "bad": True}
    assert (letter.error.type, letter.error.text) == ("ValueError", "order m2 is bad")
    assert orders.dead_letters.redrive() == 1
    shop.stage.eventually(lambda: [one["attempt"] for one in shop.told.all() if one.get("take") == "m2"][2:] == [1, 2])


def test_messages_of_a_group_arrive_in_order(shop: Shop) -> None:
    for number in range(5):
        shop.module.steps.send({"n": number}, group="a")
    shop.told.first(walk=4)
    assert [one["walk"] for one in shop.told.all() if "walk" in one] == [0, 1, 2, 3, 4]


def test_a_topic_reaches_its_subscribers_through_their_filters(shop: Shop) -> None:
    shop.module.placed.publish({"id": "plain"}, attributes={"kind": "plain"})
    shop.module.placed.publish({"id": "gift"}, attributes={"kind": "gift"})
    shop.stage.run()
    told = shop.told.all()
    assert {"note": "plain"} in told
    assert {"note": "gift"} in told
    assert {"wrap": "gift"} in told
    assert {"wrap": "plain"} not in told


def test_a_function_is_invoked(shop: Shop) -> None:
    assert shop.module.double.invoke(21) == 42
    with pytest.raises(shop.module.Declined, match="no funds on 4711"):
        shop.module.decline.invoke("4711")


def test_a_function_is_invoked_later(shop: Shop) -> None:
    shop.module.say.invoke_later("hello")
    shop.told.first(say="hello")
    shop.http.post("/orders/h2", json={"say": "hello again"})
    shop.told.first(say="hello again")


def test_a_function_reads_its_secret(shop: Shop) -> None:
    assert shop.module.sealed.invoke() == "s3cret"


def test_an_endpoint_sends_and_publishes(shop: Shop) -> None:
    answer = shop.http.post("/orders/h1", json={"kind": "gift"})
    assert (answer.status, answer.json()) == (202, {"id": "h1"})
    shop.told.first(take="h1")
    shop.told.first(wrap="h1")


@pytest.mark.parametrize(
    ("method", "path", "status", "text"),
    [
        ("GET", "/numbers/4", 200, '{"double":8}'),
        ("HEAD", "/numbers/4", 200, ""),
        ("GET", "/numbers/four", 422, None),
        ("GET", "/numbers/-1", 404, None),
        ("DELETE", "/numbers/4", 405, None),
        ("GET", "/nothing", 404, None),
    ],
)
def test_endpoints_answer(shop: Shop, method: str, path: str, status: int, text: str | None) -> None:
    answer = shop.http.request(method, path)
    assert answer.status == status
    assert text is None or answer.text == text


def test_an_execution_waits_for_its_event(shop: Shop) -> None:
    assert shop.http.post("/executions/e1").status == 202
    shop.told.first(declined=20)
    assert shop.http.post("/executions/e1/confirmation", query={"word": "yes"}).status == 202
    assert _ended(shop, shop.module.fulfil.execution("e1")).result() == "40 42 yes"


def test_an_event_that_is_sent_before_it_is_waited_for_is_kept(shop: Shop) -> None:
    execution = shop.module.fulfil.options(id="e2").start(1)
    shop.module.confirmed.send(execution, "early")
    assert _ended(shop, execution).result() == "2 4 early"


def test_an_execution_that_fails_tells_its_error(shop: Shop) -> None:
    execution = _ended(shop, shop.module.fail.options(id="f1").start("4711"))
    with pytest.raises(shop.module.Declined, match="no funds on 4711"):
        execution.result()


def _ended(shop: Shop, execution: Execution[Any]) -> Execution[Any]:
    shop.stage.eventually(lambda: execution.status() != "running")
    return execution


def test_a_schedule_that_is_due_calls_its_handler(shop: Shop) -> None:
    """A copy of the schedule as it was made, but for its time, and the due time, which the emulator does not put in."""
    scheduler = shop.stage.clients("scheduler")
    ticks = scheduler.get_schedule(GroupName=TICKS, Name="nightly")
    due = _three_in_berlin(datetime.now(UTC))
    target = ticks["Target"]
    assert "<aws.scheduler.scheduled-time>" in target["Input"]
    target["Input"] = target["Input"].replace("<aws.scheduler.scheduled-time>", f"{due:%Y-%m-%dT%H:%M:%SZ}")
    scheduler.create_schedule(
        GroupName=TICKS,
        Name="nightly-now",
        ScheduleExpression=f"at({due:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow=ticks["FlexibleTimeWindow"],
        Target=target,
    )
    (told,) = shop.stage.eventually(lambda: [one["nightly"] for one in shop.told.all() if "nightly" in one])
    assert datetime.fromisoformat(told) == due


def _three_in_berlin(now: datetime) -> datetime:
    """The last time that it was, in UTC."""
    there = now.astimezone(ZoneInfo("Europe/Berlin"))
    due = there.replace(hour=3, minute=0, second=0, microsecond=0)
    return (due if due <= there else due - timedelta(days=1)).astimezone(UTC)


def test_a_function_may_do_what_its_role_says_and_no_more(shop: Shop) -> None:
    """Somebody takes a right away behind our back: the emulator enforces it, and the caller learns what is missing."""
    iam, role = shop.stage.clients("iam"), shop.stage.aws.functions[f"{PREFIX}-whisper"].role.rpartition("/")[2]
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    written = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    left = {**written, "Statement": [one for one in written["Statement"] if one["Sid"] != "Send"]}
    assert left != written
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(left))
    try:
        with pytest.raises(RemoteError, match="sqs:SendMessage"):
            shop.module.whisper.invoke("hush")
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(written))
