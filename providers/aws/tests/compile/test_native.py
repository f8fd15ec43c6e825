"""What a program says of its own: native=, existing=, region and state of a stage."""

from __future__ import annotations

from pathlib import Path
from subprocess import run
from typing import Any

import pytest

from cloudless import App
from cloudless.errors import DefinitionError
from cloudless.ir import Application
from providers.aws.tests.compile import documents
from providers.aws.tests.compile.documents import ACCOUNT, REGION, document, example, prod, program, resources
from tests import tools
from tests.documents import stand_ins

QUEUE, FUNCTION, SOURCE = "aws_sqs_queue", "aws_lambda_function", "aws_lambda_event_source_mapping"


def shop(queue: dict[str, Any] | None = None, handler: dict[str, Any] | None = None) -> Application:
    app = App("shop")
    orders = app.queue("orders", dict[str, int], native={"aws": queue} if queue else None)

    @orders.consumer(native={"aws": handler} if handler else None)
    def take(order: dict[str, int]) -> None: ...

    return program(app)


def test_native_merges_into_the_resource_of_a_queue() -> None:
    made = resources(shop(queue={QUEUE: {"receive_wait_time_seconds": 20, "message_retention_seconds": 60}}), QUEUE)
    assert (made["orders"]["receive_wait_time_seconds"], made["orders"]["message_retention_seconds"]) == (20, 60)


def test_a_queue_with_a_key_of_the_users_has_none_of_sqs() -> None:
    orders = resources(shop(queue={QUEUE: {"kms_master_key_id": "alias/x"}}), QUEUE)["orders"]
    assert orders["kms_master_key_id"] == "alias/x"
    assert "sqs_managed_sse_enabled" not in orders


def test_dead_letters_have_the_key_of_their_queue() -> None:
    key = {"kms_master_key_id": "alias/x", "kms_data_key_reuse_period_seconds": 60}
    letters = resources(shop(queue={QUEUE: {**key, "delay_seconds": 1}}), QUEUE)["orders-dead-letters"]
    assert {name: letters.get(name) for name in key} == key
    assert not letters.keys() & {"sqs_managed_sse_enabled", "delay_seconds"}


def test_dead_letters_of_a_subscription_have_its_key() -> None:
    app = App("shop")
    placed = app.topic("placed", dict[str, int])

    @placed.subscriber(native={"aws": {QUEUE: {"kms_master_key_id": "alias/x"}}})
    def mail(order: dict[str, int]) -> None: ...

    made = resources(program(app), QUEUE)
    assert {one.get("kms_master_key_id") for one in made.values()} == {"alias/x"}


@pytest.mark.parametrize(
    ("native", "said"),
    [
        ({FUNCTION: {"architectures": ["x86_64"]}}, "the wheels of the package are for arm64"),
        ({FUNCTION: {"reserved_concurrent_executions": 1}}, "reserves 1 calls, and min_instances=3 keeps more warm"),
        ({FUNCTION: {"memory_size": 20_000}}, "sets aws_lambda_function.memory_size to 20,000"),
        ({SOURCE: {"scaling_config": {"maximum_concurrency": 1}}}, "maximum_concurrency to 1"),
    ],
)
def test_what_lambda_or_the_package_would_refuse_is_refused(native: dict[str, Any], said: str) -> None:
    app = App("shop")
    orders = app.queue("orders", dict[str, int])

    @orders.consumer(min_instances=3, native={"aws": native})
    def take(order: dict[str, int]) -> None: ...

    with pytest.raises(DefinitionError, match="CL510") as refused:
        document(program(app))
    assert [said in problem.message for problem in refused.value.problems] == [True]


def test_a_consumer_that_reserves_one_call_is_warned_of() -> None:
    def warned(reserved: int) -> list[str]:
        found = documents.compiled(shop(handler={FUNCTION: {"reserved_concurrent_executions": reserved}})).warnings
        return [one for one in found if "reserves" in one]

    (said,) = warned(1)
    assert "handler 'take' reserves 1 call, and its queue makes 2 at least" in said
    assert warned(2) == []


def test_native_merges_into_the_function_of_a_handler() -> None:
    given = {"memory_size": 3_008, "environment": {"variables": {"MINE": "1"}}, "tags": {"team": "a"}}
    take = resources(shop(handler={FUNCTION: given}), FUNCTION)["take"]
    assert (take["memory_size"], take["tags"]) == (3_008, {"team": "a"})
    assert take["environment"]["variables"] == {"CLOUDLESS_ACCOUNT": "${local.account}", "MINE": "1"}


