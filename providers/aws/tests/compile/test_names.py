"""Physical names: such as services take them, and never one for two things."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from itertools import combinations, product

import pytest

from cloudless import App
from cloudless.driver.names import broker_of, prefix_of, worker_of
from cloudless.ir import Application
from cloudless_aws import names
from cloudless_aws.names import addresses_of
from providers.aws.tests.compile import documents
from providers.aws.tests.compile.documents import REGION, document, prod, program, settled

LONGEST_PREFIX = prefix_of("a" * 24, "s" * 16)
LONGEST = "n" * 50
FORMS = {
    "aws_sqs_queue": r"[A-Za-z0-9_-]{1,75}\.fifo|[A-Za-z0-9_-]{1,80}",
    "aws_sns_topic": r"[A-Za-z0-9_-]{1,256}",
    "aws_lambda_function": r"[A-Za-z0-9_-]{1,64}",
    "aws_iam_role": r"[\w+=,.@-]{1,64}",
    "aws_iam_policy": r"[\w+=,.@-]{1,128}",
    "aws_sfn_state_machine": r"[A-Za-z0-9_-]{1,80}",
    "aws_scheduler_schedule": r"[0-9A-Za-z_.-]{1,64}",
    "aws_scheduler_schedule_group": r"[0-9A-Za-z_.-]{1,64}",
    "aws_dynamodb_table": r"[A-Za-z0-9_.-]{3,255}",
    "aws_secretsmanager_secret": r"[A-Za-z0-9/_+=.@-]{1,512}",
    "aws_s3_bucket": r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
    "aws_cloudwatch_log_group": r"[.\-_/#A-Za-z0-9]{1,512}",
}
"""What names are made of: the pages of the services' Create… operations."""
_NAMED = ("name", "function_name", "bucket")


def every_long_name() -> Application:
    app = App("a" * 24)
    app.topic(LONGEST, dict[str, int])
    app.secret(LONGEST)
    orders = app.queue("q" * 50, dict[str, int], max_delay=timedelta(days=1))
    steps = app.ordered_queue("o" * 50, dict[str, int])

    @orders.consumer(name="h" * 50)
    def take(order: dict[str, int]) -> None: ...

    @steps.consumer(name="i" * 50)
    def step(order: dict[str, int]) -> None: ...

    @app.schedule("0 8 * * *", name="t" * 50)
    def report() -> None: ...

    return program(app)


@pytest.mark.parametrize("application", [*documents.EVERYTHING, pytest.param(every_long_name, id="long")])
def test_names_are_such_as_services_take_and_each_is_one_things(application: Callable[[], Application]) -> None:
    made = document(application(), prod(name="s" * 16))
    for type, form in FORMS.items():
        labels = made["resource"].get(type, {})
        found = [settled(made, one[key]) for one in labels.values() for key in _NAMED if key in one]
        assert [name for name in found if not re.fullmatch(form, name)] == []
        assert len({name.lower() for name in found}) == len(labels)


KINDS: dict[str, dict[str, Callable[[str, str], str]]] = {
    "function": {
        "handler": names.function_of,
        "worker": lambda prefix, _: worker_of(prefix),
        "broker": lambda prefix, _: broker_of(prefix),
    },
    "role": {
        "handler": lambda prefix, name: names.role_of(prefix, name, REGION),
        "worker": lambda prefix, _: names.role_of(prefix, "-worker", REGION),
        "broker": lambda prefix, _: names.role_of(prefix, "-broker", REGION),
        "tick": lambda prefix, name: names.tick_role_of(prefix, name, REGION),
        "delay": lambda prefix, name: names.delay_role_of(prefix, name, REGION),
    },
    "schedule group": {
        "ticks": lambda prefix, _: names.tick_group_of(prefix),
        "delay": names.delay_group_of,
    },
}
"""What makes the names of each kind, by what may have one name once."""
WORDS = ("a", "b", "tick", "ticks", "delay", "worker", "broker")
NAMES = ["-".join(words) for count in (1, 2, 3) for words in product(WORDS, repeat=count)] + [LONGEST]


@pytest.mark.parametrize("what", KINDS)
def test_no_two_kinds_share_a_name_in_all_stages_of_an_application(what: str) -> None:
    prefixes = [prefix_of("shop", name) for name in NAMES if len(name) <= 16]
    found = {kind: {find(*one) for one in product(prefixes, NAMES)} for kind, find in KINDS[what].items()}
    assert [pair for pair in combinations(found, 2) if found[pair[0]] & found[pair[1]]] == []


def test_functions_of_ours_have_no_name_that_a_handler_may_have() -> None:
    handlers = {names.function_of("shop-prod", name) for name in ("worker", "broker", "_worker", "-worker"[1:])}
    assert handlers.isdisjoint({worker_of("shop-prod"), broker_of("shop-prod")})
    assert all(len(find(LONGEST_PREFIX)) <= 64 for find in (worker_of, broker_of))


def test_what_is_cut_is_told_apart_by_its_digest() -> None:
    one, other = (names.function_of(LONGEST_PREFIX, f"{LONGEST[:-1]}{end}") for end in "ab")
    assert one != other
    assert one.startswith(LONGEST_PREFIX)


@pytest.mark.parametrize(
    ("id", "kept"),
    [("7", True), ("a-b_c.d", True), ("x" * 80, True), ("x" * 81, False), ("a/b", False), ("", False), (".a", False)],
)
def test_an_execution_is_called_by_its_id_where_step_functions_takes_it(id: str, kept: bool) -> None:
    name = names.execution_of(id)
    assert (name == id) == kept
    assert re.fullmatch(r"[A-Za-z0-9_.-]{1,80}", name)


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-central-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("us-east-1", "aws")],
)
def test_regions_are_in_partitions(region: str, partition: str) -> None:
    assert names.partition_of(region) == partition


@pytest.mark.parametrize(
    ("existing", "place"),
    [
        ("orders", ("", "", "orders")),
        ("https://sqs.eu-west-1.amazonaws.com/123456789012/orders", ("eu-west-1", "123456789012", "orders")),
        ("http://localhost:4566/123456789012/orders", ("", "123456789012", "orders")),
    ],
)
def test_a_queue_is_told_by_its_name_or_its_url(existing: str, place: tuple[str, str, str]) -> None:
    assert names.place_of_queue(existing) == place


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_callers_find_what_the_document_makes(application: Callable[[], Application]) -> None:
    made = document(application())["resource"]
    found = addresses_of(application(), prod())

    def called(type: str) -> set[str]:
        return {one.get("name") or one["function_name"] for one in made.get(type, {}).values()}

    assert set(found.get("queues", {}).values()) == called("aws_sqs_queue")
    assert set(found.get("topics", {}).values()) == called("aws_sns_topic") - {f"{application().name}-prod--alarms"}
    assert set(found.get("functions", {}).values()) <= called("aws_lambda_function")
    assert set(found.get("orchestrations", {}).values()) == called("aws_sfn_state_machine")
    assert set(found.get("secrets", {}).values()) == called("aws_secretsmanager_secret")
    for delays in found.get("delays", {}).values():
        assert delays["group"] in called("aws_scheduler_schedule_group")
        assert delays["role"] in called("aws_iam_role")


def test_stages_and_applications_have_names_of_their_own() -> None:
    pairs = list(product(("shop", "shop-x"), ("prod", "dev")))
    assert len({names.queues_of(every_long_name(), prefix_of(*pair))["q" * 50] for pair in pairs}) == len(pairs)
