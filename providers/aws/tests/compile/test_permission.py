"""Policies, against grants counted here anew: each grant has its statements, and there is nothing more."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from cloudless import App
from cloudless.compiler.definitions import definitions_of
from cloudless.ir import Application, Grant
from cloudless.passes.plans import plans
from cloudless_aws import PROVIDER
from providers.aws.tests.compile import documents
from providers.aws.tests.compile.documents import ACCOUNT, REGION, conformance, document, example, prod, program

Allowed = tuple[str, str, str]
"""Name of the role's resource, action, and on what: the ARN behind account and region."""

SEND = "sqs:SendMessage"
TAKE = ("sqs:ReceiveMessage", "sqs:ChangeMessageVisibility", "sqs:DeleteMessage")
EXECUTIONS = ("states:DescribeExecution", "states:GetExecutionHistory", "states:StopExecution")


def allowed(made: dict[str, Any]) -> set[Allowed]:
    """What the document allows to roles."""
    found = dict(documents.policies(made))
    return {
        (label, action, on.replace(f"arn:aws:{action.partition(':')[0]}:{REGION}:{ACCOUNT}:", ""))
        for label in made["resource"].get("aws_iam_role_policy", {})
        for statement in found[f"aws_iam_role_policy.{label}.policy"]["Statement"]
        for action in statement["Action"]
        for on in statement["Resource"]
    }