def test_layers_of_the_users_come_behind_ours() -> None:
    take = resources(shop(handler={FUNCTION: {"layers": ["arn:aws:lambda:x", "${aws_x.y.arn}"]}}), FUNCTION)["take"]
    ours = "aws_lambda_layer_version.dependencies[*].arn"
    assert take["layers"] == f'${{concat({ours}, ["arn:aws:lambda:x", "${{aws_x.y.arn}}"])}}'


@pytest.mark.parametrize(("reserved", "most"), [(None, 100), (1, 2), (20, 20), (500, 100), (-1, 100)])
def test_a_queue_calls_no_more_functions_than_are_reserved(reserved: int | None, most: int) -> None:
    given = {} if reserved is None else {FUNCTION: {"reserved_concurrent_executions": reserved}}
    take = resources(shop(handler=given), SOURCE)["take"]
    assert take["scaling_config"] == {"maximum_concurrency": most}


@pytest.mark.parametrize("reserved", [None, 20, 500])
def test_how_many_functions_a_queue_calls_is_the_programs_to_say(reserved: int | None) -> None:
    given: dict[str, Any] = {SOURCE: {"scaling_config": {"maximum_concurrency": 300}}}
    given |= {} if reserved is None else {FUNCTION: {"reserved_concurrent_executions": reserved}}
    take = resources(shop(handler=given), SOURCE)["take"]
    assert take["scaling_config"] == {"maximum_concurrency": 300}


def test_a_role_may_have_a_boundary() -> None:
    boundary = "arn:aws:iam::123456789012:policy/boundary"
    made = resources(shop(handler={"aws_iam_role": {"permissions_boundary": boundary}}), "aws_iam_role")
    assert made["take"]["permissions_boundary"] == boundary


@pytest.mark.parametrize(
    ("native", "said"),
    [
        ({QUEUE: {"visibility_timeout_seconds": 30}}, "sets aws_sqs_queue.visibility_timeout_seconds to 30"),
        ({QUEUE: {"redrive_policy": "{}"}}, "sets aws_sqs_queue.redrive_policy"),
        ({QUEUE: {"name": "orders"}}, "sets aws_sqs_queue.name to 'orders'"),
        ({"aws_sns_topic": {"name": "orders"}}, "names aws_sns_topic, of which it has no resource"),
    ],
)
def test_what_the_contract_hangs_on_cannot_be_changed_in_a_queue(native: dict[str, Any], said: str) -> None:
    with pytest.raises(DefinitionError, match="CL5") as refused:
        document(shop(queue=native))
    (problem,) = refused.value.problems
    assert said in problem.message


@pytest.mark.parametrize(
    ("native", "said"),
    [
        ({FUNCTION: {"timeout": 30}}, "sets aws_lambda_function.timeout to 30"),
        ({FUNCTION: {"role": "arn:aws:iam::1:role/x"}}, "sets aws_lambda_function.role"),
        ({FUNCTION: {"publish": False}}, "sets aws_lambda_function.publish to False"),
        ({SOURCE: {"batch_size": 100}}, "sets aws_lambda_event_source_mapping.batch_size to 100"),
    ],
)
def test_what_the_contract_hangs_on_cannot_be_changed_in_a_function(native: dict[str, Any], said: str) -> None:
    with pytest.raises(DefinitionError, match="CL5") as refused:
        document(shop(handler=native))
    (problem,) = refused.value.problems
    assert said in problem.message


def theirs() -> Application:
    app = App("shop")
    orders = app.queue("orders", dict[str, int], existing={"aws": "corp-orders"}, dead_letters=False)
    steps = app.queue("steps", dict[str, int], existing={"aws": f"arn:aws:sqs:{REGION}:999999999999:corp-steps"})
    placed = app.topic("placed", dict[str, int], existing={"aws": "corp-placed"})
    key = app.secret("key", existing={"aws": "corp/key"})

    @orders.consumer
    def take(order: dict[str, int]) -> None:
        placed.publish(order)
        steps.send({"key": len(key.value)})

    @placed.subscriber
    def mail(order: dict[str, int]) -> None: ...

    return program(app)


