"""Which Lambda functions there are, what each takes, and for how long it may run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from cloudless import App
from cloudless.compiler.definitions import definitions_of
from cloudless.compiler.unit import BROKER, WORKER, Unit
from cloudless.ir import Application
from cloudless_aws.compile.ground import Ground
from providers.aws.tests.compile import documents
from providers.aws.tests.compile.documents import conformance, document, example, prod, program, resources


def units(application: Application) -> dict[str, Unit]:
    ground = Ground(prod(), application, definitions_of(application, {}))
    return {one.name: one for one in ground.units}


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_every_handler_has_a_function_of_its_own(application: Callable[[], Application]) -> None:
    found = units(application())
    assert {one.name for one in application().handlers} == {one.handler for one in found.values() if one.handler}
    assert len({one.module for one in found.values()}) == len(found)
    assert len({one.function for one in found.values()}) == len(found)


def test_the_worker_is_there_for_what_orchestrations_do_themselves() -> None:
    assert units(conformance("orchestrations"))["cloudless--worker"].kind == WORKER
    assert units(conformance("orchestrations"))["cloudless--broker"].kind == BROKER
    assert "cloudless--broker" not in units(example("04-trip-saga"))
    assert not {"cloudless--worker", "cloudless--broker"} & units(conformance("queues")).keys()


def consuming(timeout: timedelta, *, ordered: bool = False) -> Unit:
    app = App("shop")
    orders = app.ordered_queue("orders", dict[str, int]) if ordered else app.queue("orders", dict[str, int])

    @orders.consumer(timeout=timeout)
    def take(order: dict[str, int]) -> None: ...

    return units(program(app))["take"]


@pytest.mark.parametrize(
    ("timeout_s", "batch", "longest_s"),
    [
        (3, 10, 35),
        (1, 10, 15),
        (12, 10, 125),
        (13, 10, 125),
        (59.5, 10, 125),
        (60, 10, 125),
        (61, 1, 66),
        (300, 1, 305),
        (600, 1, 605),
    ],
)
def test_single_messages_come_together_where_two_of_them_have_time(
    timeout_s: float, batch: int, longest_s: int
) -> None:
    one = consuming(timedelta(seconds=timeout_s))
    assert one.source is not None
    assert (one.source.batch_size, one.timeout_s) == (batch, longest_s)


def test_an_ordered_queue_hands_out_one_message_a_call() -> None:
    one = consuming(timedelta(seconds=3), ordered=True)
    assert one.source is not None
    assert (one.source.batch_size, one.source.guarded, one.timeout_s) == (1, True, 8)


def test_a_list_comes_as_it_was_asked_for_within_one_time_out() -> None:
    app = App("shop")
    orders = app.queue("orders", dict[str, int])

    @orders.consumer(batch_size=7, window=timedelta(seconds=20), timeout=timedelta(seconds=30))
    def take(batch: list[dict[str, int]]) -> None: ...

    application = program(app)
    one = units(application)["take"]
    assert one.source is not None
    assert (one.source.batch_size, one.source.window_s, one.timeout_s) == (7, 20, 35)
    made = document(application)["resource"]
    mapping = made["aws_lambda_event_source_mapping"]["take"]
    assert (mapping["batch_size"], mapping["maximum_batching_window_in_seconds"]) == (7, 20)
    assert made["aws_sqs_queue"]["orders"]["visibility_timeout_seconds"] == 6 * 35 + 20


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_what_a_function_consumes_stays_hidden_for_longer_than_it_runs(application: Callable[[], Application]) -> None:
    """Lambda refuses another event source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html."""
    made = document(application())["resource"]
    for label, mapping in made.get("aws_lambda_event_source_mapping", {}).items():
        queue = mapping["event_source_arn"].removeprefix("${aws_sqs_queue.").removesuffix(".arn}")
        hidden, runs = (
            made["aws_sqs_queue"][queue]["visibility_timeout_seconds"],
            made["aws_lambda_function"][label]["timeout"],
        )
        assert runs <= hidden <= 43_200
        assert runs <= 900


def test_a_function_of_the_longest_step_has_no_margin() -> None:
    app = App("shop")

    @app.function(timeout=timedelta(minutes=15))
    def long() -> None: ...

    assert resources(program(app), "aws_lambda_function")["long"]["timeout"] == 900
