"""apply: makes all that a build for Azure says.

May import: the standard library.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers.azure.tests.bridge import functionapp, identity, messaging, secret, storage
from providers.azure.tests.bridge.azure import Azure
from tests.bridge import Applied, Document, Kind, known
from tests.bridge import apply as make

KINDS: Mapping[str, Kind[Azure]] = {
    **functionapp.KINDS,
    **identity.KINDS,
    **messaging.KINDS,
    **secret.KINDS,
    **storage.KINDS,
}
"""What these tests know, by type; data sources with "data." before it."""


def apply(document: Document, azure: Azure, variables: Mapping[str, Any]) -> Applied:
    """Make everything; raises Unreadable for what is not known, and for what Azure would refuse."""
    azure.features = _features(document)
    return make(document, KINDS, azure, variables)


def _features(document: Document) -> Mapping[str, Mapping[str, Any]]:
    """The switches of azurerm; a block of them that we do not know is refused."""
    azurerm: Mapping[str, Any] = document.providers["azurerm"]
    known(
        "provider azurerm",
        azurerm,
        {"features", "subscription_id", "storage_use_azuread", "resource_provider_registrations"},
    )
    features: Mapping[str, Mapping[str, Any]] = azurerm["features"]
    known("features of azurerm", features, {"application_insights", "key_vault", "resource_group", "servicebus"})
    return features
