"""The contract of queues and topics where Google's emulator pushes to Google's function server: no model in between.

What a case needs that the emulator does not have is named in `left_out`; conftest.py leaves such cases out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

import pytest

from cloudless.conformance import ProviderHarness
from cloudless.conformance.ordered import OrderedSuite
from cloudless.conformance.queue import QueueSuite
from cloudless.conformance.topic import TopicSuite
from cloudless_gcp import PROVIDER
from providers.gcp.tests.deployment import Stage, Stages
from providers.gcp.tests.pushed import PushedRunning
from providers.gcp.tests.running import Ground
from tests.hosting.stage import deployed

pytestmark = pytest.mark.slow
AGAIN = "the emulator pushes again a second later, whatever the retry policy says, and does not count deliveries"
FILTERS = "the emulator pushes to everybody: it keeps filters, and applies none"


@pytest.fixture(scope="module")
def pushed(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stages]:
    stages = Stages(lambda entry, folder: Stage(entry, ground, folder, PushedRunning), tmp_path_factory.mktemp("apps"))
    yield stages
    stages.close()


@pytest.fixture
def harness(pushed: Stages) -> ProviderHarness:
    return ProviderHarness(PROVIDER, lambda entry, seed, start: deployed(pushed, entry, seed=seed, start=start))


class TestQueue(QueueSuite):
    left_out: ClassVar[Mapping[str, str]] = dict.fromkeys(
        (
            "test_a_retry_keeps_trace_correlation_and_time_of_sending",
            "test_a_delivery_after_a_crash_keeps_trace_correlation_and_time_of_sending",
            "test_a_failed_message_comes_again_as_the_next_attempt_with_the_same_id",
            "test_the_last_failure_makes_a_dead_letter_with_its_error",
            "test_message_and_context_tell_the_same_attempt",
            "test_an_error_that_is_not_worth_another_try_is_a_dead_letter_at_once",
            "test_a_poison_message_does_not_hold_up_the_others",
            "test_a_message_whose_handler_crashed_comes_again",
            "test_a_message_that_crashes_every_time_is_a_dead_letter_that_says_so",
            "test_crashes_and_exceptions_are_counted_together",
            "test_without_dead_letters_a_message_is_given_up_for_good",
            "test_a_retry_does_not_come_at_once",
            "test_waits_are_delay_times_factor",
            "test_a_factor_of_one_keeps_the_wait",
            "test_a_redriven_message_is_a_new_first_attempt_with_its_own_id",
            "test_a_consumer_of_dead_letters_that_fails_gets_them_again",
            "test_a_consumer_of_dead_letters_that_crashes_gets_them_again",
            "test_a_key_whose_handler_failed_is_tried_again",
            "test_a_key_whose_handler_crashed_is_tried_again",
            "test_a_failing_message_does_not_make_its_neighbours_run_again",
            "test_a_message_that_fails_in_every_batch_is_a_dead_letter_alone",
            "test_an_id_that_is_not_in_the_batch_fails_all_of_it",
            "test_any_other_exception_fails_the_whole_batch",
            "test_a_batch_that_crashed_comes_again_and_no_other",
            "test_a_delayed_message_that_fails_waits_as_any_other",
        ),
        AGAIN,
    )


class TestOrdered(OrderedSuite):
    left_out: ClassVar[Mapping[str, str]] = dict.fromkeys(
        (
            "test_a_failing_head_blocks_its_group_and_no_other",
            "test_a_group_goes_on_when_its_head_is_a_dead_letter",
            "test_a_head_that_crashed_comes_again_before_its_followers",
            "test_a_group_goes_on_when_its_head_crashed_every_time",
            "test_a_batch_handler_that_fails_keeps_the_order",
            "test_a_message_with_a_deduplication_id_that_crashed_comes_again",
        ),
        AGAIN,
    )


class TestTopic(TopicSuite):
    left_out: ClassVar[Mapping[str, str]] = {
        "test_a_failing_subscriber_does_not_make_others_run_again": AGAIN,
        "test_a_crashing_subscriber_does_not_make_others_run_again": AGAIN,
        "test_each_subscriber_has_dead_letters_of_its_own": AGAIN,
        "test_a_filter_lets_through_what_matches_and_needs_the_attribute": FILTERS,
    }


@pytest.mark.parametrize("suite", [TestQueue, TestOrdered, TestTopic])
def test_what_is_left_out_is_a_case(suite: type[TestQueue | TestOrdered | TestTopic]) -> None:
    assert [name for name in suite.left_out if not callable(getattr(suite, name, None))] == []
