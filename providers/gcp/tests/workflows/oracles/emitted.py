"""Workflows as our compiler emits them, of programs that nothing else is built of."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from cloudless.codec import is_object
from cloudless.conformance.orchestrations.observed import WAITING
from cloudless.ir import Application
from cloudless_gcp.compile.workflows import Targets, workflow
from providers.gcp.tests.gcwsim import Outcome

Plain = dict[str, Any]

BASE = "https://europe-west1-shop.cloudfunctions.net/"
PREFIX = "shop-dev-"
WORKER, BROKER = f"{PREFIX}-worker", f"{PREFIX}-broker"
TARGETS = Targets(
    base=BASE,
    function=lambda name: f"{PREFIX}{name}",
    worker=WORKER,
    broker=BROKER,
    workflow="projects/shop/locations/europe-west1/workflows/shop-dev-main",
)
DIGEST = "0" * 64
EXECUTION = "e"


def text_of(application: Application, main: str = "main") -> bytes:
    """What is emitted for an orchestration."""
    return workflow(application, main, {}, TARGETS, DIGEST).text


@lru_cache(maxsize=8)
def document_of(text: bytes) -> Plain:
    """The same as JSON; not to be changed."""
    document: Plain = json.loads(text)
    return document


class Unreadable(Exception):
    """An execution did not end as ours do."""


def outcome_of(ended: Outcome) -> Plain:
    """{"v": value}, {"err": error} or WAITING. Raises Unreadable."""
    told: Any = ended.result if ended.state == "SUCCEEDED" else ended.error
    if ended.state == "ACTIVE":
        return dict(WAITING)
    if ended.state == "SUCCEEDED" and is_object(told) and told.keys() == {"v"}:
        return told
    if ended.state == "FAILED" and is_object(told) and "mro" in told:
        return {"err": told}
    raise Unreadable(f"{ended.state}: {told}")
