"""Recorded events of Google's, changed somewhere: each is refused with 400, comes again, or has an end."""

# JSON values of any shape:
# pyright: basic

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudless_gcp.runtime.function import function
from cloudless_gcp.runtime.queue import consumer
from cloudless_gcp.runtime.schedule import schedule
from cloudless_gcp.runtime.worker import worker
from providers.gcp.tests.entry.asking import FakeGoogle, made
from tests.hostile.effort import hostile
from tests.hostile.text import contents

pytestmark = pytest.mark.fuzz
RECORDED = Path(__file__).parents[4].parent / "shared" / "events" / "gcp"
RECORDER = "tests.hosting.recorder:app"
TYPES = ("google.cloud.pubsub.topic.v1.messagePublished", "google.cloud.storage.object.v1.finalized", "")
MAKERS = {"on_take": consumer, "on_report": schedule, "call_charge": function, "worker": worker}
"""A function of every kind."""


@pytest.fixture(scope="module")
def events() -> list[Any]:
    if not RECORDED.is_dir():
        pytest.skip(f"recorded events are not here: {RECORDED}")
    return [json.loads(file.read_text("utf-8")) for file in sorted(RECORDED.glob("*.json"))]


@pytest.mark.parametrize("module", MAKERS)
def test_an_event_has_an_end_or_is_refused(module: str, events: list[Any]) -> None:
    handle = made(MAKERS[module], module, FakeGoogle(), entry=RECORDER)

    @hostile
    @given(contents(*events), st.sampled_from(TYPES))
    def check(content: bytes, kind: str) -> None:
        headers = {"HTTP_CE_ID": "7", "HTTP_CE_TYPE": kind, "HTTP_CE_TIME": "2026-01-02T08:00:00Z"} if kind else {}
        assert handle(content, headers)[1] in {200, 204, 400, 500}

    check()
