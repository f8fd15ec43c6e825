"""The API of the model of Step Functions, asked by boto3: state machines, versions, aliases, executions, tags.

Answers and words are those that were recorded on AWS, where they were:
https://github.com/localstack/localstack/blob/main/tests/aws/services/stepfunctions/v2 (test_sfn_api*.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from providers.aws.tests.stepfunctions.cases import END, call, done, machine
from providers.aws.tests.stepfunctions.invocation import Invocation, Reply
from providers.aws.tests.stepfunctions.jsonata import Jsonata
from providers.aws.tests.stepfunctions.server import Server, serve
from providers.aws.tests.stepfunctions.service import US, StepFunctions

ROLE = "arn:aws:iam::111111111111:role/r"
MACHINE = "arn:aws:states:us-east-1:111111111111:stateMachine:m"
EXECUTION = "arn:aws:states:us-east-1:111111111111:execution:m"
ONE = json.dumps(machine({"a": done(1)}))
TWO = json.dumps(machine({"a": done(2)}))
WAITS = json.dumps(machine({"w": {"Type": "Wait", "Seconds": 60, **END}}))


class World:
    """A service with a client of boto3, on a clock that stands still until told."""

    def __init__(self, engine: Jsonata, client: Any) -> None:
        self.now_us = 1_700_000_000 * US
        self.calls: list[Invocation] = []
        self.service = StepFunctions(now_us=lambda: self.now_us, invoke=self._invoke, engine=engine)
        self.client = client

    def make(self, definition: str = ONE, **fields: Any) -> Any:
        return self.client.create_state_machine(name="m", definition=definition, roleArn=ROLE, **fields)

    def start(self, arn: str = MACHINE, **fields: Any) -> str:
        return str(self.client.start_execution(stateMachineArn=arn, **fields)["executionArn"])

    def output(self, execution: str) -> Any:
        self.service.pump()
        return json.loads(self.client.describe_execution(executionArn=execution)["output"])

    def refused(self, act: Callable[[Any], Any]) -> tuple[str, str]:
        """Code and message of what the client raises."""
        from botocore.exceptions import ClientError

        with pytest.raises(ClientError) as caught:
            act(self.client)
        error: Any = caught.value.response["Error"]  # pyright: ignore[reportTypedDictNotRequiredAccess]
        return error["Code"], error["Message"]

    def _invoke(self, invocation: Invocation) -> Reply:
        self.calls.append(invocation)
        return Reply(1)


def client_of(url: str) -> Any:
    from boto3.session import Session
    from botocore.config import Config

    session: Any = Session(aws_access_key_id="x", aws_secret_access_key="y", region_name="us-east-1")
    return session.client("stepfunctions", endpoint_url=url, config=Config(retries={"total_max_attempts": 1}))


@pytest.fixture(scope="module")
def front(engine: Jsonata) -> Iterator[tuple[Server, Any]]:
    """One server for all tests, since clients take long to make, and its client."""
    service = StepFunctions(now_us=lambda: 0, invoke=lambda invocation: Reply(), engine=engine)
    with serve(service) as server:
        client = client_of(server.url)
        yield server, client
        client.close()


@pytest.fixture
def world(engine: Jsonata, front: tuple[Server, Any]) -> World:
    server, client = front
    made = World(engine, client)
    server.service = made.service
    return made


def test_a_machine_is_made_described_and_deleted(world: World) -> None:
    assert world.make()["stateMachineArn"] == MACHINE
    described = world.client.describe_state_machine(stateMachineArn=MACHINE)
    told = {name: described[name] for name in ("name", "status", "type", "definition", "roleArn")}
    assert told == {"name": "m", "status": "ACTIVE", "type": "STANDARD", "definition": ONE, "roleArn": ROLE}
    assert described["loggingConfiguration"] == {"level": "OFF", "includeExecutionData": False}
    assert described["creationDate"].timestamp() == world.now_us / US
    world.client.delete_state_machine(stateMachineArn=MACHINE)
    code, message = world.refused(lambda client: client.describe_state_machine(stateMachineArn=MACHINE))
    assert (code, message) == ("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{MACHINE}'")


def test_a_machine_that_is_not_there_is_deleted(world: World) -> None:
    world.client.delete_state_machine(stateMachineArn=MACHINE)


def test_making_a_machine_again_is_nothing_new(world: World) -> None:
    first, second = (world.make() for _ in range(2))
    assert first["stateMachineArn"] == second["stateMachineArn"]
    assert len(world.client.list_state_machines()["stateMachines"]) == 1


def test_another_role_makes_nothing_new(world: World) -> None:
    world.make()
    world.client.create_state_machine(name="m", definition=ONE, roleArn=f"{ROLE}2")
    assert world.client.describe_state_machine(stateMachineArn=MACHINE)["roleArn"] == ROLE


def test_a_definition_of_before_an_update_is_another(world: World) -> None:
    world.make()
    world.client.update_state_machine(stateMachineArn=MACHINE, definition=TWO)
    assert world.refused(lambda client: world.make())[0] == "StateMachineAlreadyExists"
    world.make(TWO)


def test_one_name_is_for_one_definition(world: World) -> None:
    world.make()
    code, message = world.refused(lambda client: world.make(TWO))
    assert (code, message) == ("StateMachineAlreadyExists", f"State Machine Already Exists: '{MACHINE}'")


def test_a_definition_is_refused_with_its_problems(world: World) -> None:
    code, message = world.refused(lambda client: world.make('{"QueryLanguage": "JSONata", "StartAt": "a"}'))
    assert (code, message) == (
        "InvalidDefinition",
        "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /'",
    )


@pytest.mark.parametrize("definition", [ONE, "{}"])
def test_a_definition_can_be_validated_only(definition: str, world: World) -> None:
    answer = world.client.validate_state_machine_definition(definition=definition)
    assert (answer["result"], bool(answer["diagnostics"])) == (("OK", False) if definition == ONE else ("FAIL", True))


@pytest.mark.parametrize("name", ["a b", "a/b", "a:b", "a*", "x" * 81, "a#"])
def test_a_name_must_be_one(name: str, world: World) -> None:
    def create(client: Any) -> None:
        client.create_state_machine(name=name, definition=ONE, roleArn=ROLE)

    assert world.refused(create)[0] in {"InvalidName", "ValidationException"}


def test_a_role_must_be_one(world: World) -> None:
    def create(client: Any) -> None:
        client.create_state_machine(name="m", definition=ONE, roleArn="role")

    assert world.refused(create)[0] == "InvalidArn"


def test_an_express_machine_is_none_of_this_model(world: World) -> None:
    assert world.refused(lambda client: world.make(type="EXPRESS"))[0] == "StateMachineTypeNotSupported"


def test_an_arn_begins_with_arn(world: World) -> None:
    code, message = world.refused(lambda client: client.describe_state_machine(stateMachineArn="not_an_arn"))
    assert (code, message) == ("InvalidArn", "Invalid Arn: 'Invalid ARN prefix: not_an_arn'")


def test_an_update_gives_a_revision(world: World) -> None:
    world.make()
    first = world.client.update_state_machine(stateMachineArn=MACHINE, definition=TWO)
    again = world.client.update_state_machine(stateMachineArn=MACHINE, definition=TWO)
    described = world.client.describe_state_machine(stateMachineArn=MACHINE)
    assert described["definition"] == TWO
    assert first["revisionId"] == again["revisionId"] == described["revisionId"]


def test_an_update_of_nothing_is_refused(world: World) -> None:
    world.make()
    code, _ = world.refused(lambda client: client.update_state_machine(stateMachineArn=MACHINE))
    assert code == "MissingRequiredParameter"


def test_running_executions_keep_their_definition(world: World) -> None:
    world.make(json.dumps(machine({"w": {"Type": "Wait", "Seconds": 60, "Output": "old", **END}})))
    execution = world.start()
    world.service.pump()
    world.client.update_state_machine(stateMachineArn=MACHINE, definition=TWO)
    world.now_us += 60 * US
    assert world.output(execution) == "old"
    assert world.output(world.start()) == 2


def test_versions_are_numbered_from_one(world: World) -> None:
    assert world.make(publish=True, versionDescription="first")["stateMachineVersionArn"] == f"{MACHINE}:1"
    updated = world.client.update_state_machine(stateMachineArn=MACHINE, definition=TWO, publish=True)
    assert updated["stateMachineVersionArn"] == f"{MACHINE}:2"
    versions = world.client.list_state_machine_versions(stateMachineArn=MACHINE)["stateMachineVersions"]
    assert [one["stateMachineVersionArn"] for one in versions] == [f"{MACHINE}:2", f"{MACHINE}:1"]
    described = world.client.describe_state_machine(stateMachineArn=f"{MACHINE}:1")
    assert (described["definition"], described["description"]) == (ONE, "first")


def test_a_revision_is_published_once(world: World) -> None:
    world.make()
    arns = {
        world.client.publish_state_machine_version(stateMachineArn=MACHINE)["stateMachineVersionArn"] for _ in range(2)
    }
    assert arns == {f"{MACHINE}:1"}


def test_the_number_of_a_deleted_version_is_not_used_again(world: World) -> None:
    world.make(publish=True)
    world.client.delete_state_machine_version(stateMachineVersionArn=f"{MACHINE}:1")
    world.client.delete_state_machine_version(stateMachineVersionArn=f"{MACHINE}:1")
    published = world.client.publish_state_machine_version(stateMachineArn=MACHINE)
    assert published["stateMachineVersionArn"] == f"{MACHINE}:2"


def test_a_description_needs_a_version(world: World) -> None:
    code, message = world.refused(lambda client: world.make(versionDescription="d"))
    assert (code, message) == ("ValidationException", "Version description can only be set when publish is true")


def test_a_version_of_another_revision_conflicts(world: World) -> None:
    world.make()
    revision = world.client.update_state_machine(stateMachineArn=MACHINE, definition=TWO)["revisionId"]
    world.client.update_state_machine(stateMachineArn=MACHINE, definition=ONE)

    def publish(client: Any) -> None:
        client.publish_state_machine_version(stateMachineArn=MACHINE, revisionId=revision)

    assert world.refused(publish)[0] == "ConflictException"


def route(number: int = 1, weight: int = 100) -> dict[str, Any]:
    return {"stateMachineVersionArn": f"{MACHINE}:{number}", "weight": weight}


def test_an_alias_is_a_name_for_a_version(world: World) -> None:
    world.make(publish=True)
    made = world.client.create_state_machine_alias(name="live", routingConfiguration=[route()])
    assert made["stateMachineAliasArn"] == f"{MACHINE}:live"
    execution = world.start(f"{MACHINE}:live")
    assert world.output(execution) == 1
    described = world.client.describe_execution(executionArn=execution)
    names = ("stateMachineArn", "stateMachineVersionArn", "stateMachineAliasArn")
    assert [described[name] for name in names] == [MACHINE, f"{MACHINE}:1", f"{MACHINE}:live"]


def test_an_alias_moves_to_another_version(world: World) -> None:
    world.make(publish=True)
    world.client.create_state_machine_alias(name="live", routingConfiguration=[route()])
    world.client.update_state_machine(stateMachineArn=MACHINE, definition=TWO, publish=True)
    assert world.output(world.start(f"{MACHINE}:live")) == 1
    world.client.update_state_machine_alias(stateMachineAliasArn=f"{MACHINE}:live", routingConfiguration=[route(2)])
    assert world.output(world.start(f"{MACHINE}:live")) == 2
    described = world.client.describe_state_machine_alias(stateMachineAliasArn=f"{MACHINE}:live")
    assert described["routingConfiguration"] == [route(2)]


def test_an_alias_can_split_executions(world: World) -> None:
    world.make(publish=True)
    world.client.update_state_machine(stateMachineArn=MACHINE, definition=TWO, publish=True)
    routes = [route(1, 50), route(2, 50)]
    world.client.create_state_machine_alias(name="live", routingConfiguration=routes)
    assert {world.output(world.start(f"{MACHINE}:live")) for _ in range(20)} == {1, 2}


def test_a_version_that_an_alias_means_is_not_deleted(world: World) -> None:
    world.make(publish=True)
    world.client.create_state_machine_alias(name="live", routingConfiguration=[route()])

    def delete(client: Any) -> None:
        client.delete_state_machine_version(stateMachineVersionArn=f"{MACHINE}:1")

    code, message = world.refused(delete)
    assert code == "ConflictException"
    assert message.endswith("Current list of aliases referencing this version: [live]")
    world.client.delete_state_machine_alias(stateMachineAliasArn=f"{MACHINE}:live")
    delete(world.client)


@pytest.mark.parametrize(
    ("routes", "code"),
    [
        ([{"stateMachineVersionArn": MACHINE, "weight": 100}], "ValidationException"),
        ([route(weight=99)], "ValidationException"),
        ([route(weight=101)], "ValidationException"),
        ([route(weight=50), route(weight=50)], "ValidationException"),
        ([route(1, 50), route(2, 25), route(3, 25)], "ValidationException"),
        ([route(7)], "ResourceNotFound"),
    ],
)
def test_an_alias_needs_versions_with_weights(routes: list[Any], code: str, world: World) -> None:
    world.make(publish=True)

    def create(client: Any) -> None:
        client.create_state_machine_alias(name="live", routingConfiguration=routes)

    assert world.refused(create)[0] == code


@pytest.mark.parametrize("name", ["123", "INVALID ALIAS", "!INVALID", "ALIAS@", "A" * 81])
def test_an_alias_needs_a_name_that_is_no_number(name: str, world: World) -> None:
    world.make(publish=True)

    def create(client: Any) -> None:
        client.create_state_machine_alias(name=name, routingConfiguration=[route()])

    assert world.refused(create)[0] == "ValidationException"


def test_making_an_alias_again_is_nothing_new_unless_it_is_another(world: World) -> None:
    world.make(publish=True)
    for _ in range(2):
        world.client.create_state_machine_alias(name="live", routingConfiguration=[route()])

    def other(client: Any) -> None:
        client.create_state_machine_alias(name="live", description="other", routingConfiguration=[route()])

    assert world.refused(other)[0] == "ConflictException"
    listed = world.client.list_state_machine_aliases(stateMachineArn=MACHINE)["stateMachineAliases"]
    assert [one["stateMachineAliasArn"] for one in listed] == [f"{MACHINE}:live"]


def test_an_alias_that_is_not_there(world: World) -> None:
    world.make()

    def describe(client: Any) -> None:
        client.describe_state_machine_alias(stateMachineAliasArn=f"{MACHINE}:nope")

    assert world.refused(describe)[0] == "ResourceNotFound"


def test_an_execution_is_described(world: World) -> None:
    world.make()
    execution = world.start(name="e", input='{"k": 1}')
    assert execution == f"{EXECUTION}:e"
    world.service.pump()
    described = world.client.describe_execution(executionArn=execution)
    told = {name: described[name] for name in ("name", "status", "input", "output", "redriveStatus")}
    assert told == {
        "name": "e",
        "status": "SUCCEEDED",
        "input": '{"k": 1}',
        "output": "1",
        "redriveStatus": "NOT_REDRIVABLE",
    }
    assert "stateMachineVersionArn" not in described


def test_a_failed_execution_is_described(world: World) -> None:
    world.make(json.dumps(machine({"f": {"Type": "Fail", "Error": "E", "Cause": "because"}})))
    execution = world.start()
    world.service.pump()
    described = world.client.describe_execution(executionArn=execution)
    told = [described[name] for name in ("status", "error", "cause", "redriveStatus")]
    assert told == ["FAILED", "E", "because", "REDRIVABLE"]
    assert "output" not in described


def test_starting_again_with_name_and_input_of_what_runs_is_nothing_new(world: World) -> None:
    world.make(WAITS)
    first = world.client.start_execution(stateMachineArn=MACHINE, name="e", input='{"k":1}')
    world.now_us += US
    second = world.client.start_execution(stateMachineArn=MACHINE, name="e", input='{"k":1}')
    assert (first["executionArn"], first["startDate"]) == (second["executionArn"], second["startDate"])


@pytest.mark.parametrize(("given", "is_over"), [('{"k":2}', False), ('{"k":1}', True)])
def test_starting_again_otherwise_is_refused(given: str, is_over: bool, world: World) -> None:
    world.make(WAITS)
    world.start(name="e", input='{"k":1}')
    world.now_us += 60 * US * is_over
    world.service.pump()
    world.now_us += 60 * US * is_over
    world.service.pump()
    code, message = world.refused(lambda client: world.start(name="e", input=given))
    assert (code, message) == ("ExecutionAlreadyExists", f"Execution Already Exists: '{EXECUTION}:e'")


def test_one_name_is_for_one_execution_whatever_the_version(world: World) -> None:
    world.make(publish=True)
    world.client.create_state_machine_alias(name="live", routingConfiguration=[route()])
    world.output(world.start(f"{MACHINE}:live", name="e"))
    assert world.refused(lambda client: world.start(name="e"))[0] == "ExecutionAlreadyExists"


@pytest.mark.parametrize("given", ["", "not json", "{'k': 1}", "NaN"])
def test_an_input_must_be_json(given: str, world: World) -> None:
    world.make()
    assert world.refused(lambda client: world.start(input=given))[0] == "InvalidExecutionInput"


@pytest.mark.parametrize("given", ["2", '"text"', "null", "[]"])
def test_an_input_may_be_any_json(given: str, world: World) -> None:
    world.make(json.dumps(machine({"a": {"Type": "Pass", **END}})))
    assert world.output(world.start(input=given)) == json.loads(given)


def test_an_input_beyond_the_quota_is_refused(world: World) -> None:
    world.make()
    big = json.dumps("é" * 131_072, ensure_ascii=False)
    assert world.refused(lambda client: world.start(input=big))[0] == "InvalidExecutionInput"


def test_an_execution_of_nothing_is_refused(world: World) -> None:
    assert world.refused(lambda client: world.start())[0] == "StateMachineDoesNotExist"
    code, _ = world.refused(lambda client: client.describe_execution(executionArn=f"{EXECUTION}:nope"))
    assert code == "ExecutionDoesNotExist"


def test_an_execution_is_stopped(world: World) -> None:
    world.make(WAITS)
    execution = world.start()
    world.service.pump()
    world.client.stop_execution(executionArn=execution, error="E", cause="because")
    described = world.client.describe_execution(executionArn=execution)
    assert [described[name] for name in ("status", "error", "cause")] == ["ABORTED", "E", "because"]
    world.now_us += 100 * US
    assert not world.service.pump()


def test_executions_are_listed_newest_first_by_status(world: World) -> None:
    world.make(WAITS)
    world.start(name="old")
    world.service.pump()
    world.now_us += 60 * US
    world.service.pump()
    world.now_us += US
    world.start(name="new")

    def names(**fields: Any) -> list[str]:
        listed = world.client.list_executions(stateMachineArn=MACHINE, **fields)
        return [one["name"] for one in listed["executions"]]

    assert names() == ["new", "old"]
    assert names(statusFilter="RUNNING") == ["new"]
    assert names(statusFilter="SUCCEEDED") == ["old"]
    assert names(statusFilter="FAILED") == []


def test_executions_are_listed_by_version_and_alias(world: World) -> None:
    world.make(publish=True)
    world.client.create_state_machine_alias(name="live", routingConfiguration=[route()])
    world.start(name="plain")
    world.start(f"{MACHINE}:1", name="version")
    world.start(f"{MACHINE}:live", name="alias")

    def names(arn: str) -> set[str]:
        return {one["name"] for one in world.client.list_executions(stateMachineArn=arn)["executions"]}

    assert names(MACHINE) == {"plain", "version", "alias"}
    assert names(f"{MACHINE}:1") == {"version", "alias"}
    assert names(f"{MACHINE}:live") == {"alias"}


def test_lists_come_in_pages(world: World) -> None:
    world.make(WAITS)
    for at in range(5):
        world.start(name=f"e{at}")
    pages = world.client.get_paginator("list_executions").paginate(
        stateMachineArn=MACHINE, PaginationConfig={"PageSize": 2}
    )
    assert [len(page["executions"]) for page in pages] == [2, 2, 1]


def test_a_token_of_no_page_is_refused(world: World) -> None:
    world.make()
    code, message = world.refused(lambda client: client.list_executions(stateMachineArn=MACHINE, nextToken="x"))
    assert (code, message) == ("InvalidToken", "Invalid Token: 'Invalid token'")


def test_a_status_that_is_none_is_refused(world: World) -> None:
    world.make()
    code, message = world.refused(
        lambda client: client.list_executions(stateMachineArn=MACHINE, statusFilter="succeeded")
    )
    assert code == "ValidationException"
    assert message.startswith("1 validation error detected: Value 'succeeded' at 'statusFilter' failed to satisfy")


def test_history_comes_forward_and_backward(world: World) -> None:
    world.make()
    execution = world.start()
    world.service.pump()
    ids = [[1, 2, 3, 4], [4, 3, 2, 1]]
    for reverse in (False, True):
        events = world.client.get_execution_history(executionArn=execution, reverseOrder=reverse)["events"]
        assert [one["id"] for one in events] == ids[reverse]


def test_history_can_leave_data_out(world: World) -> None:
    world.make()
    execution = world.start()
    world.service.pump()
    events = world.client.get_execution_history(executionArn=execution, includeExecutionData=False)["events"]
    assert "output" not in events[-1]["executionSucceededEventDetails"]


def test_the_machine_of_an_execution_is_as_it_was(world: World) -> None:
    world.make()
    execution = world.start()
    world.client.update_state_machine(stateMachineArn=MACHINE, definition=TWO)
    described = world.client.describe_state_machine_for_execution(executionArn=execution)
    assert (described["stateMachineArn"], described["definition"]) == (MACHINE, ONE)


def test_a_machine_with_executions_is_deleted_at_their_next_state(world: World) -> None:
    wait: dict[str, Any] = {"Type": "Wait", "Seconds": 60, "Next": "z"}
    world.make(json.dumps(machine({"w": wait, "z": done(1)})))
    execution = world.start()
    world.service.pump()
    world.client.delete_state_machine(stateMachineArn=MACHINE)
    assert world.client.describe_state_machine(stateMachineArn=MACHINE)["status"] == "DELETING"
    assert world.refused(lambda client: world.start())[0] == "StateMachineDeleting"
    assert world.refused(lambda client: world.make())[0] == "StateMachineDeleting"
    world.now_us += 60 * US
    world.service.pump()
    assert world.client.describe_execution(executionArn=execution)["status"] == "ABORTED"
    assert world.client.list_state_machines()["stateMachines"] == []


def test_machines_have_tags(world: World) -> None:
    world.make(tags=[{"key": "a", "value": "1"}])
    world.client.tag_resource(resourceArn=MACHINE, tags=[{"key": "b", "value": "2"}])
    world.client.untag_resource(resourceArn=MACHINE, tagKeys=["a"])
    assert world.client.list_tags_for_resource(resourceArn=MACHINE)["tags"] == [{"key": "b", "value": "2"}]


def test_a_resource_without_tags_is_unknown(world: World) -> None:
    code, _ = world.refused(lambda client: client.list_tags_for_resource(resourceArn=MACHINE))
    assert code == "ResourceNotFound"


def test_an_operation_that_the_model_has_not_says_so(world: World) -> None:
    code, message = world.refused(lambda client: client.list_activities())
    assert (code, message) == ("NotModelled", "ListActivities is no operation of this model")


def test_a_call_tells_whose_role_it_takes(world: World) -> None:
    world.make(json.dumps(machine({"t": call("f:live", {"k": 1})})))
    execution = world.start()
    world.service.pump()
    assert world.calls == [Invocation("f:live", {"k": 1}, ROLE, execution, "t")]
