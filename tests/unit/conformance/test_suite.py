"""The suite about itself: complete, indexed, and not to be changed by a provider."""

import pytest

from cloudless.conformance.harness import Harness
from cloudless.conformance.index import ROWS, cases
from cloudless.conformance.queue import QueueSuite
from cloudless.conformance.suite import Suite, needs
from cloudless.driver import Gap
from cloudless.driver.gap import CAPABILITIES
from tests.mutants.faults import FAULTS


def test_every_row_has_a_case_under_each_of_its_faults_and_no_other() -> None:
    assert {(row, fault) for row, fault, _, _ in cases()} == {
        (row, one) for row, faults in ROWS.items() for one in faults
    }


def test_every_capability_that_a_case_needs_is_known() -> None:
    assert {one for _, _, _, needed in cases() for one in needed} <= CAPABILITIES.keys()


def test_a_provider_cannot_change_a_case() -> None:
    def test_ids_of_send_are_those_that_handlers_see(self: object) -> None: ...

    with pytest.raises(TypeError, match="changes test_ids_of_send_are_those_that_handlers_see"):
        type(
            "Kinder",
            (QueueSuite,),
            {"test_ids_of_send_are_those_that_handlers_see": test_ids_of_send_are_those_that_handlers_see},
        )


def test_a_provider_cannot_delete_a_case() -> None:
    with pytest.raises(TypeError, match="changes test_ids_of_send"):
        type("Kinder", (QueueSuite,), {"test_ids_of_send_are_those_that_handlers_see": None})


def test_there_are_mutants_enough() -> None:
    assert len(FAULTS) >= 25


class Incomplete:
    """A harness with a gap."""

    provider = "incomplete"
    gaps = {"queue": Gap("not_yet", "nothing is built")}  # noqa: RUF012


class TestGaps(Suite):
    @pytest.fixture
    def harness(self) -> Harness:
        return Incomplete()  # type: ignore[return-value]  # pyright: ignore[reportReturnType]

    @needs("queue")
    def test_a_case_that_needs_a_gap_is_expected_to_fail(self, request: pytest.FixtureRequest) -> None:
        marker = request.node.get_closest_marker("xfail")
        assert marker is not None
        assert (marker.kwargs["strict"], marker.kwargs["reason"]) == (
            True,
            "incomplete: queue (not_yet): nothing is built",
        )
        raise AssertionError("as expected")
