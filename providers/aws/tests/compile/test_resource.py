"""What is made: queues, functions, event sources, publication, state machines, secrets, alarms."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from cloudless import App
from cloudless.ir import DEAD_LETTERS, Application
from cloudless.node import replace
from providers.aws.tests.compile import documents
from providers.aws.tests.compile.documents import (
    ACCOUNT,
    REGION,
    compiled,
    conformance,
    document,
    encoded,
    example,
    golden,
    program,
    resources,
    settled,
)

BEFORE = "create_before_destroy"
LONG = timedelta(minutes=5)
"""Of a handler that gets one message a call."""


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_queues_keep_the_contract(application: Callable[[], Application]) -> None:
    """docs/mechanisms.md: failure, order; messages stay as long as they can, and are encrypted."""
    made = document(application())
    queues = made["resource"].get("aws_sqs_queue", {})
    behind = {one.dead_letters for one in application().queues if one.ordered}
    for queue in application().queues:
        one = queues[queue.name]
        assert (one["message_retention_seconds"], one["sqs_managed_sse_enabled"]) == (1_209_600, True)
        is_fifo = queue.ordered or queue.name in behind
        assert (one.get("fifo_queue", False), one["name"].endswith(".fifo")) == (is_fifo, is_fifo)
        if queue.dead_letters:
            name = f"{application().name}-prod-{queue.dead_letters}{'.fifo' if queue.ordered else ''}"
            arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
            least = max(5, queue.retry.attempts + 1)
            assert encoded(made, one["redrive_policy"]) == {"deadLetterTargetArn": arn, "maxReceiveCount": least}
        else:
            assert "redrive_policy" not in one


def test_messages_of_a_subscription_are_given_up_like_those_of_a_queue() -> None:
    made = document(conformance("topics"))
    for one in conformance("topics").subscriptions:
        if one.handler and one.dead_letters:
            redrive = encoded(made, made["resource"]["aws_sqs_queue"][one.name]["redrive_policy"])
            assert redrive["deadLetterTargetArn"].endswith(f"-{one.dead_letters}")


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_functions_are_published_and_called_by_their_alias(application: Callable[[], Application]) -> None:
    made = document(application())["resource"]
    for label, one in made.get("aws_lambda_function", {}).items():
        assert (one["runtime"], one["architectures"], one["publish"]) == ("python3.12", ["arm64"], True)
        assert one["layers"] == "${aws_lambda_layer_version.dependencies[*].arn}"
        assert (one["s3_key"], one["source_code_hash"]) == ("${aws_s3_object.code.key}", "${local.bundle_sha256}")
        assert one["environment"] == {"variables": {"CLOUDLESS_ACCOUNT": "${local.account}"}}
        assert one["depends_on"] == [f"aws_iam_role_policy.{label}"]
        alias = made["aws_lambda_alias"][label]
        assert alias["function_version"] == f"${{aws_lambda_function.{label}.version}}"
        assert alias["name"] == ("wait" if label == "cloudless--broker" else "live")
        assert made["aws_cloudwatch_log_group"][label]["retention_in_days"] == 30
    for label, mapping in made.get("aws_lambda_event_source_mapping", {}).items():
        assert mapping["function_name"] == f"${{aws_lambda_alias.{label}.arn}}"
        assert mapping["function_response_types"] == ["ReportBatchItemFailures"]
        assert mapping["depends_on"] == [f"aws_iam_role_policy.{label}"]


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_an_entry_is_in_the_package_for_each_function(application: Callable[[], Application]) -> None:
    package = compiled(application()).package
    assert package is not None
    for one in resources(application(), "aws_lambda_function").values():
        module, _, name = one["handler"].rpartition(".")
        text = package.files[f"{module.replace('.', '/')}.py"].decode()
        assert re.search(rf"^{name} = |^def {name}\(", text, re.MULTILINE)
        assert f'handler("{one["handler"]}")' in package.smoke


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_a_function_is_told_of_what_it_may_use_and_of_nothing_else(application: Callable[[], Application]) -> None:
    made = document(application())
    package = compiled(application()).package
    assert package is not None
    for label, one in made["resource"]["aws_lambda_function"].items():
        entry = one["handler"].rpartition(".")[0].replace(".", "/")
        addresses = json.loads(package.files[f"{entry}.json"])["addresses"]
        said = json.dumps(settled(made, made["locals"][f"policy_{label}"]))
        for noun in ("queues", "topics", "secrets", "functions", "orchestrations"):
            for name in addresses.get(noun, {}).values():
                assert re.search(rf'[:/]{re.escape(name)}[":-]', said), (label, noun, name)
        assert ("ledger" in addresses) == ("dynamodb:" in said)
        assert "account" not in addresses


def test_no_value_of_a_secret_is_in_any_document() -> None:
    application = example("03-webhooks")
    made = resources(application, "aws_secretsmanager_secret")
    assert made.keys() == {one.name for one in application.secrets}
    assert "aws_secretsmanager_secret_version" not in document(application)["resource"]
    for one in made.values():
        assert one["//"].startswith(f"aws secretsmanager put-secret-value --secret-id {one['name']} ")


def test_a_document_does_not_change_where_only_code_does() -> None:
    assert "bundle-" not in compiled(example("02-orders")).files["main.tf.json"].decode()


def test_the_package_is_uploaded_once_to_a_bucket_that_nobody_else_reads() -> None:
    made = document(example("02-orders"))
    (bucket,) = made["resource"]["aws_s3_bucket"].values()
    assert settled(made, bucket["bucket"]) == f"orders-prod-{ACCOUNT}-{REGION}"
    closed = made["resource"]["aws_s3_bucket_public_access_block"]["code"]
    assert [value for name, value in closed.items() if name != "bucket"] == [True] * 4
    for name in ("code", "layer"):
        one = made["resource"]["aws_s3_object"][name]
        local = "bundle" if name == "code" else "layer"
        assert (one["key"], one["source"]) == (f"${{local.{local}}}", f"${{path.module}}/${{local.{local}}}")


def test_without_wheels_there_is_no_layer() -> None:
    made = document(example("02-orders"))["resource"]
    none = '${local.layer == "" ? 0 : 1}'
    assert made["aws_s3_object"]["layer"]["count"] == none
    assert made["aws_lambda_layer_version"]["dependencies"]["count"] == none


def test_a_state_machine_is_published_once_all_that_it_calls_is() -> None:
    application = example("06-approval")
    made = document(application)["resource"]
    for name, one in made["aws_sfn_state_machine"].items():
        assert (one["type"], one["publish"]) == ("STANDARD", True)
        assert one["definition"] == f'${{file("${{path.module}}/definitions/{name}.asl.json")}}'
        assert one["depends_on"][0] == f"aws_iam_role_policy.{name}"
        definition = compiled(application).files[f"definitions/{name}.asl.json"].decode()
        called = set(re.findall(r'"FunctionName": "([^"]+):', definition))
        labels = {alias.removeprefix("aws_lambda_alias.") for alias in one["depends_on"][1:]}
        assert called == {made["aws_lambda_function"][label]["function_name"] for label in labels}
        (routed,) = made["aws_sfn_alias"][name]["routing_configuration"]
        version = f"${{aws_sfn_state_machine.{name}.state_machine_version_arn}}"
        assert routed == {"state_machine_version_arn": version, "weight": 100}


def test_each_event_has_an_alias_of_the_broker() -> None:
    application = conformance("orchestrations")
    aliases = resources(application, "aws_lambda_alias")
    found = {one["name"] for label, one in aliases.items() if label.startswith("cloudless--event-")}
    assert found == {f"event-{one.name}" for one in application.events}


@pytest.mark.parametrize("name", documents.CONFORMANCE)
def test_the_ledger_is_there_where_something_asks_it(name: str) -> None:
    made = document(conformance(name))
    asked = any("dynamodb:" in json.dumps(one) for key, one in made["locals"].items() if key.startswith("policy_"))
    tables = made["resource"].get("aws_dynamodb_table", {})
    assert bool(tables) == asked == ("ledger" in made["output"])
    for one in tables.values():
        assert (one["hash_key"], one["ttl"]) == ("key", {"attribute_name": "expires", "enabled": True})


def test_what_goes_round_on_purpose_is_not_stopped_by_lambda() -> None:
    """Each function on the way: it is stopped, too, where it ran too often for one message."""
    app = App("shop")
    orders, parcels = app.queue("orders", dict[str, int]), app.queue("parcels", dict[str, int])
    mails = app.queue("mails", dict[str, int])

    @orders.consumer(recursive=True, timeout=LONG)
    def take(order: dict[str, int]) -> None:
        parcels.send(order)

    @parcels.consumer(timeout=LONG)
    def pack(order: dict[str, int]) -> None:
        orders.send(order)
        mails.send(order)

    @mails.consumer(timeout=LONG)
    def mail(order: dict[str, int]) -> None: ...

    assert allowed(app) == {"take", "pack"}


def test_what_our_runtime_sends_once_more_is_not_stopped_by_lambda() -> None:
    """Copies of what was not reached, or is held by another delivery, may be many for one message."""
    app = App("shop")
    several, single, listed, once = (app.queue(name, dict[str, int]) for name in ("a", "b", "c", "d"))
    ordered = app.ordered_queue("e", dict[str, int])

    @several.consumer
    def in_turn(order: dict[str, int]) -> None: ...

    @single.consumer(timeout=LONG)
    def alone(order: dict[str, int]) -> None: ...

    @listed.consumer(batch_size=5)
    def together(orders: list[dict[str, int]]) -> None: ...

    @once.consumer(timeout=LONG, once_by="id")
    def leased(order: dict[str, int]) -> None: ...

    @ordered.consumer
    def queued(order: dict[str, int]) -> None: ...

    assert allowed(app) == {"in_turn", "leased"}


def test_functions_that_call_themselves_are_not_stopped_by_lambda() -> None:
    app = App("shop")

    @app.function(timeout=LONG)
    def even(n: int) -> bool:
        return n == 0 or odd.invoke(n - 1)

    @app.function(timeout=LONG)
    def odd(n: int) -> bool:
        return n != 0 and even.invoke(n - 1)

    @app.function(timeout=LONG)
    def ask(n: int) -> bool:
        return even.invoke(n)

    assert allowed(app) == {"even", "odd"}


def allowed(app: App) -> set[str]:
    found = resources(program(app), "aws_lambda_function_recursion_config")
    assert {one["recursive_loop"] for one in found.values()} <= {"Allow"}
    return set(found)


def test_what_is_kept_warm_is_the_version_that_is_called() -> None:
    application = conformance("queues")
    handlers = tuple(replace(one, min_instances=2 if one.name == "work" else 0) for one in application.handlers)
    made = resources(replace(application, handlers=handlers), "aws_lambda_provisioned_concurrency_config")
    assert made == {
        "work": {
            "function_name": "${aws_lambda_function.work.function_name}",
            "qualifier": "${aws_lambda_alias.work.name}",
            "provisioned_concurrent_executions": 2,
        }
    }


@pytest.mark.parametrize(
    ("name", "outputs"),
    [
        ("endpoints", {"http_url", "region", "prefix", "callers_policy", "alarms"}),
        ("orchestrations", {"ledger", "region", "prefix", "callers_policy", "alarms"}),
    ],
)
def test_outputs_say_where_things_are(name: str, outputs: set[str]) -> None:
    assert outputs <= document(conformance(name))["output"].keys()


def test_nothing_that_depends_on_another_keeps_its_name_when_it_is_replaced() -> None:
    """`create_before_destroy` goes on to all that a resource depends on: their names are of their content, if any."""
    made = document(example("02-orders"))["resource"]
    first = {type for type, labels in made.items() for one in labels.values() if one.get("lifecycle", {}).get(BEFORE)}
    unnamed = {"aws_apigatewayv2_integration"}
    assert first == {"aws_s3_object", "aws_lambda_layer_version", "aws_iam_role_policy", *unnamed}


def test_alarms_watch_dead_letters_age_errors_throttles_and_time_outs() -> None:
    application = example("02-orders")
    made = document(application)
    alarms, watched = made["resource"]["aws_cloudwatch_metric_alarm"], made["locals"]
    expected = {"dead-letters", "age", "errors", "throttles", "duration"}
    expected |= {"answers"} if application.endpoints else set()
    assert alarms.keys() - {"failed", "late"} == expected
    dead = {one.name for one in application.queues if one.role == DEAD_LETTERS}
    assert watched["alarms_dead-letters"].keys() == dead
    assert watched["alarms_age"].keys().isdisjoint(dead)
    functions = made["resource"]["aws_lambda_function"]
    for label, one in watched["alarms_duration"].items():
        assert one == {"on": functions[label]["function_name"], "above": round(functions[label]["timeout"] * 800)}
    told = "${aws_sns_topic.cloudless--alarms.arn}"
    assert all(one["alarm_actions"] == [told] for one in alarms.values())


def test_an_error_of_a_step_is_an_answer_and_no_alarm() -> None:
    application = conformance("orchestrations")
    watched = document(application)["locals"]
    steps = {callee.name for one in application.orchestrations for callee in one.calls if callee.kind == "function"}
    assert steps
    assert watched["alarms_errors"].keys().isdisjoint(steps)
    assert watched["alarms_failed"].keys() == {one.name for one in application.orchestrations}


def test_a_program_of_queues_alone_has_alarms_and_no_functions() -> None:
    app = App("shop")
    app.queue("orders", dict[str, int])
    made = document(program(app))["resource"]
    assert made["aws_cloudwatch_metric_alarm"].keys() == {"dead-letters"}
    assert "aws_lambda_function" not in made
    assert "aws_s3_bucket" not in made


def test_small_documents_are_small() -> None:
    """So that a thousand of them can be read, and planned."""
    assert len(compiled(golden("queue")).files["main.tf.json"]) < 19_000
