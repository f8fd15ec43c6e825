"""The two tables, and what importing costs."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from cloudless.config.stage import Stage
from cloudless.conformance.apps import queues
from cloudless.driver.gap import CAPABILITIES
from cloudless.driver.guarantee import ASPECTS
from cloudless.driver.limit import KEYS
from cloudless.errors import InvalidArgument
from cloudless.frontend import compile as to_ir
from cloudless.message import Envelope
from cloudless_gcp import PROVIDER
from cloudless_gcp.capabilities import GAPS
from cloudless_gcp.clients.cloud import GoogleCloud
from cloudless_gcp.guarantees import GUARANTEES
from cloudless_gcp.limits import LIMITS
from providers.gcp.tests.broker import Broker

ROOT = Path(__file__).parents[3]
PROD = {"name": "prod", "provider": "gcp", "region": "europe-west1"}


def test_every_limit_has_a_key_a_value_and_a_page() -> None:
    assert LIMITS.keys() <= KEYS.keys()
    for limit in LIMITS.values():
        assert limit.value >= 0
        assert re.match(r"https://cloud\.google\.com/\S+$", limit.link)


def test_every_gap_has_a_key_and_a_reason_and_what_never_comes_has_a_page() -> None:
    assert GAPS.keys() <= CAPABILITIES.keys()
    assert [key for key, gap in GAPS.items() if not gap.reason or (gap.kind == "never" and not gap.link)] == []


def test_every_aspect_has_an_answer_with_a_page() -> None:
    assert ASPECTS.keys() == GUARANTEES.keys()
    for one in GUARANTEES.values():
        assert one.gives
        assert not one.note.endswith(".")
        assert one.link.startswith("https://")


def test_the_provider_shows_its_tables() -> None:
    assert (PROVIDER.name, PROVIDER.gaps, PROVIDER.limits) == ("gcp", GAPS, LIMITS)


def test_a_stage_is_found_by_its_project_and_names(broker: Broker) -> None:
    for name in ("queues-prod-texts", "made-elsewhere"):
        broker.make_queue(name)
    application = to_ir(queues.app)
    elsewhere = replace(application.queue("jobs"), existing={"gcp": broker.topic("made-elsewhere")})
    application = replace(application, queues=(application.queue("texts"), elsewhere))
    stage = Stage.model_validate({**PROD, "project": broker.project, "config": {"ratio": 0.5}})
    with closing(cast("GoogleCloud", PROVIDER.connect(stage, application))) as cloud:
        for queue in ("texts", "jobs"):
            cloud.queues.send(queue, [Envelope(cloud.new_id(), "{}")])
        assert (cloud.config("ratio"), cloud.config("other")) == (0.5, None)
    assert (len(broker.take("queues-prod-texts")), len(broker.take("made-elsewhere"))) == (1, 1)


def test_a_stage_without_a_project_says_what_to_add() -> None:
    with pytest.raises(InvalidArgument, match="add project ="):
        PROVIDER.connect(Stage.model_validate(PROD), to_ir(queues.app))


def test_a_cold_start_loads_no_sdk_and_nothing_slow() -> None:
    """Until the handler sends or asks the ledger."""
    paths = [str(ROOT), str(ROOT / "providers" / "gcp")]
    code = f"import sys; sys.path[:0] = {paths!r}\nimport cloudless_gcp.runtime.queue\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True, capture_output=True, text=True)
    loaded = set(run.stdout.split())
    slow = {"asyncio", "dataclasses", "google", "grpc", "http.client", "inspect", "pydantic", "ssl", "typing"}
    assert loaded.isdisjoint(slow), loaded & slow
