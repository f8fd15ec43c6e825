"""The two tables, physical names, and what importing costs."""

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
from cloudless.conformance.apps import ordered, queues
from cloudless.driver.gap import CAPABILITIES
from cloudless.driver.guarantee import ASPECTS
from cloudless.driver.limit import KEYS
from cloudless.errors import InvalidArgument
from cloudless.frontend import compile as to_ir
from cloudless.message import Envelope
from cloudless_aws import PROVIDER
from cloudless_aws.capabilities import GAPS
from cloudless_aws.clients.cloud import AwsCloud
from cloudless_aws.guarantees import GUARANTEES
from cloudless_aws.limits import LIMITS
from cloudless_aws.names import queues_of
from providers.aws.tests.emulators import ACCOUNT, REGION
from providers.aws.tests.resources import Resources

ROOT = Path(__file__).parents[3]
PROD = Stage.model_validate({"name": "prod", "provider": "aws", "region": REGION, "config": {"ratio": 0.5}})


def test_every_limit_has_a_key_a_value_and_a_page() -> None:
    assert LIMITS.keys() <= KEYS.keys()
    for limit in LIMITS.values():
        assert limit.value > 0
        assert re.match(r"https://docs\.aws\.amazon\.com/\S+$", limit.link)


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
    assert (PROVIDER.name, PROVIDER.gaps, PROVIDER.limits) == ("aws", GAPS, LIMITS)


def test_ordered_queues_and_what_stands_behind_them_are_fifo() -> None:
    application = to_ir(ordered.app)
    names = queues_of(application, "shop-prod")
    assert {name: physical.endswith(".fifo") for name, physical in names.items()} == {
        queue.name: queue.ordered or any(one.dead_letters == queue.name and one.ordered for one in application.queues)
        for queue in application.queues
    }
    assert max(map(len, names.values())) <= LIMITS["queue.name"].value


def test_a_stage_is_found_by_its_names(resources: Resources) -> None:
    for name in ("queues-prod-texts", "made-elsewhere"):
        resources.make_queue(name)
    application = to_ir(queues.app)
    elsewhere = replace(application.queue("jobs"), existing={"aws": f"arn:aws:sqs:{REGION}:{ACCOUNT}:made-elsewhere"})
    application = replace(application, queues=(application.queue("texts"), elsewhere))
    with closing(cast("AwsCloud", PROVIDER.connect(PROD, application))) as cloud:
        for queue in ("texts", "jobs"):
            cloud.queues.send(queue, [Envelope(cloud.new_id(), "{}")])
        assert (cloud.config("ratio"), cloud.config("other"), cloud.provider) == (0.5, None, "aws")
    assert (len(resources.take("queues-prod-texts")), len(resources.take("made-elsewhere"))) == (1, 1)


def test_a_stage_without_a_region_says_what_to_add() -> None:
    with pytest.raises(InvalidArgument, match="add region ="):
        PROVIDER.connect(PROD.model_copy(update={"region": None}), to_ir(queues.app))


def test_a_cold_start_loads_no_sdk_and_nothing_slow() -> None:
    """Until the handler sends or asks the ledger."""
    paths = [str(ROOT), str(ROOT / "providers" / "aws")]
    code = f"import sys; sys.path[:0] = {paths!r}\nimport cloudless_aws.runtime.queue\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True, capture_output=True, text=True)
    loaded = set(run.stdout.split())
    slow = {"asyncio", "boto3", "botocore", "dataclasses", "http.client", "inspect", "pydantic", "ssl", "typing"}
    assert loaded.isdisjoint(slow), loaded & slow
