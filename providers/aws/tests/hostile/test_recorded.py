"""Recorded events of Lambda, changed somewhere: whatever function gets one refuses it, or every message has an end."""

# JSON values of any shape:
# pyright: basic

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from cloudless_aws.runtime.function import function
from cloudless_aws.runtime.http import endpoint
from cloudless_aws.runtime.queue import consumer
from cloudless_aws.runtime.schedule import schedule
from cloudless_aws.runtime.worker import worker
from providers.aws.tests.entry.asking import FakeAws, made
from providers.aws.tests.hostile.test_events import asked, ended, requested
from tests.hostile.effort import hostile
from tests.hostile.text import values

pytestmark = pytest.mark.fuzz
RECORDED = Path(__file__).parents[4].parent / "shared" / "events" / "aws"
RECORDER = "tests.hosting.recorder:app"


@pytest.fixture(scope="module")
def events() -> list[Any]:
    if not RECORDED.is_dir():
        pytest.skip(f"recorded events are not here: {RECORDED}")
    return [json.loads(file.read_text("utf-8")) for file in sorted(RECORDED.glob("*.json"))]


@pytest.mark.parametrize(
    ("maker", "module"), [(consumer, "on_take"), (consumer, "on_count"), (schedule, "on_report")],
    ids=["consumer", "counted", "schedule"],
)  # fmt: skip
def test_no_message_is_forgotten(maker: Any, module: str, events: list[Any]) -> None:
    cloud = FakeAws()
    handle = made(maker, module, cloud, entry=RECORDER)

    @hostile
    @given(values(*events))
    def check(event: Any) -> None:
        ended(cloud, handle, event)

    check()


@pytest.mark.parametrize(
    ("maker", "module"), [(function, "call_charge"), (worker, "worker")], ids=["function", "worker"]
)
def test_no_call_is_answered_by_a_bug(maker: Any, module: str, events: list[Any]) -> None:
    handle = made(maker, module, FakeAws(), entry=RECORDER)

    @hostile
    @given(values(*events))
    def check(event: Any) -> None:
        asked(handle, event)

    check()


@pytest.mark.parametrize("module", ["http_show", "http_other", "http_mine"])
def test_no_request_fails(module: str, events: list[Any]) -> None:
    handle = made(endpoint, module, FakeAws(), entry=RECORDER)

    @hostile
    @given(values(*events))
    def check(event: Any) -> None:
        requested(handle, event)

    check()
