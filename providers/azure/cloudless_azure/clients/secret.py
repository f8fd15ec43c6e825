"""The secret driver over Key Vault."""

from __future__ import annotations

from cloudless.errors import MissingSecret
from cloudless_azure.clients.denied import READER, Grant, address_of, needing
from cloudless_azure.clients.vault import UNSET, Vault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SEGMENT = "/secrets/"


class VaultSecrets:
    """See `cloudless.driver.secret.SecretDriver`. Safe from several threads.

    addresses: name in the stage's vault by logical name, or the URL of a secret of another vault,
    https://<vault>.vault.azure.net/secrets/<name>. vault: gives the stage's own.
    """

    __slots__ = ("_addresses", "_others", "_vault")

    def __init__(self, addresses: Mapping[str, str], vault: Callable[[], Vault]) -> None:
        self._addresses = addresses
        self._vault = vault
        self._others: dict[str, Vault] = {}

    def read(self, secret: str) -> str:
        vault, name = self._place(secret)
        try:
            with needing(Grant("read", "secret", secret, READER, f"{vault.url}/secrets/{name}")):
                found = vault.secret(name)
        except MissingSecret as problem:
            raise MissingSecret(f"secret {secret!r}: {problem}. {_remedy(vault, name)}") from problem
        if found.content_type == UNSET:
            raise MissingSecret(f"secret {secret!r} has no value yet. {_remedy(vault, name)}")
        return found.value

    def close(self) -> None:
        """Close the connections to other vaults; the stage's own is not ours."""
        for vault in self._others.values():
            vault.close()

    def _place(self, secret: str) -> tuple[Vault, str]:
        address = address_of(self._addresses, "read", "secret", secret)
        url, found, name = address.partition(_SEGMENT)
        if not found:
            return self._vault(), address
        if url not in self._others:
            self._others[url] = Vault(url)
        return self._others[url], name


def _remedy(vault: Vault, name: str) -> str:
    return f"Give it one: az keyvault secret set --vault-name {vault.name} --name {name} --file <file>"
