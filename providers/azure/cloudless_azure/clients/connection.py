"""Where a service is, and as whom we call it: the connections of Azure Functions, for triggers and clients alike.

    CLOUDLESS_SERVICE_BUS                              a connection string
    CLOUDLESS_SERVICE_BUS__fullyQualifiedNamespace     or a host, called with the identity of the app
    CLOUDLESS_STORAGE, CLOUDLESS_STORAGE__tableServiceUri
    CLOUDLESS_VAULT, CLOUDLESS_STEPS                   URLs: of the Key Vault, and of the app that has functions

https://learn.microsoft.com/en-us/azure/azure-functions/functions-reference#connections
May import: the standard library.
"""

from __future__ import annotations

import os

from cloudless.errors import NotFound

SERVICE_BUS = ("CLOUDLESS_SERVICE_BUS", "fullyQualifiedNamespace")
STORAGE = ("CLOUDLESS_STORAGE", "tableServiceUri")
VAULT, STEPS = "CLOUDLESS_VAULT", "CLOUDLESS_STEPS"


class Connection:
    """string: a connection string, "" where the identity is used. endpoint: of the service, else ""."""

    __slots__ = ("endpoint", "string")

    def __init__(self, string: str = "", endpoint: str = "") -> None:
        self.string = string
        self.endpoint = endpoint

    def parts(self) -> dict[str, str]:
        """The connection string by its names, e.g. AccountName, AccountKey, TableEndpoint."""
        pairs = (pair.partition("=") for pair in self.string.split(";") if pair)
        return {name: value for name, _, value in pairs}


def connection(setting: tuple[str, str], fallback: str) -> Connection:
    """The connection of this process. fallback: the endpoint where no setting says one, for callers outside.

    Raises NotFound where nothing says one.
    """
    name, suffix = setting
    if string := os.environ.get(name):
        return Connection(string)
    endpoint = os.environ.get(f"{name}__{suffix}", fallback)
    if not endpoint:
        raise NotFound(f"no connection: set {name}__{suffix}, or {name} to a connection string")
    return Connection(endpoint=endpoint)


def url_of(setting: str, fallback: str) -> str:
    """The URL that a setting says, else the fallback, for callers outside; NotFound where nothing says one."""
    url = os.environ.get(setting) or fallback
    if not url:
        raise NotFound(f"this function was not given what it needs here: there is no setting {setting}")
    return url
