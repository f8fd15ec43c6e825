"""What checkov finds risky in what is compiled: nothing, but what stands here with its reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from providers.aws.tests.compile.documents import DOCUMENTS
from tests.documents.scanned import scanned

_OWN_KEYS = "encrypted with the platform's keys; whoever must bring a key of their own says so with native="
_X_RAY = "our runtime carries W3C trace context to wherever the program sends; X-Ray is asked for with native="
_LOGS = "lines of requests and steps are in the logs of functions, with their trace; this would be one more, paid for"

ACCEPTED = {
    "CKV2_AWS_57": "what a secret is for is the program's to know, and so how it is rotated",
    "CKV2_AWS_62": "nobody waits for packages",
    "CKV_AWS_21": "a package lies under the digest of its content, so there is one version of each",
    "CKV_AWS_26": "CloudWatch cannot tell a topic that is encrypted with the platform's key; see CKV_AWS_145",
    "CKV_AWS_28": "leases and events of executions: what is restored from yesterday would be wrong today",
    "CKV_AWS_50": _X_RAY,
    "CKV_AWS_76": _LOGS,
    "CKV_AWS_115": "the event source has the limit, so that messages wait; reserving takes from other functions",
    "CKV_AWS_116": "of asynchronous invocations, of which there are none: queues have dead letters",
    "CKV_AWS_117": "there is no network of ours; a function that needs one says so with native=",
    "CKV_AWS_119": _OWN_KEYS,
    "CKV_AWS_144": "a build uploads its package to the region that it deploys to",
    "CKV_AWS_145": _OWN_KEYS,
    "CKV_AWS_149": _OWN_KEYS,
    "CKV_AWS_158": _OWN_KEYS,
    "CKV_AWS_272": "signing is for those who have a key; with native=",
    "CKV_AWS_284": _X_RAY,
    "CKV_AWS_285": _LOGS,
    "CKV_AWS_297": _OWN_KEYS,
    "CKV_AWS_309": "who may call is for our runtime to say, on every cloud alike",
    "CKV_AWS_338": "30 days, or what native= says",
}
"""Ids that fail somewhere, and why that is so on purpose. One that fails nowhere any more is to go."""


@pytest.mark.slow
def test_checkov_finds_nothing_but_what_is_accepted(tmp_path: Path) -> None:
    found = scanned(DOCUMENTS, tmp_path)
    assert {key: name for key, name in found.items() if key[0] not in ACCEPTED} == {}
    assert {id for id, _ in found} == set(ACCEPTED)
