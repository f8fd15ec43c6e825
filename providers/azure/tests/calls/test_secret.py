"""Secrets from a Key Vault."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from cloudless.driver.current import HERE, leave, use
from cloudless.errors import MissingSecret, NotFound, PermissionDenied, Unavailable
from cloudless_azure.clients.cloud import AzureCloud
from cloudless_azure.clients.secret import VaultSecrets
from cloudless_azure.clients.vault import UNSET, Vault
from providers.azure.tests.calls import program
from providers.azure.tests.calls.servers import Scripted, answer
from providers.azure.tests.calls.site import VAULT, Known, Site
from tests import tools


@pytest.fixture
def secrets(site: Site) -> Any:
    return site.cloud("caller", "stripe-key").secrets


def vault_at(url: str, paused: list[float]) -> Vault:
    vault = Vault(url, paused.append)
    vault._identity = Known("caller")  # type: ignore[assignment]
    return vault


def test_a_secret_is_its_current_version(site: Site, secrets: VaultSecrets) -> None:
    for value in ("sk-1", "sk-2 ü"):
        site.vault.put(VAULT, "stripe-key", value)
        assert secrets.read("stripe-key") == value


def test_a_program_reads_it_by_its_handle(site: Site) -> None:
    site.vault.put(VAULT, "stripe-key", "sk-1")
    token = use(site.cloud("caller", "stripe-key"))
    try:
        assert program.key.value == "sk-1"
    finally:
        leave(token)


def test_one_that_nobody_has_set_says_how_to(site: Site, secrets: VaultSecrets) -> None:
    site.vault.put(VAULT, "stripe-key", "unset", UNSET)
    with pytest.raises(MissingSecret, match="has no value yet") as caught:
        secrets.read("stripe-key")
    assert "az keyvault secret set --vault-name" in str(caught.value)
    assert "--name stripe-key" in str(caught.value)


def test_one_that_is_not_there_says_so(secrets: VaultSecrets) -> None:
    with pytest.raises(MissingSecret, match=r"SecretNotFound.*Give it one: az keyvault secret set"):
        secrets.read("stripe-key")


def test_one_of_another_vault_is_read_there(site: Site) -> None:
    url = site.vault.add("others")
    site.vault.put("others", "theirs", "sk-3")
    site.permitted["caller"] = ("theirs",)
    secrets = VaultSecrets({"stripe-key": f"{url}/secrets/theirs"}, lambda: site.anybody().vault)
    secrets._others[url] = vault_at(url, [])
    assert secrets.read("stripe-key") == "sk-3"
    secrets.close()


def test_a_handler_without_the_permission_is_told_what_to_write(site: Site) -> None:
    token = HERE.set((site.cloud("caller", "another"), "take", None))
    try:
        with pytest.raises(PermissionDenied) as caught:
            site.cloud("caller").secrets.read("stripe-key")
    finally:
        HERE.reset(token)
    assert "handler 'take' may not read secret 'stripe-key'" in str(caught.value)
    assert "add uses=[stripe_key] to its decorator" in str(caught.value)


def test_a_caller_outside_without_the_permission_is_told_the_role(site: Site) -> None:
    with pytest.raises(PermissionDenied, match=r"lacks the role Key Vault Secrets User on http://127.*/secrets/stripe"):
        site.cloud("caller", "another").secrets.read("stripe-key")


def test_without_credentials_there_is_a_remedy(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of Azure, and without azure-identity."""
    monkeypatch.setitem(sys.modules, "azure.identity", None)
    secrets = AzureCloud({"vault": site.vault_url, "secrets": {"stripe-key": "stripe-key"}}).secrets
    with pytest.raises(PermissionDenied, match="pip install azure-identity"):
        secrets.read("stripe-key")


def test_a_name_that_was_not_deployed_is_not_found(secrets: VaultSecrets) -> None:
    with pytest.raises(NotFound, match=r"no address of a secret 'other'; it has: \['stripe-key'\]"):
        secrets.read("other")


def test_a_stage_without_the_setting_says_which() -> None:
    with pytest.raises(NotFound, match="there is no setting CLOUDLESS_VAULT"):
        AzureCloud({"secrets": {"a": "a"}}).secrets.read("a")


# --- the vault ----------------------------------------------------------------------------------------

BUSY = answer('{"error": {"code": "Throttled", "message": "slow down"}}', "429 Too Many Requests", "Retry-After: 3")
FOUND = answer('{"value": "sk-1"}')


def test_a_vault_that_is_too_busy_is_asked_again_when_it_says() -> None:
    paused: list[float] = []
    with Scripted(BUSY, FOUND) as server:
        vault = vault_at(server.url, paused)
        assert vault.secret("a").value == "sk-1"
        vault.close()
    assert paused == [3.0]


def test_a_vault_that_stays_too_busy_is_unavailable() -> None:
    paused: list[float] = []
    with Scripted(BUSY, BUSY, BUSY, FOUND) as server:
        vault = vault_at(server.url, paused)
        with pytest.raises(Unavailable, match="429 for secret 'a': Throttled slow down"):
            vault.secret("a")
        vault.close()
        assert server.requests == 3


@pytest.mark.parametrize("text", [answer("{}")[:-1], b"HTTP/1.1 200 OK\r\n", b"nonsense\r\n\r\n", b""])
def test_a_vault_that_dies_in_the_middle_of_its_answer_is_unavailable(text: bytes) -> None:
    with Scripted(text) as server:
        vault = vault_at(server.url, [])
        with pytest.raises(Unavailable, match=r"Key Vault (did not answer|answered 200)"):
            vault.secret("a")
        vault.close()


def test_a_vault_that_is_away_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="Key Vault did not answer: ConnectionRefusedError"):
        vault_at(f"http://127.0.0.1:{tools.free_port()}", []).secret("a")


def test_an_answer_that_is_no_error_of_theirs_is_told_as_it_is() -> None:
    for text in ("<html>", "[1]", '{"error": "no"}'):
        with Scripted(answer(text, "403 Forbidden")) as server:
            vault = vault_at(server.url, [])
            with pytest.raises(PermissionDenied, match="Key Vault answered 403"):
                vault.secret("a")
            vault.close()
