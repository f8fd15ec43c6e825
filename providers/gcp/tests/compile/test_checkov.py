"""What checkov finds risky in what is compiled: nothing, but what stands here with its reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from providers.gcp.tests.compile.documents import DOCUMENTS
from tests.documents.scanned import scanned

_OWN_KEYS = "encrypted with the platform's keys; whoever must bring a key of their own says so with native="
_PACKAGES = "a package lies under the digest of its content, and is read by builds alone"

ACCEPTED = {
    "CKV_GCP_62": _PACKAGES,
    "CKV_GCP_63": _PACKAGES,
    "CKV_GCP_78": "a package lies under the digest of its content, so there is one version of each",
    "CKV_GCP_83": _OWN_KEYS,
    "CKV_GCP_84": "images of packages, which hold no secret; the platform's keys",
    "CKV_GCP_124": "who may call is IAM's to say; pushes, gateways and callers are in no network of ours",
}
"""Ids that fail somewhere, and why that is so on purpose. One that fails nowhere any more is to go."""


@pytest.mark.slow
def test_checkov_finds_nothing_but_what_is_accepted(tmp_path: Path) -> None:
    found = scanned(DOCUMENTS, tmp_path)
    assert {key: name for key, name in found.items() if key[0] not in ACCEPTED} == {}
    assert {id for id, _ in found} == set(ACCEPTED)
