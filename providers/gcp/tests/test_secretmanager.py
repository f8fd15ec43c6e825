"""The model of Secret Manager, held against what Google's documentation says."""

from base64 import b64decode, b64encode
from typing import Any

import pytest

from providers.gcp.tests.discovery import answer_problems, call_of, problems
from providers.gcp.tests.errors import ApiError
from providers.gcp.tests.secretmanager import Secrets, crc32c

P = "projects/shop-1"
KEY = f"{P}/secrets/shop-prod-key"


def ask(secrets: Secrets, method: str, params: dict[str, Any], body: Any = None) -> dict[str, Any]:
    call = call_of("secretmanager", method, params, body)
    assert problems(call) == []
    answer = secrets.call(method, params, call.body)
    assert answer_problems(call, answer) == []
    return answer


def made() -> Secrets:
    secrets = Secrets()
    ask(
        secrets,
        "projects.secrets.create",
        {"parent": P, "secretId": "shop-prod-key"},
        {"replication": {"automatic": {}}},
    )
    return secrets


def access(secrets: Secrets, version: str = "latest", name: str = KEY) -> bytes:
    answer = ask(secrets, "projects.secrets.versions.access", {"name": f"{name}/versions/{version}"})
    return b64decode(answer["payload"]["data"])


def test_the_latest_version_is_read() -> None:
    secrets = made()
    secrets.put(KEY, b"one")
    ask(secrets, "projects.secrets.addVersion", {"parent": KEY}, {"payload": {"data": b64encode(b"two").decode()}})
    assert access(secrets) == b"two"
    assert access(secrets, "1") == b"one"
    assert secrets.reads == [f"{KEY}/versions/latest", f"{KEY}/versions/1"]


def test_a_checksum_comes_with_the_value() -> None:
    """The check value of CRC-32C: https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4."""
    assert crc32c(b"123456789") == 0xE3069283
    secrets = made()
    secrets.put(KEY, b"123456789")
    answer = ask(secrets, "projects.secrets.versions.access", {"name": f"{KEY}/versions/latest"})
    assert answer["payload"]["dataCrc32c"] == str(0xE3069283)


def test_what_is_not_there_is_not_found() -> None:
    secrets = made()
    for version, name in (("latest", KEY), ("1", KEY), ("latest", f"{KEY}-2")):
        with pytest.raises(ApiError, match="NOT_FOUND"):
            access(secrets, version, name)


def test_a_disabled_version_is_not_read() -> None:
    secrets = made()
    secrets.put(KEY, b"one")
    secrets.disable(KEY)
    with pytest.raises(ApiError, match="FAILED_PRECONDITION"):
        access(secrets)


def test_a_value_has_64_kib_at_most() -> None:
    secrets = made()
    secrets.put(KEY, b"a" * 65_536)
    with pytest.raises(ApiError, match="INVALID_ARGUMENT"):
        secrets.put(KEY, b"a" * 65_537)


@pytest.mark.parametrize(("id", "body"), [("a.b", {"replication": {"automatic": {}}}), ("key", {})])
def test_what_is_no_secret(id: str, body: dict[str, Any]) -> None:
    with pytest.raises(ApiError, match="INVALID_ARGUMENT"):
        Secrets().call("projects.secrets.create", {"parent": P, "secretId": id}, body)


def test_a_name_is_there_once() -> None:
    with pytest.raises(ApiError, match="ALREADY_EXISTS"):
        made().call("projects.secrets.create", {"parent": P, "secretId": "shop-prod-key"}, {"replication": {"x": {}}})
