"""The two tables, physical names, and what importing costs."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from cloudless.config.stage import Stage
from cloudless.conformance.apps import queues
from cloudless.driver.gap import CAPABILITIES
from cloudless.driver.guarantee import ASPECTS
from cloudless.driver.limit import KEYS
from cloudless.errors import InvalidArgument, UnsupportedError
from cloudless.frontend import compile as to_ir
from cloudless_azure import PROVIDER
from cloudless_azure.capabilities import GAPS
from cloudless_azure.guarantees import GUARANTEES
from cloudless_azure.limits import LIMITS
from cloudless_azure.names import HUB, LEDGERS, account_of, addresses_of, entity_of, namespace_of

ROOT = Path(__file__).parents[3]
PROD = Stage.model_validate(
    {"name": "prod", "provider": "azure", "region": "westeurope", "subscription": "0000-1", "config": {"a": 1}}
)


def test_every_limit_has_a_key_a_value_and_a_page() -> None:
    assert LIMITS.keys() <= KEYS.keys()
    for limit in LIMITS.values():
        assert limit.value > 0
        assert re.match(r"https://learn\.microsoft\.com/en-us/azure/\S+$", limit.link)


def test_every_gap_has_a_key_and_a_reason_and_what_never_comes_has_a_page() -> None:
    assert GAPS.keys() <= CAPABILITIES.keys()
    assert [key for key, gap in GAPS.items() if not gap.reason or (gap.kind == "never" and not gap.link)] == []


def test_every_aspect_has_an_answer_with_a_page() -> None:
    assert ASPECTS.keys() - GUARANTEES.keys() == set()
    for one in GUARANTEES.values():
        assert one.gives
        assert not one.note.endswith(".")
        assert one.link.startswith("https://")


def test_the_provider_shows_its_tables() -> None:
    assert (PROVIDER.name, PROVIDER.gaps, PROVIDER.limits) == ("azure", GAPS, LIMITS)


def test_a_stage_is_found_by_its_names() -> None:
    application = to_ir(queues.app)
    cloud = PROVIDER.connect(PROD, application)
    assert (cloud.config("a"), cloud.config("b"), cloud.provider) == (1, None, "azure")
    addresses = addresses_of(application, PROD)
    assert addresses["queues"]["jobs-dead-letters"] == "jobs-dead-letters"
    assert re.fullmatch(r"queues-prod-[0-9a-f]{6}\.servicebus\.windows\.net", addresses["service_bus"])
    assert re.fullmatch(r"https://queuesprodledger[0-9a-f]{6}\.table\.core\.windows\.net", addresses["tables"])


def test_a_queue_that_is_there_already_keeps_its_name() -> None:
    queue = to_ir(queues.app).queues[0]
    assert entity_of(replace(queue, existing={"azure": "theirs"})) == "theirs"
    with pytest.raises(UnsupportedError, match="another namespace is not built"):
        entity_of(replace(queue, existing={"azure": "/subscriptions/x/queues/theirs"}))


def test_names_that_are_unique_in_the_world_fit_and_differ_by_subscription() -> None:
    app, stage = "a" * 60, "prod-of-the-west"
    assert len(namespace_of(app, stage, "1")) <= 50
    assert re.fullmatch(r"[a-z0-9]{3,24}", account_of(app, stage, "1", LEDGERS))
    assert namespace_of("shop", "prod", "1") != namespace_of("shop", "prod", "2")
    assert account_of("shop", "prod", "1", HUB) != account_of("shop", "prod", "2", HUB)


def test_a_stage_without_a_subscription_says_what_to_add() -> None:
    with pytest.raises(InvalidArgument, match="add subscription ="):
        PROVIDER.connect(PROD.model_copy(update={"subscription": None}), to_ir(queues.app))


def test_a_cold_start_loads_no_sdk_and_nothing_slow() -> None:
    """Until the handler sends or asks the ledger."""
    paths = [str(ROOT), str(ROOT / "providers" / "azure")]
    code = (
        f"import asyncio, sys\nsys.path[:0] = {paths!r}\nbefore = set(sys.modules)\n"  # Microsoft's worker runs on it
        "import cloudless_azure.runtime.queue\nprint(*sys.modules.keys() - before)"
    )
    run = subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True, capture_output=True, text=True)
    loaded = set(run.stdout.split())
    slow = {"dataclasses", "azure", "http.client", "inspect", "pydantic", "ssl", "typing"}
    assert loaded.isdisjoint(slow), loaded & slow
