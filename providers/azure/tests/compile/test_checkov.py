"""What checkov finds risky in what is compiled: nothing, but what stands here with its reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from providers.azure.tests.compile.documents import DOCUMENTS
from tests.documents.scanned import scanned

_PUBLIC = "there is no virtual network: what is reached takes tokens of Entra ID alone, and the caller needs a role"
_OWN_KEYS = "encrypted with the platform's keys; whoever must bring a key of their own says so with native="
_LOGGING = "the provider sets logs of the classic kind with account keys, which are off"

ACCEPTED = {
    "CKV2_AZURE_1": _OWN_KEYS,
    "CKV2_AZURE_20": _LOGGING,
    "CKV2_AZURE_21": _LOGGING,
    "CKV2_AZURE_32": _PUBLIC,
    "CKV2_AZURE_33": _PUBLIC,
    "CKV2_AZURE_38": "packages are built anew, hosts write theirs anew, Durable deletes what it is done with",
    "CKV2_AZURE_40": "the account of packages alone: Flex Consumption fetches them from a URL, which is signed",
    "CKV_AZURE_33": _LOGGING,
    "CKV_AZURE_41": "keys of calls live as long as what is called; `terraform apply -replace` makes new ones",
    "CKV_AZURE_42": "cannot be switched off again, and keeps the names of a destroyed stage; deleted is soft anyway",
    "CKV_AZURE_59": _PUBLIC,
    "CKV_AZURE_109": _PUBLIC,
    "CKV_AZURE_110": "see CKV_AZURE_42",
    "CKV_AZURE_189": _PUBLIC,
    "CKV_AZURE_199": _OWN_KEYS,
    "CKV_AZURE_201": _OWN_KEYS,
    "CKV_AZURE_202": "a namespace calls nobody, so it has no identity",
    "CKV_AZURE_204": _PUBLIC,
    "CKV_AZURE_206": "three copies in one data centre; not every region has zones",
    "CKV_AZURE_212": "Flex Consumption starts instances when there is work; min_instances= keeps some",
    "CKV_AZURE_225": "not every region has zones",
}
"""Ids that fail somewhere, and why that is so on purpose. One that fails nowhere any more is to go."""


@pytest.mark.slow
def test_checkov_finds_nothing_but_what_is_accepted(tmp_path: Path) -> None:
    found = scanned(DOCUMENTS, tmp_path)
    assert {key: name for key, name in found.items() if key[0] not in ACCEPTED} == {}
    assert {id for id, _ in found} == set(ACCEPTED)
    assert {resource for id, resource in found if id == "CKV2_AZURE_40"} == {"azurerm_storage_account.code"}
