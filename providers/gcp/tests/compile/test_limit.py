"""What Google Cloud cannot take: each limit just met and just passed, and all that is wrong told at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from cloudless.compiler import Definitions
from cloudless.compiler.definitions import definitions_of
from cloudless.driver.limit import Limit
from cloudless.errors import DefinitionError
from cloudless.ir import (
    Application,
    Condition,
    Endpoint,
    Handler,
    Queue,
    Secret,
    Span,
    Subscription,
    Topic,
    TypeRef,
)
from cloudless.node import replace
from cloudless_gcp import limits
from cloudless_gcp.compile.ground import Ground
from cloudless_gcp.compile.limit import problems, warnings
from providers.gcp.tests.compile.documents import DOCUMENTS, conformance, prod

JSON = TypeRef(name="JSON")


def at(line: int) -> Span:
    return Span("app.py", line, 1, 5)


def queue(name: str, line: int = 1, **changes: Any) -> Queue:
    return Queue(name=name, body=JSON, span=at(line), **changes)


def topic(name: str, line: int = 1, **changes: Any) -> Topic:
    return Topic(name=name, body=JSON, span=at(line), **changes)


def handler(name: str, line: int, module: str = "app", **changes: Any) -> Handler:
    return Handler(name=name, module=module, qualname=name, span=at(line), **changes)


def endpoint(name: str, path: str = "/") -> Endpoint:
    return Endpoint(handler=name, method="GET", path=path, result=JSON, span=at(1))


def shop(**parts: Any) -> Application:
    return Application(name="shop", entry="app:app", **parts)


def ground(application: Application, **stage: Any) -> Ground:
    return Ground(prod(**stage), application, definitions_of(application, {}))


def told(application: Application, **stage: Any) -> list[str]:
    return [f"{one.code} {one.span.line}: {one.message}" for one in problems(ground(application, **stage))]


def warned(application: Application) -> list[str]:
    return list(warnings(ground(application)))


def test_what_fits_has_no_problems() -> None:
    application = shop(queues=(queue("orders"), queue("mail", 2)), topics=(topic("placed", 3),))
    assert (told(application), warned(application)) == ([], [])


@pytest.mark.parametrize("existing", ["shop-prod-orders", "projects/shop-123456/topics/shop-prod-orders"])
def test_two_queues_of_one_topic_are_one(existing: str) -> None:
    (found,) = told(shop(queues=(queue("orders", 3), queue("theirs", 5, existing={"gcp": existing}))))
    name = "projects/shop-123456/topics/shop-prod-orders"
    said = f"queue 'theirs' and queue 'orders' at app.py:3 are one topic of Pub/Sub: {name!r}"
    assert found == f"CL509 5: gcp: {said}"


def test_a_queue_and_the_retries_of_a_subscriber_are_not_one_subscription() -> None:
    """No queue is called so by chance alone."""
    subscribed = Subscription(name="placed-mail", topic="placed", handler="mail", span=at(9))
    application = shop(
        queues=(queue("placed-mail-retries", 3),),
        topics=(topic("placed", 4),),
        handlers=(handler("mail", 9),),
        subscriptions=(subscribed,),
    )
    (found,) = told(application)
    assert "are one subscription of Pub/Sub: 'shop-prod-placed-mail-retries'" in found


@pytest.mark.parametrize(
    ("existing", "fits"),
    [
        ("theirs", True),
        ("projects/corp-1234/topics/theirs", True),
        ("projects/corp-1234/subscriptions/theirs", False),
        ("x" * 255, True),
        ("x" * 256, False),
        ("ab", False),
        ("1abc", False),
        ("goog-orders", False),
        ("or ders", False),
        ("arn:aws:sqs:eu-central-1:123456789012:orders", False),
        ("", False),
    ],
)
def test_a_queue_and_a_topic_are_told_by_name_or_full_name(existing: str, fits: bool) -> None:
    for noun, part in (("queue", {"queues": (queue("theirs", 4, existing={"gcp": existing}),)}),
                       ("topic", {"topics": (topic("theirs", 4, existing={"gcp": existing}),)})):  # fmt: skip
        found = told(shop(**part))
        assert (found == []) == fits
        assert (
            fits
            or f"{noun} 'theirs': existing= says {existing!r}, which is neither the full name nor the id of a"
            in found[0]
        )


@pytest.mark.parametrize(
    ("existing", "fits"),
    [
        ("stripe", True),
        ("projects/corp-1234/secrets/stripe", True),
        ("projects/123456789012/secrets/stripe", True),
        ("projects/corp-1234/secrets/stripe/versions/1", False),
        ("corp/stripe", False),
        ("x" * 256, False),
    ],
)
def test_a_secret_is_told_by_name_or_full_name(existing: str, fits: bool) -> None:
    found = told(shop(secrets=(Secret(name="key", existing={"gcp": existing}, span=at(6)),)))
    assert (found == []) == fits


@pytest.mark.parametrize(
    ("name", "fits"), [("shop", True), ("goo", True), ("goog-sync", False), ("google", False), ("my-google", False)]
)
def test_an_application_is_not_called_as_google(name: str, fits: bool) -> None:
    found = told(replace(shop(), name=name))
    assert (found == []) == fits
    assert fits or f"names of this stage begin with '{name}-prod'" in found[0]


LONG = Condition(attribute="region", operator="any_of", values=tuple(f"value-{number:04}" for number in range(30)))


def forward(**changes: Any) -> Subscription:
    return Subscription(name="s12", topic="placed", forward="orders", span=at(9), **changes)


def test_nothing_of_ours_filters_what_is_forwarded() -> None:
    application = shop(queues=(queue("orders"),), topics=(topic("placed"),), subscriptions=(forward(where=(LONG,)),))
    said = "CL509 9: gcp: the filter of the forward to 'orders' is more than a subscription of Pub/Sub holds"
    assert told(application)[0].startswith(said)


def test_nothing_of_pubsub_carries_to_a_queue_that_is_made_and_consumed_elsewhere() -> None:
    theirs = queue("orders", existing={"gcp": "corp-orders"})
    application = shop(queues=(theirs,), topics=(topic("placed"),), subscriptions=(forward(),))
    (found,) = told(application)
    assert found.startswith("CL509 9: gcp: queue 'orders' is made elsewhere and consumed elsewhere")


@pytest.mark.parametrize(
    "module", ["flask.shop", "functions_framework", "cloudless_entry", "cloudless_main", "cloudless_gcp.mine", "google"]
)
def test_a_module_does_not_hide_one_of_the_function(module: str) -> None:
    found = told(shop(handlers=(handler("take", 6, module),), endpoints=(endpoint("take"),)))
    assert found[0].startswith(f"CL509 6: gcp: module {module.partition('.')[0]!r} of the application hides")


def test_a_python_that_functions_do_not_have_is_refused() -> None:
    application = shop(handlers=(handler("take", 1),), endpoints=(endpoint("take"),))
    stage = prod().model_copy(update={"python": "3.9"})
    assert [one.message for one in problems(Ground(stage, application, Definitions()))] == [
        "gcp: Python 3.9 is no runtime of Cloud Run functions (3.10, 3.11, 3.12, 3.13)"
    ]


@pytest.mark.parametrize(
    ("name", "application"),
    [
        ("ACCOUNTS", lambda: conformance("queues")),
        ("FUNCTIONS", lambda: conformance("endpoints")),
        ("TASKS_QUEUES", lambda: conformance("queues")),
        ("SUBSCRIPTIONS", lambda: conformance("topics")),
    ],
)
def test_more_than_google_gives_unasked_is_warned_of(
    name: str, application: Callable[[], Application], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not [line for line in DOCUMENTS.compiled_anew(application()).warnings if "unless Google grants more" in line]
    monkeypatch.setattr(limits, name, Limit(0, "things", "https://example.org"))
    found = [line for line in DOCUMENTS.compiled_anew(application()).warnings if "unless Google grants more" in line]
    assert [
        bool(re.fullmatch(r"\d+ things, a project.* has 0 unless .+; https://example.org", one)) for one in found
    ] == [True]


def test_a_policy_of_a_project_has_so_many_members(monkeypatch: pytest.MonkeyPatch) -> None:
    application = conformance("orchestrations")
    assert told(application) == []
    monkeypatch.setattr(limits, "PROJECT_MEMBERS", Limit(3, "members", "https://example.org"))
    (found,) = told(application)
    assert re.search(r"the policy of the project has \d+ members, gcp takes 3", found)


def test_everything_wrong_is_told_at_once_and_nothing_is_compiled() -> None:
    application = shop(
        queues=(queue("orders", 3), queue("theirs", 5, existing={"gcp": "shop-prod-orders"})),
        topics=(topic("placed", 7, existing={"gcp": "a b"}),),
        subscriptions=(forward(where=(LONG,)),),
        secrets=(Secret(name="key", existing={"gcp": "a b"}, span=at(11)),),
    )
    with pytest.raises(DefinitionError) as refused:
        DOCUMENTS.compiled_anew(application)
    assert [one.span.line for one in refused.value.problems] == [5, 7, 11, 9]


def own_limits() -> Mapping[str, Limit]:
    return {name: value for name, value in vars(limits).items() if isinstance(value, Limit)}


def test_every_limit_has_a_page_of_the_vendor() -> None:
    assert own_limits()
    assert all(re.match(r"https://cloud\.google\.com/", one.link) for one in own_limits().values())


def test_a_region_that_is_not_known_is_warned_of_with_the_nearest() -> None:
    """Terraform takes any, until it deploys."""
    assert [line for line in warnings(ground(shop(), region="europe-west1")) if "region" in line] == []
    (line,) = warnings(ground(shop(), region="us-centrall1"))
    assert line.startswith(
        "'us-centrall1' is no region of Cloud Run functions that this version knows ('us-central1' is"
    )
