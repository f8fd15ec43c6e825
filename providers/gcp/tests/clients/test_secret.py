"""The secret driver, on a model of Secret Manager."""

from __future__ import annotations

from typing import Any

import pytest

from cloudless.errors import MissingSecret, NotFound, PermissionDenied
from cloudless_gcp.clients.cloud import GoogleCloud
from providers.gcp.tests.clients.place import Place


@pytest.fixture
def name(place: Place) -> str:
    body: dict[str, Any] = {"replication": {"automatic": {}}}
    params = {"parent": f"projects/{place.project}", "secretId": "shop-prod-stripe-key"}
    place.secrets.call("projects.secrets.create", params, body)
    name = f"projects/{place.project}/secrets/shop-prod-stripe-key"
    place.allow(name, "roles/secretmanager.secretAccessor")
    return name


@pytest.fixture
def cloud(place: Place, name: str) -> GoogleCloud:
    return place.cloud(secrets={"stripe-key": name})


def test_the_latest_version_is_read(place: Place, cloud: GoogleCloud, name: str) -> None:
    place.secrets.put(name, b"old")
    place.secrets.put(name, "né\n🜁".encode())
    assert cloud.secrets.read("stripe-key") == "né\n🜁"


def test_of_an_existing_secret_a_version_may_be_named(place: Place, name: str) -> None:
    first = place.secrets.put(name, b"old")
    place.secrets.put(name, b"new")
    assert place.cloud(secrets={"stripe-key": first}).secrets.read("stripe-key") == "old"


def test_a_secret_that_was_never_given_a_value_says_how(place: Place, cloud: GoogleCloud) -> None:
    with pytest.raises(MissingSecret, match="gcloud secrets versions add shop-prod-stripe-key --project") as caught:
        cloud.secrets.read("stripe-key")
    assert f"--project {place.project}" in str(caught.value)


def test_a_version_that_was_disabled_is_no_value(place: Place, cloud: GoogleCloud, name: str) -> None:
    place.secrets.put(name, b"old")
    place.secrets.disable(name)
    with pytest.raises(MissingSecret, match="has no value in this stage"):
        cloud.secrets.read("stripe-key")


def test_a_secret_without_an_address_is_not_found_and_another_one_is_denied(place: Place, cloud: GoogleCloud) -> None:
    with pytest.raises(NotFound, match="no address of a secret 'nope'"):
        cloud.secrets.read("nope")
    other = place.cloud(secrets={"other": f"projects/{place.project}/secrets/other"})
    with pytest.raises(PermissionDenied, match=r"it lacks secretmanager\.versions\.access"):
        other.secrets.read("other")
