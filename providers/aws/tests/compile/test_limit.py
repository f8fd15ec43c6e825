"""What AWS cannot take: each limit just met and just passed, and all that is wrong told at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from cloudless.compiler import Definitions
from cloudless.compiler.definitions import definitions_of
from cloudless.driver.limit import Limit
from cloudless.errors import DefinitionError
from cloudless.ir import (
    Application,
    Condition,
    Consumer,
    Endpoint,
    Grant,
    Handler,
    Queue,
    Secret,
    Span,
    Subscription,
    Topic,
    TypeRef,
)
from cloudless.node import replace
from cloudless.passes.limits import limits as measured
from cloudless_aws import limits
from cloudless_aws.compile.ground import Ground
from cloudless_aws.compile.limit import problems, warnings
from cloudless_aws.limits import LIMITS
from providers.aws.tests.compile.documents import DOCUMENTS, conformance, prod

JSON = TypeRef(name="JSON")


def at(line: int) -> Span:
    return Span("app.py", line, 1, 5)


def queue(name: str, line: int = 1, **changes: Any) -> Queue:
    return Queue(name=name, body=JSON, span=at(line), **changes)


def topic(name: str, line: int = 1, **changes: Any) -> Topic:
    return Topic(name=name, body=JSON, span=at(line), **changes)


def handler(name: str, line: int, module: str = "app", **changes: Any) -> Handler:
    return Handler(name=name, module=module, qualname=name, span=at(line), **changes)


def ground(application: Application, **stage: Any) -> Ground:
    return Ground(prod(**stage), application, definitions_of(application, {}))


def told(application: Application, **stage: Any) -> list[str]:
    return [f"{one.code} {one.span.line}: {one.message}" for one in problems(ground(application, **stage))]


def warned(application: Application) -> list[str]:
    return list(warnings(ground(application)))


def shop(**parts: Any) -> Application:
    return Application(name="shop", entry="app:app", **parts)


def test_what_fits_has_no_problems() -> None:
    application = shop(queues=(queue("orders"), queue("mail", 2)), topics=(topic("placed", 3),))
    assert (told(application), warned(application)) == ([], [])


def test_a_region_that_is_not_known_is_warned_of_with_the_one_that_was_meant() -> None:
    (said,) = warnings(ground(shop(queues=(queue("orders"),)), region="eu-centrall-1"))
    assert said == "region 'eu-centrall-1' is none that is known here: did you mean 'eu-central-1'?"


def elsewhere(existing: str, line: int = 5, **changes: Any) -> Queue:
    return queue("theirs", line, existing={"aws": existing}, **changes)


@pytest.mark.parametrize(
    "existing",
    [
        "shop-prod-orders",
        "arn:aws:sqs:eu-central-1:123456789012:shop-prod-orders",
        "https://sqs.eu-central-1.amazonaws.com/123456789012/shop-prod-orders",
    ],
)
def test_two_queues_of_one_name_are_one(existing: str) -> None:
    assert told(shop(queues=(queue("orders", 3), elsewhere(existing)))) == [
        "CL509 5: aws: queue 'theirs' and queue 'orders' at app.py:3 are one queue: 'shop-prod-orders'"
    ]


@pytest.mark.parametrize(
    "existing",
    [
        "arn:aws:sns:eu-central-1:123456789012:a",
        "a/b",
        "x" * 81,
        "ü",
        "arn:aws:sqs:a",
        "arn:aws",
        "https://x",
        "https://x/y",
    ],
)
def test_what_is_no_queue_is_refused(existing: str) -> None:
    (found,) = told(shop(queues=(elsewhere(existing),)))
    assert (
        found
        == f"CL509 5: aws: queue 'theirs': existing= says {existing!r}, which is neither ARN, URL nor name of a queue"
    )


@pytest.mark.parametrize(
    ("existing", "ordered", "said"),
    [
        ("theirs.fifo", True, None),
        ("theirs", False, None),
        ("theirs", True, "is no FIFO queue, and it is ordered"),
        ("arn:aws:sqs:eu-central-1:123456789012:theirs.fifo", False, "is a FIFO queue, and it is not ordered"),
    ],
)
def test_ordered_queues_are_fifo_queues_and_no_others_are(existing: str, ordered: bool, said: str | None) -> None:
    found = told(shop(queues=(elsewhere(existing, ordered=ordered),)))
    assert (found == []) == (said is None)
    assert said is None or found[0].endswith(said)


def test_lambda_takes_messages_of_its_own_region() -> None:
    theirs = elsewhere("arn:aws:sqs:eu-west-1:123456789012:theirs")
    consumer = Consumer(queue="theirs", handler="take", span=at(7))
    assert told(shop(queues=(theirs,))) == []
    (found,) = told(shop(queues=(theirs,), handlers=(handler("take", 7),), consumers=(consumer,)))
    assert "is in eu-west-1; Lambda takes messages of its own region alone, eu-central-1" in found


@pytest.mark.parametrize(
    ("existing", "fits"),
    [
        ("theirs", True),
        ("arn:aws:sns:eu-central-1:123456789012:theirs", True),
        ("arn:aws:sqs:eu-central-1:123456789012:theirs", False),
        ("x" * 257, False),
    ],
)
def test_a_topic_is_told_by_its_name_or_its_arn(existing: str, fits: bool) -> None:
    found = told(shop(topics=(topic("theirs", 4, existing={"aws": existing}),)))
    assert (found == []) == fits
    assert fits or "which is neither ARN nor name of a topic" in found[0]


@pytest.mark.parametrize(
    ("existing", "fits"),
    [
        ("corp/stripe", True),
        ("arn:aws:secretsmanager:eu-central-1:123456789012:secret:corp/stripe-a1B2c3", True),
        ("arn:aws:secretsmanager:eu-central-1:123456789012:secret:corp/stripe", False),
        ("corp stripe", False),
    ],
)
def test_a_secret_is_told_by_its_name_or_its_whole_arn(existing: str, fits: bool) -> None:
    found = told(shop(secrets=(Secret(name="key", existing={"aws": existing}, span=at(6)),)))
    assert (found == []) == fits
    assert fits or "which is neither ARN nor name of a secret" in found[0]


LONG = Condition(attribute="region", operator="any_of", values=tuple(f"value-{number:04}" for number in range(151)))


def subscription(name: str, line: int = 1, **changes: Any) -> Subscription:
    return Subscription(name=name, topic="placed", forward="orders", span=at(line), **changes)


def test_nothing_of_ours_filters_what_is_forwarded() -> None:
    application = shop(
        queues=(queue("orders"),), topics=(topic("placed"),), subscriptions=(subscription("s", 9, where=(LONG,)),)
    )
    said = "CL509 9: aws: the filter of the forward to 'orders' is more than a filter policy of SNS holds"
    assert told(application)[0].startswith(said)


def test_who_made_a_queue_lets_topics_send_to_it() -> None:
    theirs = queue("orders", existing={"aws": "corp-orders"})
    application = shop(queues=(theirs,), topics=(topic("placed"),), subscriptions=(subscription("s"),))
    (said,) = warned(application)
    assert said == "queue 'orders' is made elsewhere: its policy has to let topic 'placed' send to corp-orders"


@pytest.mark.parametrize("module", ["boto3.shop", "awslambdaric", "cloudless_entry", "cloudless_aws.mine"])
def test_a_module_does_not_hide_one_of_the_function(module: str) -> None:
    found = told(shop(handlers=(handler("take", 6, module),), endpoints=(endpoint("take"),)))
    assert found[0].startswith(f"CL509 6: aws: module {module.partition('.')[0]!r} of the application hides")


def endpoint(name: str, path: str = "/") -> Endpoint:
    return Endpoint(handler=name, method="GET", path=path, result=JSON, span=at(1))


def test_a_python_that_lambda_does_not_have_is_refused() -> None:
    application = shop(handlers=(handler("take", 1),), endpoints=(endpoint("take"),))
    stage = prod().model_copy(update={"python": "3.9"})
    assert [one.message for one in problems(Ground(stage, application, Definitions()))] == [
        "aws: Python 3.9 is no runtime of Lambda (3.10, 3.11, 3.12, 3.13, 3.14)"
    ]


def sending(count: int) -> Application:
    """An endpoint that may send to so many queues."""
    queues = tuple(queue(f"queue-{number:04}") for number in range(count))
    grants = tuple(Grant(noun="queue", name=one.name, verb="send", spans=(at(3),)) for one in queues)
    return shop(queues=queues, handlers=(handler("take", 8, grants=grants),), endpoints=(endpoint("take"),))


def test_a_role_has_policies_of_a_length() -> None:
    assert told(sending(70)) == []
    (found,) = told(sending(120))
    assert re.match(r"CL401 8: the policy of 'take' has 1\d,\d{3} characters, aws takes 10,240", found)


def test_the_policy_of_callers_has_a_length() -> None:
    def delayed(count: int) -> Application:
        queues = tuple(queue(f"q{number:02}-{'n' * 30}", 5, max_delay_s=1_000) for number in range(count))
        return shop(queues=queues)

    assert told(delayed(50)) == []
    (found,) = told(delayed(70))
    assert re.match(r"CL401 5: the policy of callers outside has 7,\d{3} characters, aws takes 6,144", found)


def test_a_policy_that_has_no_room_for_its_successor_is_changed_in_its_place() -> None:
    short, long = (DOCUMENTS.compiled_anew(sending(count)).files["main.tf.json"].decode() for count in (5, 70))
    assert re.search(r'"name": "cloudless-[0-9a-f]{6}",\n\s+"lifecycle"', short)
    assert '"name": "cloudless"' in long


@pytest.mark.parametrize(
    ("name", "application"),
    [
        ("ROLES", lambda: conformance("queues")),
        ("ALARMS", lambda: conformance("queues")),
        ("ROUTES", lambda: conformance("endpoints")),
        ("GROUPS", lambda: conformance("queues")),
        ("FILTERS", lambda: conformance("topics")),
    ],
)
def test_more_than_aws_gives_unasked_is_warned_of(name: str, application: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert DOCUMENTS.compiled_anew(application()).warnings == ()
    monkeypatch.setattr(limits, name, Limit(0, "things", "https://example.org"))
    (said, *_) = DOCUMENTS.compiled_anew(application()).warnings
    assert re.fullmatch(r"\d+ things, an? .+ has 0 unless AWS grants more; https://example.org", said)


def test_everything_wrong_is_told_at_once_and_nothing_is_compiled() -> None:
    application = shop(
        queues=(queue("orders", 3), elsewhere("shop-prod-orders")),
        topics=(topic("placed", 7, existing={"aws": "a b"}),),
        subscriptions=(subscription("s", 9, where=(LONG,)),),
        secrets=(Secret(name="key", existing={"aws": "a b"}, span=at(11)),),
    )
    with pytest.raises(DefinitionError) as refused:
        DOCUMENTS.compiled_anew(application)
    assert [one.span.line for one in refused.value.problems] == [5, 7, 11, 9]


def test_no_function_has_more_memory() -> None:
    assert measured(shop(handlers=(replace(handler("take", 1), memory_mb=10_240),)), {"aws": LIMITS}) == []
    (found,) = measured(shop(handlers=(replace(handler("take", 1), memory_mb=10_241),)), {"aws": LIMITS})
    assert (found.code, "aws takes at most 10240" in found.message) == ("CL401", True)


def own_limits() -> Mapping[str, Limit]:
    return {name: value for name, value in vars(limits).items() if isinstance(value, Limit)}


def test_every_limit_has_a_page_of_the_vendor() -> None:
    assert all(re.match(r"https://docs\.aws\.amazon\.com/", one.link) for one in own_limits().values())
