"""Access tokens from an identity endpoint of ours, and connections by the settings of a function app."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from cloudless.driver.denied import NotSignedIn
from cloudless.errors import NotFound, PermissionDenied, Unavailable
from cloudless_azure.clients.call import Steps
from cloudless_azure.clients.connection import SERVICE_BUS, STORAGE, connection
from cloudless_azure.clients.errors import of_sdk
from cloudless_azure.clients.identity import STORAGE_SCOPE, VAULT_SCOPE, Identity
from cloudless_azure.clients.key import Keys
from cloudless_azure.clients.servicebus import Clients
from cloudless_azure.clients.table import Table
from cloudless_azure.clients.vault import Vault
from tests import tools
from tests.hosting.serving import Serving


class Endpoint(BaseHTTPRequestHandler):
    """Answers as https://learn.microsoft.com/en-us/azure/app-service/overview-managed-identity says."""

    lifetime_s = 3_600
    status = 200
    queries: list[dict[str, list[str]]]

    def do_GET(self) -> None:
        kind = type(self)
        assert self.headers["X-IDENTITY-HEADER"] == "secret"
        kind.queries.append(parse_qs(urlsplit(self.path).query))
        facts = {"access_token": f"token-{len(kind.queries)}", "expires_on": str(int(time.time() + kind.lifetime_s))}
        body = json.dumps(facts).encode()
        self.send_response(kind.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Endpoint]]:
    kind = type("OneEndpoint", (Endpoint,), {"queries": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    with Serving(server):
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"http://127.0.0.1:{server.server_port}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", "secret")
        yield kind


def test_a_token_is_fetched_once_for_its_life_and_each_service(endpoint: type[Endpoint]) -> None:
    identity = Identity()
    scopes = [VAULT_SCOPE, VAULT_SCOPE, STORAGE_SCOPE]
    assert [identity.get_token(scope).token for scope in scopes] == ["token-1", "token-1", "token-2"]
    assert [query["resource"] for query in endpoint.queries] == [
        ["https://vault.azure.net"],
        ["https://storage.azure.com"],
    ]
    assert endpoint.queries[0]["api-version"] == ["2019-08-01"]


def test_a_token_that_is_about_to_end_is_replaced(endpoint: type[Endpoint]) -> None:
    endpoint.lifetime_s = 299
    identity = Identity()
    assert [identity.get_token(STORAGE_SCOPE).token for _ in range(2)] == ["token-1", "token-2"]


def test_one_of_several_identities_is_asked_for_by_its_client_id(
    endpoint: type[Endpoint], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_CLIENT_ID", "the-app")
    Identity().get_token(STORAGE_SCOPE)
    assert endpoint.queries[0]["client_id"] == ["the-app"]


def test_an_endpoint_that_refuses_is_permission_denied(endpoint: type[Endpoint]) -> None:
    endpoint.status = 403
    with pytest.raises(PermissionDenied, match="refused a token"):
        Identity().get_token(STORAGE_SCOPE)


def test_an_endpoint_that_is_away_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"http://127.0.0.1:{tools.free_port()}/token")
    with pytest.raises(Unavailable, match="did not answer") as caught:
        Identity().get_token(STORAGE_SCOPE)
    assert isinstance(caught.value.native, OSError)


def test_outside_of_azure_the_error_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IDENTITY_ENDPOINT", raising=False)
    monkeypatch.setitem(__import__("sys").modules, "azure.identity", None)  # as where it is not installed
    with pytest.raises(PermissionDenied, match="pip install azure-identity"):
        Identity().get_token(STORAGE_SCOPE)


def refusing(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    """Make azure-identity warn and raise as it does."""
    identity = pytest.importorskip("azure.identity")
    errors = pytest.importorskip("azure.core.exceptions")

    class Credential:
        def get_token(self, scope: str) -> None:
            logging.getLogger("azure.identity._credentials.chained").warning(said)
            raise errors.ClientAuthenticationError(said)

    monkeypatch.delenv("IDENTITY_ENDPOINT", raising=False)
    monkeypatch.setattr(identity, "DefaultAzureCredential", Credential)


NOBODY = (
    "DefaultAzureCredential failed to retrieve a token from the included credentials.\nAttempted credentials:\n"
    "\tEnvironmentCredential: EnvironmentCredential authentication unavailable.\n"
    "\tAzureCliCredential: Azure CLI not found on path"
)
TO_DO = "az login, or set AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_SECRET"


def test_without_a_sign_in_the_error_is_one_line_and_names_no_role(monkeypatch: pytest.MonkeyPatch) -> None:
    refusing(monkeypatch, NOBODY)
    keys = Keys(lambda: Vault("https://shop.vault.azure.net"), time.time)
    steps = Steps("https://shop-steps.example", keys, time.time)
    with pytest.raises(PermissionDenied) as caught:
        steps.ask("control", "pay", {})
    assert str(caught.value) == f"not signed in: {TO_DO}"


def test_a_sign_in_that_is_refused_says_what_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    refusing(monkeypatch, "Attempted:\n\tEnvironmentCredential: AADSTS7000215: Invalid client secret.\nmore")
    with pytest.raises(NotSignedIn) as caught:
        Identity().get_token(STORAGE_SCOPE)
    said = "EnvironmentCredential: AADSTS7000215: Invalid client secret."
    assert str(caught.value) == f"the sign-in was refused: {said}; {TO_DO}"
    assert type(caught.value.native).__name__ == "ClientAuthenticationError"


def test_what_the_sdk_wraps_is_still_not_signed_in() -> None:
    errors = pytest.importorskip("azure.servicebus.exceptions")
    mine = NotSignedIn("not signed in")
    assert of_sdk(errors.ServiceBusError("Handler failed: not signed in.", error=mine), "receiving") is mine


def test_loggers_of_azure_are_heard_by_those_who_listen_alone(tmp_path: Path) -> None:
    script = tmp_path / "alone.py"
    script.write_text(
        "import logging\n"
        "from cloudless_azure.clients import identity\n"
        "identity._hush()\n"
        "logging.getLogger('azure.identity').warning('first')\n"
        "logging.basicConfig()\n"
        "logging.getLogger('azure.identity').warning('second')\n"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert "second" in done.stderr
    assert "first" not in done.stderr


def test_a_connection_is_a_string_or_an_endpoint_or_what_the_caller_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLOUDLESS_SERVICE_BUS", raising=False)
    assert connection(SERVICE_BUS, "known.example").endpoint == "known.example"
    monkeypatch.setenv("CLOUDLESS_SERVICE_BUS__fullyQualifiedNamespace", "set.example")
    assert connection(SERVICE_BUS, "known.example").endpoint == "set.example"
    monkeypatch.setenv("CLOUDLESS_SERVICE_BUS", "Endpoint=sb://host;SharedAccessKey=a=b==;")
    assert connection(SERVICE_BUS, "").parts() == {"Endpoint": "sb://host", "SharedAccessKey": "a=b=="}


def test_a_missing_connection_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLOUDLESS_STORAGE", raising=False)
    with pytest.raises(NotFound, match="set CLOUDLESS_STORAGE__tableServiceUri"):
        connection(STORAGE, "")


def test_with_an_endpoint_both_services_use_the_identity(
    endpoint: type[Endpoint], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CLOUDLESS_SERVICE_BUS", "CLOUDLESS_STORAGE"):
        monkeypatch.delenv(name, raising=False)
    table = Table("ledger", "https://shop.table.core.windows.net")
    assert table._headers("/ledger")["Authorization"] == "Bearer token-1"
    clients = Clients("shop.servicebus.windows.net")
    assert clients.client.fully_qualified_namespace == "shop.servicebus.windows.net"
    clients.close()


def test_tables_of_an_account_key_are_where_the_account_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDLESS_STORAGE", "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=AAAA")
    table = Table("ledger")
    assert table._service.url == "https://shop.table.core.windows.net"
