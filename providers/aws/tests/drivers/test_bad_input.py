"""What is wrong around a program: no credentials, refused ones, the wrong region, what was deleted behind its back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cloudless.driver.denied import NotSignedIn
from cloudless.errors import InvalidArgument, NotFound, PermissionDenied, Unavailable
from cloudless_aws.clients.cloud import AwsCloud
from cloudless_aws.clients.sdk import Sdk
from providers.aws.tests.drivers.envelopes import envelope
from providers.aws.tests.drivers.place import REGION, Place
from tests import tools

SIGN_IN = r"Sign in: aws sso login, or set AWS_PROFILE"


def orders(place: Place) -> Any:
    return place.cloud(queues={"orders": "shop-prod-orders"}).queues


def test_without_credentials_one_is_told_how_to_sign_in(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(NotSignedIn, match=f"Unable to locate credentials. {SIGN_IN}"):
        orders(place).send("orders", [envelope()])


def test_half_of_the_credentials_are_none(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(NotSignedIn, match=SIGN_IN):
        orders(place).send("orders", [envelope()])


def test_credentials_that_aws_does_not_know_are_refused(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ASIASTRANGER")
    with pytest.raises(NotSignedIn, match=f"security token included in the request is invalid.*{SIGN_IN}"):
        orders(place).send("orders", [envelope()])
    with pytest.raises(NotSignedIn, match=SIGN_IN):
        place.cloud(orchestrations={"fulfil": "shop-prod-fulfil"}).orchestrations.describe("fulfil", "7")


def test_credentials_that_expired_are_refused(place: Place) -> None:
    place.failing.append((400, "ExpiredTokenException"))
    with pytest.raises(NotSignedIn, match=SIGN_IN):
        orders(place).receive("orders", 1)


def test_a_profile_that_is_not_there_says_so(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(PermissionDenied, match=f"nobody.*{SIGN_IN}"):
        orders(place).send("orders", [envelope()])


def test_nowhere_is_no_region(place: Place) -> None:
    cloud = AwsCloud({"queues": {"orders": "shop-prod-orders"}, "account": place.account})
    with pytest.raises(InvalidArgument, match="no region is named: set AWS_REGION, or region in"):
        cloud.queues.send("orders", [envelope()])


def test_the_region_of_the_environment_is_the_stages(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", REGION)
    cloud = AwsCloud({"queues": {"orders": "shop-prod-orders"}, "account": place.account})
    assert cloud.queues.native("orders")[0].meta.region_name == REGION


def test_a_region_that_nobody_knows_is_told_with_the_one_that_was_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its endpoint has no address: here, nobody is at the port."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{tools.free_port()}",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    cloud = AwsCloud({"region": "eu-centrl-1", "account": "123456789012", "queues": {"orders": "o"}})
    with pytest.raises(InvalidArgument, match=r"knows no region 'eu-centrl-1' of sqs: did you mean 'eu-central-1'\?"):
        cloud.queues.send("orders", [envelope()])
    known = AwsCloud({"region": "eu-central-1", "account": "123456789012", "queues": {"orders": "o"}})
    with pytest.raises(Unavailable, match="sending to queue 'orders' in eu-central-1"):
        known.queues.send("orders", [envelope()])


def test_a_region_that_is_no_name_is_an_invalid_argument(place: Place) -> None:
    cloud = AwsCloud({"region": "eu central", "account": place.account, "queues": {"orders": "o"}})
    with pytest.raises(InvalidArgument, match="eu central"):
        cloud.queues.send("orders", [envelope()])


def test_a_queue_that_was_deleted_is_not_found(place: Place) -> None:
    sqs, queues = place.client("sqs"), orders(place)
    url = sqs.create_queue(QueueName="shop-prod-orders")["QueueUrl"]
    assert queues.send("orders", [envelope(1)]) == []
    sqs.delete_queue(QueueUrl=url)
    calls: tuple[Callable[[], object], ...] = (
        lambda: queues.send("orders", [envelope(number) for number in range(200)]),
        lambda: queues.receive("orders", 1),
        lambda: queues.count("orders"),
    )
    for call in calls:
        with pytest.raises(NotFound, match=r"queue 'orders' in eu-central-1.*It is not there: deploy the stage"):
            call()
    place.queues.sends.clear()


def test_a_ledger_that_is_not_there_is_not_found(place: Place) -> None:
    with pytest.raises(NotFound, match=r"ledger's entry of 'k' in eu-central-1.*deploy the stage"):
        place.cloud(ledger="shop-prod-ledger").ledger.claim("k", "me", 60)


def test_the_account_is_asked_for_once_where_nobody_says_it(place: Place) -> None:
    cloud = AwsCloud({"region": REGION, "topics": {"placed": "shop-prod-placed"}, "queues": {"orders": "o"}})
    arn = f"arn:aws:sns:{REGION}:{place.account}:shop-prod-placed"
    assert cloud.topics.native("placed")[1] == arn
    assert cloud.queues.native("orders")[1].endswith(f"/{place.account}/o")
    assert len(place.made("sts", "GetCallerIdentity")) == 1


def test_a_function_knows_its_account(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDLESS_ACCOUNT", "123456789012")
    assert AwsCloud({"region": REGION}).sdk.arn("sns", "t") == f"arn:aws:sns:{REGION}:123456789012:t"
    assert place.made("sts", "GetCallerIdentity") == []


@pytest.mark.parametrize(
    ("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("eu-west-1", "aws")]
)
def test_arns_are_of_the_regions_partition(region: str, partition: str) -> None:
    sdk = Sdk(region, "123456789012")
    assert sdk.arn("sqs", "o") == f"arn:{partition}:sqs:{region}:123456789012:o"
    assert sdk.role("r") == f"arn:{partition}:iam::123456789012:role/r"
    assert sdk.arn("sqs", "arn:x") == "arn:x"
