"""Events as their senders see them: payloads, addressees, ids, signed links."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import pytest
from pydantic import BaseModel

from cloudless import App, HttpError
from cloudless.errors import InvalidArgument, InvalidBody, LinkRefused, NoProvider, PayloadTooLarge
from cloudless.testing import simulate
from tests.unit.fake_cloud import fake_cloud

app = App("shop")
HOUR = timedelta(hours=1)


class Approval(BaseModel):
    granted: bool
    note: str = ""


approval = app.event("approval", Approval)
delivery = app.event("delivery")
key = app.secret("link-key")
other_app = App("other")
foreign = other_app.event("approval", Approval)


@app.orchestration
def fulfil(order: str) -> bool:
    return approval.wait().granted


GRANTED = Approval(granted=True)


# --- sending


def test_an_event_goes_to_the_execution_of_an_id() -> None:
    with fake_cloud() as cloud:
        id = approval.send("order-7", GRANTED)
    ((orchestration, execution, event, message),) = cloud.orchestrations.sent
    assert (orchestration, execution, event) == ("", "order-7", "approval")
    assert (json.loads(message.body), message.deduplication) == ({"granted": True, "note": ""}, id)


def test_an_event_goes_to_one_execution_of_one_orchestration() -> None:
    with fake_cloud() as cloud:
        approval.send(fulfil.execution("7"), GRANTED)
        approval.send(fulfil.start("a"), GRANTED)
    assert [(one[0], one[1]) for one in cloud.orchestrations.sent] == [
        ("fulfil", "7"),
        ("fulfil", cloud.orchestrations.started[0][1]),
    ]


def test_an_event_has_the_id_that_it_is_given() -> None:
    with fake_cloud() as cloud:
        assert approval.send("7", GRANTED, id="click 1") == "click 1"
        first, second = approval.send("7", GRANTED), approval.send("7", GRANTED)
    assert first != second
    assert [one[3].deduplication for one in cloud.orchestrations.sent] == ["click 1", first, second]


@pytest.mark.parametrize("id", ["", "x" * 129, "a\n", 7], ids=repr)
def test_an_id_that_some_cloud_refuses_is_refused(id: Any) -> None:
    with fake_cloud() as cloud, pytest.raises(InvalidArgument, match="id="):
        approval.send("7", GRANTED, id=id)
    assert cloud.orchestrations.sent == []


@pytest.mark.parametrize("execution", [None, 7, approval], ids=repr)
def test_what_is_no_execution_is_refused(execution: Any) -> None:
    with fake_cloud(), pytest.raises(InvalidArgument, match="give one, or its id"):
        approval.send(execution, GRANTED)


def test_an_execution_of_an_impossible_id_is_refused() -> None:
    with fake_cloud(), pytest.raises(InvalidArgument, match="1 to 64"):
        approval.send("order 7", GRANTED)


def test_a_payload_that_does_not_fit_is_refused() -> None:
    wrong: Any = {"granted": "maybe"}
    with fake_cloud() as cloud:
        with pytest.raises(InvalidBody, match="Approval"):
            approval.send("7", wrong)
        with pytest.raises(PayloadTooLarge, match="65,536"):
            approval.send("7", Approval(granted=True, note="x" * 65_536))
    assert cloud.orchestrations.sent == []


def test_a_payload_of_exactly_64_kib_is_sent() -> None:
    with fake_cloud() as cloud:
        delivery.send("7", "x" * (65_536 - 2))
    assert len(cloud.orchestrations.sent) == 1


def test_an_event_outside_of_any_cloud_names_the_ways_out() -> None:
    with pytest.raises(NoProvider, match="simulate"):
        approval.send("7", GRANTED)


def test_async_twins_never_block_the_loop() -> None:
    async def both() -> None:
        await approval.send_async("7", GRANTED, id="1")
        await approval.send_signed_async(approval.token("7", secret=key, expires=HOUR), GRANTED, secret=key)

    with fake_cloud() as cloud:
        asyncio.run(both())
    assert len(cloud.orchestrations.sent) == 2
    assert threading.get_ident() not in cloud.orchestrations.threads


# --- signed links


desk = App("desk")
desk_key = desk.secret("desk-key")
question = desk.event("question", Approval)


@desk.function
def ask(id: str) -> str:
    return question.link(id, base="/answer", secret=desk_key, expires=HOUR)


@desk.get("/answer", public=True)
def form(token: str) -> str:
    return question.verify(token, secret=desk_key)


def test_an_endpoint_answers_a_link_that_does_not_hold_with_its_status() -> None:
    with simulate(desk, secrets={"desk-key": "0123456789abcdef0123456789abcdef"}) as cloud:
        link = ask.invoke("7")
        assert cloud.http.get(link).json() == "7"
        assert cloud.http.get(link[:-2]).status == 403
        cloud.advance(HOUR)
        assert cloud.http.get(link).status == 410


def test_a_token_sends_its_event_to_its_execution() -> None:
    with fake_cloud() as cloud:
        token = approval.token(fulfil.execution("7"), secret=key, expires=HOUR)
        assert approval.verify(token, secret=key) == "7"
        id = approval.send_signed(token, GRANTED, secret=key)
    ((orchestration, execution, event, message),) = cloud.orchestrations.sent
    assert (orchestration, execution, event, message.deduplication) == ("fulfil", "7", "approval", id)


def test_a_token_that_is_used_twice_sends_events_of_one_id() -> None:
    with fake_cloud() as cloud:
        token = approval.token("7", secret=key, expires=HOUR)
        other = approval.token("7", secret=key, expires=HOUR)
        approval.send_signed(token, GRANTED, secret=key)
        approval.send_signed(token, Approval(granted=False), secret=key)
        approval.send_signed(other, GRANTED, secret=key)
    ids = [one[3].deduplication for one in cloud.orchestrations.sent]
    assert ids[0] == ids[1] != ids[2]


def test_a_link_carries_its_token_in_the_query() -> None:
    with fake_cloud():
        plain = approval.link("7", base="https://shop.example/approve", secret=key, expires=HOUR)
        longer = approval.link("7", base="https://shop.example/approve?lang=de", secret=key, expires=HOUR)
        token = plain.removeprefix("https://shop.example/approve?token=")
        assert approval.verify(token, secret=key) == "7"
    assert longer.startswith("https://shop.example/approve?lang=de&token=")
    assert token.replace(".", "").replace("-", "").replace("_", "").isalnum()
    assert len(token) < 160


def test_a_token_expires_by_the_clock_of_the_cloud() -> None:
    with fake_cloud() as cloud:
        token = approval.token("7", secret=key, expires=HOUR)
        cloud.time_s += 3599
        approval.send_signed(token, GRANTED, secret=key)
        cloud.time_s += 1
        with pytest.raises(LinkRefused, match="expired") as caught:
            approval.send_signed(token, GRANTED, secret=key)
    assert (caught.value.reason, caught.value.status) == ("expired", 410)
    assert isinstance(caught.value, HttpError)


def swapped(token: str, place: int, value: object) -> str:
    """The token with another claim, and the MAC that it had."""
    body, _, mac = token.partition(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    claims[place] = value
    return f"{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.{mac}"


FORGERIES: dict[str, Callable[[str], str]] = {
    "orchestration": lambda token: swapped(token, 0, "other"),
    "execution": lambda token: swapped(token, 1, "8"),
    "event": lambda token: swapped(token, 2, "delivery"),
    "end": lambda token: swapped(token, 3, 9_999_999_999),
    "id": lambda token: swapped(token, 4, "again"),
    "mac": lambda token: token[:-2] + ("AA" if token[-2:] != "AA" else "BB"),
    "no mac": lambda token: token.partition(".")[0],
    "no body": lambda token: f".{token.partition('.')[2]}",
    "empty": lambda token: "",
    "beyond ASCII": lambda token: "ä.ö",
    "surrogate": lambda token: "\ud800.x",
    "padded": lambda token: f"{token}=",
    "long": lambda token: "x" * 5_000,
    "no text": lambda token: cast("str", None),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_token_is_refused(forge: Callable[[str], str]) -> None:
    with fake_cloud() as cloud:
        token = forge(approval.token("7", secret=key, expires=HOUR))
        with pytest.raises(LinkRefused, match="not one of ours") as caught:
            approval.send_signed(token, GRANTED, secret=key)
    assert (caught.value.reason, caught.value.status) == ("forged", 403)
    assert cloud.orchestrations.sent == []


def test_a_token_of_another_secret_or_another_app_is_forged() -> None:
    with fake_cloud() as cloud:
        of_other_app = foreign.token("7", secret=key, expires=HOUR)
        of_ours = approval.token("7", secret=key, expires=HOUR)
        cloud.secrets.secret = "f" * 32
        cloud.time_s += 300  # after which a secret is read again
        for token in (of_other_app, of_ours):
            with pytest.raises(LinkRefused, match="not one of ours"):
                approval.verify(token, secret=key)


def test_a_token_is_for_one_event() -> None:
    with fake_cloud() as cloud:
        token = approval.token("7", secret=key, expires=HOUR)
        with pytest.raises(LinkRefused, match="for 'approval', not for 'delivery'") as caught:
            delivery.send_signed(token, {}, secret=key)
    assert (caught.value.reason, caught.value.status) == ("other event", 403)
    assert cloud.orchestrations.sent == []


@pytest.mark.parametrize("expires", [timedelta(0), timedelta(days=91), 3600], ids=repr)
def test_the_life_of_a_link_has_its_bounds(expires: Any) -> None:
    with fake_cloud(), pytest.raises(InvalidArgument, match="expires="):
        approval.token("7", secret=key, expires=expires)


def test_a_secret_that_could_be_guessed_is_refused() -> None:
    short = app.secret("short")
    with fake_cloud() as cloud:
        cloud.secrets.secret = "0123456789abcdef"
        with pytest.raises(InvalidArgument, match="32 or more"):
            approval.token("7", secret=short, expires=HOUR)
