"""The evaluator of IAM policies, against what AWS's pages say; each table names its page."""

from __future__ import annotations

import json
from typing import Any

import pytest

from providers.aws.tests.bridge import Access, Denied, Policy, Request, Role, Service, Unreadable, decide

ACCOUNT = "111122223333"
CHARGE = Role(f"arn:aws:iam::{ACCOUNT}:role/shop-prod-charge")
SHIP = Role(f"arn:aws:iam::{ACCOUNT}:role/shop-prod-ship")
SNS = Service("sns.amazonaws.com")
ORDERS = f"arn:aws:sqs:eu-central-1:{ACCOUNT}:shop-prod-orders"
TOPIC = f"arn:aws:sns:eu-central-1:{ACCOUNT}:shop-prod-placed"
SEND = "sqs:SendMessage"


def statement(effect: str = "Allow", action: Any = SEND, resource: Any = ORDERS, **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def policy(*statements: dict[str, Any]) -> Policy:
    return Policy.read(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


ALLOW, DENY = policy(statement()), policy(statement("Deny"))
ALLOW_ROLE = policy(statement(Principal={"AWS": CHARGE.arn}))
DENY_ROLE = policy(statement("Deny", Principal={"AWS": CHARGE.arn}))
ALLOW_ACCOUNT = policy(statement(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}))
DENY_ACCOUNT = policy(statement("Deny", Principal={"AWS": ACCOUNT}))
ALLOW_SNS = policy(statement(Principal={"Service": SNS.name}))
ALLOW_ALL = policy(statement(Principal="*"))
OTHER = policy(statement(action="sqs:ReceiveMessage"))


@pytest.mark.parametrize(
    ("identity", "resource", "allowed"),
    [
        ([], [], False),  # by default, all requests are denied
        ([OTHER], [], False),
        ([ALLOW], [], True),  # an explicit allow in an identity-based policy is enough within an account
        ([], [ALLOW_ROLE], True),  # and so is one in a resource-based policy
        ([ALLOW], [ALLOW_ROLE], True),
        ([OTHER, ALLOW], [], True),
        ([ALLOW, DENY], [], False),  # an explicit deny in any policy overrides any allow
        ([DENY, ALLOW], [ALLOW_ROLE], False),
        ([ALLOW], [DENY_ROLE], False),
        ([ALLOW], [DENY_ACCOUNT], False),
        ([], [ALLOW_ACCOUNT], False),  # an account as principal hands the decision on to the account's own policies
        ([ALLOW], [ALLOW_ACCOUNT], True),
        ([], [ALLOW_ACCOUNT, ALLOW_ROLE], True),
        ([], [ALLOW_ALL], True),
        ([], [ALLOW_SNS], False),
    ],
)
def test_a_request_of_a_role_is_decided_as_within_an_account(
    identity: list[Policy], resource: list[Policy], allowed: bool
) -> None:
    """Policy evaluation for requests within a single account, and the page of the Principal element.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    assert decide(Request(SEND, ORDERS, CHARGE), identity, resource).allowed is allowed


@pytest.mark.parametrize(
    ("principal", "resource", "allowed"),
    [
        (SHIP, [ALLOW_ROLE], False),  # another role
        (SHIP, [DENY_ROLE, ALLOW_ALL], True),
        (Role("arn:aws:iam::444455556666:role/x"), [ALLOW_ACCOUNT], False),
        (SNS, [], False),  # a service has no policies of its own
        (SNS, [ALLOW_SNS], True),
        (SNS, [ALLOW_ALL], True),
        (SNS, [ALLOW_ROLE, ALLOW_ACCOUNT], False),
        (SNS, [ALLOW_SNS, policy(statement("Deny", Principal={"Service": SNS.name}))], False),
        (Service("s3.amazonaws.com"), [ALLOW_SNS], False),
    ],
)
def test_a_policy_of_a_resource_is_about_its_principals(
    principal: Role | Service, resource: list[Policy], allowed: bool
) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html."""
    assert decide(Request(SEND, ORDERS, principal), [], resource).allowed is allowed


@pytest.mark.parametrize(
    ("action", "allowed"),
    [
        (SEND, True),
        ("SQS:sendmessage", True),  # the prefix and the name are case-insensitive
        ("sqs:Send*", True),
        ("sqs:*", True),
        ("*", True),
        ("sqs:SendMessag?", True),
        ("sqs:SendMessage?", False),  # a question mark is one character
        ("sqs:SendMessageBatch", False),
        ("sns:*", False),
        (["sqs:DeleteMessage", SEND], True),
    ],
)
def test_actions_are_named_with_wildcards(action: Any, allowed: bool) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html."""
    assert decide(Request(SEND, ORDERS, CHARGE), [policy(statement(action=action))]).allowed is allowed


@pytest.mark.parametrize(
    ("resource", "asked", "allowed"),
    [
        (ORDERS, ORDERS, True),
        (ORDERS.upper().replace("ARN:AWS:SQS", "arn:aws:sqs"), ORDERS, False),  # names are case-sensitive
        ("*", ORDERS, True),
        (f"arn:aws:sqs:*:{ACCOUNT}:shop-prod-*", ORDERS, True),
        ("arn:aws:sqs:*:shop-prod-orders", None, False),
        ("arn:*:sqs:eu-central-1:*:*", ORDERS, True),
        ("arn:aws:sqs:eu-central-1:444455556666:*", ORDERS, False),
        (f"{ORDERS}-dead-letters", ORDERS, False),
        (ORDERS, f"{ORDERS}-dead-letters", False),
        (f"{ORDERS}-????", f"{ORDERS}-dead", True),
        ("arn:aws:lambda:us-east-1:1:function:charge:*", "arn:aws:lambda:us-east-1:1:function:charge:live", True),
        ("arn:aws:lambda:us-east-1:1:function:charge", "arn:aws:lambda:us-east-1:1:function:charge:live", False),
        ("arn:aws:lambda:us-east-1:1:function:charge:live", "arn:aws:lambda:us-east-1:1:function:charge", False),
        ("arn:aws:scheduler:us-east-1:1:schedule/g/*", "arn:aws:scheduler:us-east-1:1:schedule/g/a/b", True),
        ("arn:aws:s3:::code/${*}", "arn:aws:s3:::code/x", False),  # a star that is a star
        ("arn:aws:s3:::code/${*}", "arn:aws:s3:::code/*", True),
        ([TOPIC, ORDERS], ORDERS, True),
        (ORDERS, "*", False),  # what has no resource is allowed on * only
        ("*", "*", True),
    ],
)
def test_resources_are_arns_with_wildcards_in_their_fields(resource: Any, asked: str | None, allowed: bool) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html."""
    if asked is None:
        with pytest.raises(Unreadable, match="six fields"):
            policy(statement(resource=resource))
        return
    assert decide(Request(SEND, asked, CHARGE), [policy(statement(resource=resource))]).allowed is allowed


@pytest.mark.parametrize(
    ("written", "allowed"),
    [
        ({"Effect": "Allow", "NotAction": "sqs:ReceiveMessage", "Resource": ORDERS}, True),
        ({"Effect": "Allow", "NotAction": "sqs:Send*", "Resource": ORDERS}, False),
        ({"Effect": "Allow", "Action": SEND, "NotResource": TOPIC}, True),
        ({"Effect": "Allow", "Action": SEND, "NotResource": ORDERS}, False),
    ],
)
def test_a_negated_element_names_the_rest(written: dict[str, Any], allowed: bool) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html."""
    assert decide(Request(SEND, ORDERS, CHARGE), [policy(written)]).allowed is allowed


@pytest.mark.parametrize(
    ("condition", "context", "allowed"),
    [
        ({"ArnEquals": {"aws:SourceArn": TOPIC}}, {"aws:SourceArn": TOPIC}, True),
        ({"ArnEquals": {"aws:sourcearn": TOPIC}}, {"aws:SourceArn": TOPIC}, True),  # keys are not case-sensitive
        ({"ArnEquals": {"aws:SourceArn": TOPIC}}, {"aws:SourceArn": f"{TOPIC}2"}, False),
        ({"ArnEquals": {"aws:SourceArn": TOPIC}}, {}, False),  # a key that is missing does not match
        ({"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:shop-*"}}, {"aws:SourceArn": TOPIC}, True),
        ({"ArnEquals": {"aws:SourceArn": "arn:aws:sns:*:*:shop-*"}}, {"aws:SourceArn": TOPIC}, True),  # as ArnLike
        ({"StringEquals": {"aws:SourceAccount": ACCOUNT}}, {"aws:SourceAccount": ACCOUNT}, True),
        ({"StringEquals": {"aws:SourceAccount": ["1", ACCOUNT]}}, {"aws:SourceAccount": ACCOUNT}, True),  # or
        ({"StringEquals": {"aws:SourceArn": "arn:aws:sns:*:*:shop-*"}}, {"aws:SourceArn": TOPIC}, False),  # no pattern
        ({"StringLike": {"aws:SourceArn": "*:shop-prod-*"}}, {"aws:SourceArn": TOPIC}, True),
        ({"StringEqualsIgnoreCase": {"aws:SourceArn": TOPIC.upper()}}, {"aws:SourceArn": TOPIC}, True),
        ({"StringNotEquals": {"aws:SourceAccount": ACCOUNT}}, {"aws:SourceAccount": ACCOUNT}, False),
        ({"StringNotEquals": {"aws:SourceAccount": ["1", ACCOUNT]}}, {"aws:SourceAccount": ACCOUNT}, False),  # nor
        ({"StringNotEquals": {"aws:SourceAccount": ["1", "2"]}}, {"aws:SourceAccount": ACCOUNT}, True),
        ({"StringNotEquals": {"aws:SourceAccount": ACCOUNT}}, {}, True),  # negated, and missing: true
        ({"ArnNotLike": {"aws:SourceArn": "arn:aws:sns:*:*:*"}}, {"aws:SourceArn": TOPIC}, False),
        ({"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}}, {}, True),
        ({"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}}, {"aws:SourceAccount": "2"}, False),
        ({"Null": {"aws:SourceAccount": "true"}}, {}, True),
        ({"Null": {"aws:SourceAccount": "true"}}, {"aws:SourceAccount": ACCOUNT}, False),
        ({"Null": {"aws:SourceAccount": False}}, {"aws:SourceAccount": ACCOUNT}, True),
        ({"Bool": {"aws:SecureTransport": "true"}}, {}, True),  # the SDK speaks TLS
        ({"Bool": {"aws:SecureTransport": True}}, {"aws:SecureTransport": "false"}, False),
        ({"ArnEquals": {"aws:PrincipalArn": CHARGE.arn}}, {}, True),
        ({"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}, {}, True),
        ({"Bool": {"aws:PrincipalIsAWSService": "true"}}, {}, False),
        (
            {"StringEquals": {"aws:SourceAccount": ACCOUNT}, "ArnEquals": {"aws:SourceArn": TOPIC}},  # and
            {"aws:SourceAccount": ACCOUNT},
            False,
        ),
        (
            {"StringEquals": {"aws:SourceAccount": ACCOUNT, "aws:PrincipalAccount": "2"}},  # and
            {"aws:SourceAccount": ACCOUNT},
            False,
        ),
        ({"ForAllValues:StringLike": {"dynamodb:LeadingKeys": "a#*"}}, {"dynamodb:LeadingKeys": ["a#1", "a#2"]}, True),
        ({"ForAllValues:StringLike": {"dynamodb:LeadingKeys": "a#*"}}, {"dynamodb:LeadingKeys": ["a#1", "b"]}, False),
        ({"ForAllValues:StringLike": {"dynamodb:LeadingKeys": "a#*"}}, {}, True),
        ({"ForAnyValue:StringLike": {"dynamodb:LeadingKeys": "a#*"}}, {"dynamodb:LeadingKeys": ["a#1", "b"]}, True),
        ({"ForAnyValue:StringLike": {"dynamodb:LeadingKeys": "a#*"}}, {}, False),
    ],
)
def test_a_statement_is_about_requests_for_which_its_conditions_hold(
    condition: dict[str, Any], context: dict[str, Any], allowed: bool
) -> None:
    """The pages of condition operators, of several keys and values, and of sets.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
    """
    request = Request(SEND, ORDERS, CHARGE, context)
    assert decide(request, [policy(statement(Condition=condition))]).allowed is allowed


def test_a_deny_whose_condition_does_not_hold_denies_nothing() -> None:
    insecure = statement("Deny", Condition={"Bool": {"aws:SecureTransport": "false"}})
    assert decide(Request(SEND, ORDERS, CHARGE), [ALLOW, policy(insecure)]).allowed


@pytest.mark.parametrize(
    "written",
    [
        "no JSON",
        {},
        {"Version": "2008-10-17", "Statement": [statement()]},
        {"Version": "2012-10-17", "Statement": []},
        {"Version": "2012-10-17", "Statement": [statement()], "Sid": "x"},
        {"Version": "2012-10-17", "Statement": [statement(Sid="A"), statement(Sid="A")]},
        *(
            {"Version": "2012-10-17", "Statement": [one]}
            for one in (
                statement("allow"),
                statement(Sid="take-orders"),
                statement(**{"//": "app.py:7"}),
                statement(action="SendMessage"),
                statement(action=[]),
                statement(action=7),
                statement(NotAction="sqs:*"),
                {"Effect": "Allow", "Action": SEND},
                statement(resource="shop-prod-orders"),
                statement(resource="arn:aws:*:eu-central-1:1:orders"),
                statement(resource="arn:aws:sqs:eu-central-1:1:${aws:username}"),
                statement(NotPrincipal={"AWS": "*"}),
                statement(Principal={"Federated": "x"}),
                statement(Condition={"NumericLessThan": {"aws:SourceAccount": "1"}}),
                statement(Condition={"NullIfExists": {"aws:SourceAccount": "true"}}),
                statement(Condition={"StringEquals": {"aws:SourceAcount": "1"}}),
                statement(Condition={"StringEquals": {"aws:SourceAccount": 1}}),
                statement(Condition={"StringEquals": {"aws:SourceAccount": "${aws:PrincipalAccount}"}}),
                statement(Condition={"StringEquals": "aws:SourceAccount"}),
            )
        ),
    ],
)
def test_what_is_not_understood_is_refused(written: Any) -> None:
    with pytest.raises(Unreadable):
        Policy.read(written)


def test_several_values_of_a_key_need_a_quantifier() -> None:
    conditions = policy(statement(Condition={"StringEquals": {"dynamodb:LeadingKeys": "a"}}))
    with pytest.raises(Unreadable, match="ForAllValues"):
        decide(Request(SEND, ORDERS, CHARGE, {"dynamodb:LeadingKeys": ["a"]}), [conditions])


# --- an account ---------------------------------------------------------------------------------------

TRUST = policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}})


@pytest.fixture
def access() -> Access:
    """An account with two roles; one may send to a queue, which lets SNS send, too, for one topic."""
    access = Access()
    access.add_role(CHARGE.arn, TRUST)
    access.add_role(SHIP.arn, TRUST)
    access.put_policy(CHARGE.arn, "cloudless", ALLOW)
    from_topic = {"ArnEquals": {"aws:SourceArn": TOPIC}}
    access.attach(ORDERS, policy(statement(Principal={"Service": SNS.name}, Condition=from_topic)))
    return access


def test_a_role_may_do_what_its_own_policies_say(access: Access) -> None:
    access.require(Request(SEND, ORDERS, CHARGE))
    with pytest.raises(Denied) as denied:
        access.require(Request(SEND, ORDERS, SHIP))
    assert str(denied.value) == (
        "User: arn:aws:sts::111122223333:assumed-role/shop-prod-ship is not authorized to perform: sqs:SendMessage"
        f" on resource: {ORDERS} because no identity-based policy allows the sqs:SendMessage action"
    )


def test_a_role_from_which_a_policy_is_taken_may_do_it_no_more(access: Access) -> None:
    access.remove(CHARGE.arn)
    assert not access.decide(Request(SEND, ORDERS, CHARGE)).allowed


@pytest.mark.parametrize(("source", "allowed"), [(TOPIC, True), (f"{TOPIC}-2", False)])
def test_a_service_may_do_what_the_policy_of_the_resource_says(access: Access, source: str, allowed: bool) -> None:
    assert access.decide(Request(SEND, ORDERS, SNS, {"aws:SourceArn": source})).allowed is allowed


def test_a_role_is_taken_by_whom_it_trusts(access: Access) -> None:
    """A trust policy must allow it explicitly; being of the account is not enough."""
    assert access.assume(CHARGE.arn, "lambda.amazonaws.com").allowed
    assert not access.assume(CHARGE.arn, "scheduler.amazonaws.com").allowed


def test_a_denial_names_its_statement(access: Access) -> None:
    access.put_policy(CHARGE.arn, "more", policy(statement("Deny", Sid="NotNow")))
    decision = access.decide(Request(SEND, ORDERS, CHARGE))
    assert (decision.allowed, decision.statement) == (False, "NotNow")
    assert decision.reason == "with an explicit deny in an identity-based policy"


def test_policies_are_where_they_belong(access: Access) -> None:
    with pytest.raises(Unreadable, match="names a principal"):
        access.put_policy(CHARGE.arn, "x", ALLOW_ROLE)
    with pytest.raises(Unreadable, match="without a principal"):
        access.attach(ORDERS, ALLOW)
    with pytest.raises(Unreadable, match="no role"):
        access.put_policy("arn:aws:iam::1:role/none", "x", ALLOW)
    with pytest.raises(Unreadable, match="there already"):
        access.add_role(CHARGE.arn, TRUST)
