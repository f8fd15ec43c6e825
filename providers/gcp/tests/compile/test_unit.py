"""Which functions there are, and for how long each may run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from cloudless import App
from cloudless.compiler.definitions import definitions_of
from cloudless.compiler.unit import BROKER, WORKER, Unit
from cloudless.ir import Application
from cloudless_gcp.compile.ground import Ground
from providers.gcp.tests.compile import documents
from providers.gcp.tests.compile.documents import conformance, example, prod, program


def units(application: Application) -> dict[str, Unit]:
    ground = Ground(prod(), application, definitions_of(application, {}))
    return {one.name: one for one in ground.units}


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_every_handler_has_a_function_of_its_own(application: Callable[[], Application]) -> None:
    found = units(application())
    assert {one.name for one in application().handlers} == {one.handler for one in found.values() if one.handler}
    assert len({one.module for one in found.values()}) == len(found)
    assert len({one.function for one in found.values()}) == len(found)


def test_every_execution_begins_at_the_broker_and_the_worker_does_what_is_no_function() -> None:
    assert units(conformance("orchestrations"))["cloudless--worker"].kind == WORKER
    assert units(conformance("orchestrations"))["cloudless--broker"].kind == BROKER
    assert "cloudless--broker" in units(example("04-trip-saga"))
    assert not {"cloudless--worker", "cloudless--broker"} & units(conformance("queues")).keys()


@pytest.mark.parametrize(("timeout_s", "longest_s"), [(3, 53), (59.5, 110), (60, 110), (550, 600)])
def test_a_function_runs_longer_than_its_handler_by_a_start_and_what_is_ours(timeout_s: float, longest_s: int) -> None:
    app = App("shop")
    orders = app.queue("orders", dict[str, int])

    @orders.consumer(timeout=timedelta(seconds=timeout_s))
    def take(order: dict[str, int]) -> None: ...

    one = units(program(app))["take"]
    assert one.source is not None
    assert (one.source.batch_size, one.timeout_s) == (1, longest_s)


def test_a_list_is_of_one_message() -> None:
    app = App("shop")
    orders = app.queue("orders", dict[str, int])

    @orders.consumer(batch_size=7)
    def take(batch: list[dict[str, int]]) -> None: ...

    source = units(program(app))["take"].source
    assert source is not None
    assert source.batch_size == 1