class Expected:
    """By hand: what grants ask for, what consuming needs, what orchestrations call."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.prefix = f"{application.name}-prod"
        self.ordered = {one.name for one in application.queues if one.ordered}
        self.ordered |= {one.dead_letters for one in application.queues if one.ordered}

    def all(self) -> set[Allowed]:
        found = {*self.consuming(), *self.orchestrated(), *self.scheduled()}
        for handler in self.application.handlers:
            found |= {(handler.name, *one) for grant in handler.grants for one in self.granted(grant)}
        return found | {one for label in self.functions() for one in self.logging(label)}

    def functions(self) -> list[str]:
        return [*(one.name for one in self.application.handlers), *self.ours()]

    def ours(self) -> list[str]:
        worked = any(
            any(callee.kind == "pure" for callee in one.calls) or any(map(carried, one.grants))
            for one in self.application.orchestrations
        )
        return [*(["cloudless--worker"] if worked else []), *(["cloudless--broker"] if self.application.events else [])]

    def name(self, queue: str) -> str:
        return f"{self.prefix}-{queue}{'.fifo' if queue in self.ordered else ''}"

    def logging(self, label: str) -> Iterator[Allowed]:
        group = (
            f"log-group:/aws/lambda/{self.prefix}{label.removeprefix('cloudless') if '--' in label else f'-{label}'}:*"
        )
        yield label, "logs:CreateLogStream", group
        yield label, "logs:PutLogEvents", group

    def granted(self, grant: Grant) -> Iterator[tuple[str, str]]:
        queue = self.name(grant.name)
        match grant.noun, grant.verb:
            case "queue", "send":
                yield SEND, queue
            case "queue", "peek":
                yield from ((action, queue) for action in TAKE[:2])
            case "queue", "redrive":
                yield from ((action, queue) for action in TAKE)
                yield SEND, self.name(grant.name.removesuffix("-dead-letters"))
            case "queue", "native":
                yield from ((one, queue) for one in (*TAKE, SEND, "sqs:GetQueueAttributes", "sqs:GetQueueUrl"))
            case "function", "invoke_later":
                yield SEND, self.name(next(one.queue for one in self.application.functions if one.name == grant.name))
            case _:
                yield from self.other(grant.noun, grant.verb, grant.name)

    def other(self, noun: str, verb: str, name: str) -> Iterator[tuple[str, str]]:
        own = f"{self.prefix}-{name}"
        match noun, verb:
            case "topic", _:
                yield "sns:Publish", own
            case "secret", _:
                yield "secretsmanager:GetSecretValue", f"secret:{self.application.name}/prod/{name}-a1B2c3"
            case "function", _:
                yield "lambda:InvokeFunction", f"function:{own}:live"
            case "event", _:
                yield "lambda:InvokeFunction", f"function:{self.prefix}--broker:event-{name}"
            case _, "start":
                yield "states:StartExecution", f"stateMachine:{own}"
                yield "states:DescribeExecution", f"execution:{own}:*"
            case _:
                yield "states:ListExecutions", f"stateMachine:{own}"
                yield from ((action, f"execution:{own}:*") for action in EXECUTIONS)

    def consuming(self) -> Iterator[Allowed]:
        """A function takes what its handler consumes, sends copies unless that is ordered, gives up, and claims."""
        for source, plan in plans(self.application).items():
            if source in {one.name for one in self.application.functions}:
                continue
            for action in (*TAKE, "sqs:GetQueueAttributes"):
                yield plan.handler, action, self.name(source)
            if not plan.ordered:
                yield plan.handler, SEND, self.name(source)
            if plan.dead_letters:
                yield plan.handler, SEND, self.name(plan.dead_letters)
            if plan.once or plan.ordered or plan.exclusive:
                for action in ("dynamodb:UpdateItem", "dynamodb:DeleteItem"):
                    yield plan.handler, action, f"table/{self.prefix}-ledger"

    def orchestrated(self) -> Iterator[Allowed]:
        known = {one.name: one for one in self.application.orchestrations}
        for one in known.values():
            for nested in [one, *(known[name] for name in self.nested(one.name))]:
                yield from self.called(one.name, nested.name)
                yield from (("cloudless--worker", *a) for g in nested.grants for a in self.granted(g) if carried(g))
        waiting = [one.name for one in known.values() if self.waits(one.name)]
        if self.application.events:
            for action in ("dynamodb:GetItem", "dynamodb:PutItem"):
                yield "cloudless--broker", action, f"table/{self.prefix}-ledger"
            yield "cloudless--broker", "states:SendTaskSuccess", "*"
        for name in waiting:
            for action in EXECUTIONS[:2]:
                yield "cloudless--broker", action, f"execution:{self.prefix}-{name}:*"

    def nested(self, name: str) -> set[str]:
        one = next(one for one in self.application.orchestrations if one.name == name)
        called = {callee.name for callee in one.calls if callee.kind == "orchestration"}
        return called.union(*map(self.nested, called))

    def waits(self, name: str) -> bool:
        names = {name, *self.nested(name)}
        return any(one.waits for one in self.application.orchestrations if one.name in names)

    def called(self, machine: str, nested: str) -> Iterator[Allowed]:
        one = next(one for one in self.application.orchestrations if one.name == nested)
        for callee in one.calls:
            if callee.kind == "function":
                yield machine, "lambda:InvokeFunction", f"function:{self.prefix}-{callee.name}:live"
        if any(callee.kind == "pure" for callee in one.calls) or any(map(carried, one.grants)):
            yield machine, "lambda:InvokeFunction", f"function:{self.prefix}--worker:live"
        if one.waits:
            yield machine, "lambda:InvokeFunction", f"function:{self.prefix}--broker:wait"

    def scheduled(self) -> Iterator[Allowed]:
        for one in self.application.schedules:
            yield f"cloudless--tick-{one.name}", SEND, self.name(one.queue)
        for queue in self.application.queues:
            if queue.max_delay_s > 900:
                yield f"cloudless--delay-{queue.name}", SEND, self.name(queue.name)


def carried(grant: Grant) -> bool:
    return grant.noun in {"queue", "topic"}


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_every_grant_has_its_statements_and_there_is_nothing_more(application: Callable[[], Application]) -> None:
    assert allowed(document(application())) == Expected(application()).all()


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_roles_are_taken_by_one_service_for_this_account(application: Callable[[], Application]) -> None:
    made = document(application())
    found = dict(documents.policies(made))
    for label in made["resource"].get("aws_iam_role", {}):
        (trusted,) = found[f"aws_iam_role.{label}.assume_role_policy"]["Statement"]
        service = trusted["Principal"]["Service"]
        on_behalf = trusted.get("Condition", {}).get("StringEquals", {}).get("aws:SourceAccount")
        assert (service == "lambda.amazonaws.com", on_behalf) in {(True, None), (False, ACCOUNT)}


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_a_queue_takes_messages_of_the_topics_that_it_is_subscribed_to(application: Callable[[], Application]) -> None:
    made = document(application())
    found = dict(documents.policies(made))
    prefix = f"{application().name}-prod"
    wanted: dict[str, set[str]] = {}
    for one in application().subscriptions:
        topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:{prefix}-{one.topic}"
        wanted.setdefault(one.forward or one.name, set()).add(topic)
    assert made["resource"].get("aws_sqs_queue_policy", {}).keys() == wanted.keys()
    for queue, topics in wanted.items():
        (said,) = found[f"aws_sqs_queue_policy.{queue}.policy"]["Statement"]  # 20 statements, 10 conditions at most
        assert set(said["Condition"]["ArnEquals"]["aws:SourceArn"]) == topics
        assert (said["Principal"]["Service"], said["Action"]) == ("sns.amazonaws.com", SEND)


def test_a_policy_cites_every_line_that_asked_for_it() -> None:
    application = example("02-orders")
    made = document(application)["resource"]["aws_iam_role_policy"]
    for handler in application.handlers:
        for grant in handler.grants:
            said = made[handler.name]["//"]
            assert f"{grant.verb} {grant.noun} {grant.name}: " in said
            assert all(f"{span.file}:{span.line}" in said for span in grant.spans[:3])


def test_what_only_our_runtime_needs_says_so() -> None:
    said = document(conformance("queues"))["resource"]["aws_iam_role_policy"]["work"]["//"]
    assert "Consume: ours: it consumes the queue" in said
    assert "GiveUp: ours: its dead letters" in said


def delayed() -> Application:
    app = App("shop")
    orders = app.queue("orders", dict[str, int], max_delay=timedelta(days=2))
    app.queue("others", dict[str, int], max_delay=timedelta(days=2))
    app.queue("near", dict[str, int])

    @app.function
    def remind() -> None:
        orders.send({}, delay=timedelta(days=1))

    return program(app)


def test_who_delays_makes_schedules_in_the_group_of_that_queue_with_its_role_alone() -> None:
    made = document(delayed())
    mine = {(action, on) for label, action, on in allowed(made) if label == "remind"}
    assert ("scheduler:CreateSchedule", "schedule/shop-prod--delay-orders/*") in mine
    role = f"arn:aws:iam::{ACCOUNT}:role/shop-prod--delay-orders-{REGION}"
    assert ("iam:PassRole", role) in mine
    assert not any("others" in on for _, on in mine)
    policy = dict(documents.policies(made))["aws_iam_role_policy.remind.policy"]
    (passing,) = (one for one in policy["Statement"] if one["Sid"] == "PassRole")
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}


def test_what_is_delayed_is_sent_by_a_role_that_reaches_one_queue() -> None:
    made = document(delayed())
    found = {(label, action, on) for label, action, on in allowed(made) if label.startswith("cloudless--delay")}
    assert found == {
        ("cloudless--delay-orders", SEND, "shop-prod-orders"),
        ("cloudless--delay-others", SEND, "shop-prod-others"),
    }
    assert made["resource"]["aws_scheduler_schedule_group"].keys() == {"orders", "others"}


def test_who_redrives_takes_from_the_dead_letters_and_sends_to_their_queue() -> None:
    app = App("shop")
    orders = app.queue("orders", dict[str, int])

    @orders.consumer
    def take(order: dict[str, int]) -> None: ...

    @app.schedule("0 8 * * *")
    def again() -> None:
        orders.dead_letters.redrive()

    found = allowed(document(program(app)))
    assert {("again", action, "shop-prod-orders-dead-letters") for action in TAKE} <= found
    assert ("again", SEND, "shop-prod-orders") in found


def test_callers_outside_have_a_policy_and_roles_that_are_named_have_it() -> None:
    made = document(example("02-orders"))
    assert made["variable"]["callers"]["default"] == []
    attached = made["resource"]["aws_iam_role_policy_attachment"]["callers"]
    assert attached["for_each"] == "${toset(var.callers)}"
    policy = dict(documents.policies(made))["aws_iam_policy.callers.policy"]
    reached = {on for one in policy["Statement"] for on in one["Resource"]}
    assert all("orders-prod" in on or "orders/prod" in on for on in reached)
    assert "*" not in reached


def test_callers_outside_make_schedules_for_delays_and_no_ticks() -> None:
    made = document(delayed())
    policy = dict(documents.policies(made))["aws_iam_policy.callers.policy"]
    (making,) = [one for one in policy["Statement"] if one["Action"] == ["scheduler:CreateSchedule"]]
    assert making["Resource"] == [f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/shop-prod--delay-*/*"]
    groups = {one["name"] for one in made["resource"]["aws_scheduler_schedule_group"].values()}
    assert groups == {"shop-prod--delay-orders", "shop-prod--delay-others"}


def test_callers_outside_may_pass_on_the_roles_of_delays_however_long_names_are() -> None:
    app = App("a" * 24)
    app.queue("orders", dict[str, int], max_delay=timedelta(days=1))
    made = document(program(app))
    policy = dict(documents.policies(made))["aws_iam_policy.callers.policy"]
    (passed,) = [one for one in policy["Statement"] if one["Action"] == ["iam:PassRole"]]
    roles = made["resource"]["aws_iam_role"]
    assert passed["Resource"] == [f"arn:aws:iam::{ACCOUNT}:role/{roles['cloudless--delay-orders']['name']}"]


def test_what_is_published_are_the_aliases_of_all_functions_and_state_machines() -> None:
    application = example("06-approval")
    made = PROVIDER.compile(prod(), application, definitions_of(application, {}))
    resource = json.loads(made.files["main.tf.json"])["resource"]
    functions = {f"aws_lambda_alias.{label}" for label in resource["aws_lambda_function"]}
    assert set(made.published) == functions | {f"aws_sfn_alias.{label}" for label in resource["aws_sfn_alias"]}
    assert functions <= {f"aws_lambda_alias.{label}" for label in resource["aws_lambda_alias"]}


def forwarding() -> tuple[App, App]:
    """An application with an orchestration, and a later one without it."""
    app = App("shop")
    orders, told = app.queue("orders", dict[str, int]), app.topic("told", dict[str, int])

    @app.function
    def charge(order: dict[str, int]) -> None: ...

    @app.orchestration
    def forward(order: dict[str, int]) -> None:
        charge(order)
        orders.send(order)
        told.publish(order)

    later = App("shop")
    later.queue("orders", dict[str, int])
    later.topic("told", dict[str, int])

    @later.function(name="charge")
    def charge_more(order: dict[str, int]) -> None: ...

    return app, later


def test_executions_of_an_earlier_build_keep_their_state_machine_and_may_what_they_could() -> None:
    before, after = forwarding()
    earlier = definitions_of(program(before), {}).texts
    now = program(after)
    made = PROVIDER.compile(prod(), now, definitions_of(now, {}, earlier))
    content = json.loads(made.files["main.tf.json"])
    found = allowed(content)
    assert ("cloudless--worker", SEND, "shop-prod-orders") in found
    assert ("cloudless--worker", "sns:Publish", "shop-prod-told") in found
    assert ("forward", "lambda:InvokeFunction", "function:shop-prod-charge:live") in found
    assert "executions of an earlier build" in content["resource"]["aws_iam_role_policy"]["forward"]["//"]
    assert content["resource"]["aws_sfn_state_machine"]["forward"]["//"] == "forward, of which executions may still run"
    assert b'"shop-prod-charge:live"' in made.files["definitions/forward.asl.json"]


def test_the_only_resource_that_is_not_named_is_what_iam_names_none_for() -> None:
    for case in documents.CONFORMANCE:
        for address, policy in documents.policies(document(conformance(case))):
            for one in policy["Statement"]:
                if "*" in one.get("Resource", ()):
                    assert (address.split(".")[1], one["Action"]) == ("cloudless--broker", ["states:SendTaskSuccess"])


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_policies_have_one_name_a_statement(application: Callable[[], Application]) -> None:
    for _, policy in documents.policies(document(application())):
        named = [one["Sid"] for one in policy["Statement"] if "Sid" in one]
        assert len(named) == len(set(named))
        assert all(name.isalnum() for name in named)


def test_what_may_nothing_has_no_policy() -> None:
    """IAM refuses one without a statement."""
    made = document(conformance("orchestrations"))["resource"]
    assert "hurry" in made["aws_sfn_state_machine"]
    assert "hurry" not in made["aws_iam_role_policy"]
    assert made["aws_sfn_state_machine"]["hurry"]["depends_on"] == []
    for case in documents.CONFORMANCE:
        assert all(policy["Statement"] for _, policy in documents.policies(document(conformance(case))))


def test_endpoints_alone_have_no_callers_that_need_anything() -> None:
    app = App("shop")

    @app.get("/", public=True)
    def show() -> str:
        return ""

    made = document(program(app))
    assert "aws_iam_policy" not in made["resource"]
    assert "callers" not in made["variable"]
