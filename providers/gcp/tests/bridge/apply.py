"""apply: makes all that a build for Google Cloud says. May import: the standard library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers.gcp.tests.bridge import (
    access,
    alert,
    delay,
    function,
    http,
    identity,
    labels,
    ledger,
    messaging,
    orchestration,
    schedule,
    secret,
    storage,
)
from providers.gcp.tests.bridge.google import Google
from tests.bridge import Applied, Document, Kind, known, must
from tests.bridge import apply as make

KINDS: Mapping[str, Kind[Google]] = {
    **access.KINDS,
    **alert.KINDS,
    **delay.KINDS,
    **function.KINDS,
    **http.KINDS,
    **identity.KINDS,
    **ledger.KINDS,
    **messaging.KINDS,
    **orchestration.KINDS,
    **schedule.KINDS,
    **secret.KINDS,
    **storage.KINDS,
}
"""What these tests know, by type; data sources with "data." before it."""


def apply(document: Document, google: Google, variables: Mapping[str, Any]) -> Applied:
    """Make everything; raises Unreadable for what is not known, and for what Google would refuse."""
    applied = make(document, KINDS, google, variables)
    for name in ("google", "google-beta"):
        if name in document.providers:
            _check_provider(applied, google, f"provider {name}", document.providers[name])
    return applied


def _check_provider(applied: Applied, google: Google, address: str, body: Mapping[str, Any]) -> None:
    known(address, body, {"project", "region", "default_labels", "user_project_override", "billing_project"})
    said = {name: applied.value(body[name]) for name in ("project", "region") if name in body}
    must(said.get("project", google.project) == google.project, address, f"project {said.get('project')!r}")
    must(said.get("region", google.region) == google.region, address, f"region {said.get('region')!r}")
    labels.check(address, applied.value(body.get("default_labels", {})))