def test_what_is_there_already_is_used_and_not_made() -> None:
    made = document(theirs())
    assert made["resource"][QUEUE].keys() == {"placed-mail", "placed-mail-dead-letters", "steps-dead-letters"}
    assert made["resource"]["aws_sns_topic"].keys() == {"cloudless--alarms"}
    assert "aws_secretsmanager_secret" not in made["resource"]
    here = f"{REGION}:{ACCOUNT}"
    source = documents.settled(made, made["resource"][SOURCE]["take"]["event_source_arn"])
    assert source == f"arn:aws:sqs:{here}:corp-orders"
    subscribed = documents.settled(made, made["resource"]["aws_sns_topic_subscription"]["placed-mail"]["topic_arn"])
    assert subscribed == f"arn:aws:sns:{here}:corp-placed"
    said = {one["Sid"]: one["Resource"] for one in documents.settled(made, made["locals"]["policy_take"])["Statement"]}
    assert said["ReadSecret"] == [f"arn:aws:secretsmanager:{here}:secret:corp/key-??????"]
    assert said["Publish"] == [f"arn:aws:sns:{here}:corp-placed"]
    assert said["Send"] == [f"arn:aws:sqs:{REGION}:999999999999:corp-steps"]


def test_alarms_watch_what_is_made_here() -> None:
    made = document(theirs())["locals"]
    assert made["alarms_age"].keys() == {"placed-mail"}


def test_another_partition_has_its_own_arns() -> None:
    made = document(theirs(), prod(region="cn-north-1"))
    said = str(made["locals"]["policy_take"]) + str(made["locals"]["policy_callers"])
    assert "arn:aws-cn:sns:" in said
    assert "arn:aws:sns:" not in said


def test_the_region_is_a_variable_that_is_what_the_stage_says() -> None:
    made = document(example("02-orders"))
    assert made["variable"]["region"]["default"] == REGION
    assert made["provider"]["aws"]["region"] == "${var.region}"
    assert "default" not in document(example("02-orders"), prod(region=None))["variable"]["region"]


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1", "eusc-de-east-1"])
def test_a_build_without_a_region_is_for_none_of_another_partition(tmp_path: Path, region: str) -> None:
    """ARNs of that build begin with arn:aws:, and roles and definitions would be refused far into a deployment."""
    tools.require("terraform")
    with stand_ins() as env:

        def planned(region: str) -> str:
            words = ["terraform", "plan", "-input=false", "-no-color", f"-var=region={region}"]
            done = run(words, cwd=tmp_path, env=env, check=False, capture_output=True, text=True)
            return done.stdout + done.stderr

        documents.write(tmp_path, shop(), prod(region=None))
        run(["terraform", "init", "-input=false"], cwd=tmp_path, env=env, check=True, capture_output=True)
        assert "Invalid value for variable" not in planned("eu-central-1")
        said = planned(region)
    assert "This was built without a region, for the partition aws" in " ".join(said.replace("│", " ").split())


@pytest.mark.parametrize(("name", "other"), [("region", "eu-west-1"), ("stage", "test")])
def test_stage_and_region_are_variables_that_take_what_was_built(tmp_path: Path, name: str, other: str) -> None:
    variable = document(shop())["variable"][name]
    built = variable["default"]
    assert built == {"region": REGION, "stage": "prod"}[name]
    assert variable["validation"]["condition"] == f'${{var.{name} == "{built}"}}'
    tools.require("terraform")
    with stand_ins() as env:
        documents.write(tmp_path, shop())
        run(["terraform", "init", "-input=false"], cwd=tmp_path, env=env, check=True, capture_output=True)
        words = ["terraform", "plan", "-input=false", "-no-color", f"-var={name}={other}"]
        done = run(words, cwd=tmp_path, env=env, check=False, capture_output=True, text=True)
    said = " ".join((done.stdout + done.stderr).replace("│", " ").split())
    assert f"This was built for {built}: name another {name} in cloudless.toml" in said


def test_a_state_machine_is_of_the_partition_of_its_region() -> None:
    files = documents.compiled(example("06-approval"), prod(region="us-gov-west-1")).files
    text = b"".join(content for name, content in files.items() if name.endswith(".asl.json"))
    assert b'"arn:aws-us-gov:states:::lambda:invoke' in text
    assert b'"arn:aws:' not in text


def test_everything_is_tagged_with_its_application_and_its_stage() -> None:
    tags = document(example("02-orders"))["provider"]["aws"]["default_tags"]
    assert tags == {"tags": {"cloudless:app": "orders", "cloudless:stage": "${var.stage}"}}


def test_the_state_is_kept_where_the_stage_says() -> None:
    backend = {"s3": {"bucket": "state", "key": "prod"}}
    assert document(example("02-orders"), prod(backend=backend))["terraform"]["backend"] == backend
