"""The secret driver through boto3, against ministack's Secrets Manager."""

from __future__ import annotations

from typing import Any

import pytest

from cloudless.errors import MissingSecret, NotFound, Unavailable
from providers.aws.tests.drivers.place import Place

NAME = "shop/prod/stripe-key"


@pytest.fixture
def secrets(place: Place) -> Any:
    return place.cloud(secrets={"stripe-key": NAME}).secrets


def test_the_current_value_is_read(place: Place, secrets: Any) -> None:
    manager = place.client("secretsmanager")
    manager.create_secret(Name=NAME, SecretString="first")
    assert secrets.read("stripe-key") == "first"
    manager.put_secret_value(SecretId=NAME, SecretString="second é 🜁")
    assert secrets.read("stripe-key") == "second é 🜁"


def test_a_secret_is_found_by_its_arn(place: Place) -> None:
    arn = place.client("secretsmanager").create_secret(Name="elsewhere", SecretString="x")["ARN"]
    assert place.cloud(secrets={"stripe-key": arn}).secrets.read("stripe-key") == "x"


def test_bytes_are_text(place: Place, secrets: Any) -> None:
    place.client("secretsmanager").create_secret(Name=NAME, SecretBinary=b"from a file")
    assert secrets.read("stripe-key") == "from a file"


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "InvalidRequestException"])
def test_a_secret_without_a_value_says_how_to_give_it_one(place: Place, secrets: Any, code: str) -> None:
    """Terraform makes secrets without a value; one that is being deleted has none any more."""
    place.failing.append((400, code))
    with pytest.raises(MissingSecret, match=r"'stripe-key' has no value.*put-secret-value --secret-id shop/prod"):
        secrets.read("stripe-key")


def test_a_secret_that_nobody_declared_is_not_found(secrets: Any) -> None:
    with pytest.raises(NotFound, match=r"no address of a secret 'other'; it has: \['stripe-key'\]"):
        secrets.read("other")


def test_a_read_is_tried_three_times(place: Place, secrets: Any) -> None:
    place.client("secretsmanager").create_secret(Name=NAME, SecretString="first")
    place.failing += [(500, "InternalServiceError")] * 2
    assert secrets.read("stripe-key") == "first"
    place.failing += [(500, "InternalServiceError")] * 3
    with pytest.raises(Unavailable, match="reading secret 'stripe-key' in eu-central-1"):
        secrets.read("stripe-key")
    secrets.close()
