"""What Azure cannot take: each limit just met and just passed, and all that is wrong told at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from cloudless.driver.limit import Limit
from cloudless.errors import DefinitionError
from cloudless.ir import Application, Condition, Handler, Queue, Secret, Span, Subscription, Topic, TypeRef
from cloudless.node import replace
from cloudless.passes.limits import limits as measured
from cloudless_azure import limits
from cloudless_azure.compile.group import groups
from cloudless_azure.compile.limit import problems
from cloudless_azure.limits import LIMITS
from providers.azure.tests.compile.documents import DOCUMENTS, conformance, prod, resources

JSON = TypeRef(name="JSON")


def at(line: int) -> Span:
    return Span("app.py", line, 1, 5)


def queue(name: str, line: int = 1, **changes: Any) -> Queue:
    return Queue(name=name, body=JSON, span=at(line), **changes)


def topic(name: str, line: int = 1, **changes: Any) -> Topic:
    return Topic(name=name, body=JSON, span=at(line), **changes)


def told(application: Application) -> list[str]:
    found = problems(application, groups(application), prod())
    return [f"{one.code} {one.span.line}: {one.message}" for one in found]


def shop(**parts: Any) -> Application:
    return Application(name="shop", entry="app:app", **parts)


def test_what_fits_has_no_problems() -> None:
    assert told(shop(queues=(queue("orders"), queue("mail", 2)), topics=(topic("placed", 3),))) == []


def test_two_entities_of_one_name_are_one_to_the_broker() -> None:
    application = shop(
        queues=(queue("orders", 3), queue("theirs", 5, existing={"azure": "ORDERS"})), topics=(topic("placed", 7),)
    )
    assert told(application) == [
        "CL509 5: azure: queue 'theirs' and queue 'orders' at app.py:3 are one queue or topic to Azure: 'ORDERS'"
    ]


def test_two_secrets_of_one_name_are_one_to_the_vault() -> None:
    one, other = Secret(name="key", span=at(1)), Secret(name="other", existing={"azure": "Key"}, span=at(2))
    assert told(shop(secrets=(one, other))) == [
        "CL509 2: azure: secret 'other' and secret 'key' at app.py:1 are one secret of the vault to Azure: 'Key'"
    ]


@pytest.mark.parametrize(("length", "fits"), [(260, True), (261, False)])
def test_names_of_entities_have_a_length(length: int, fits: bool) -> None:
    found = told(shop(queues=(queue("orders", existing={"azure": "q" * length}),)))
    assert (found == []) == fits
    assert fits or "has 261 characters, azure takes 260" in found[0]


@pytest.mark.parametrize(("count", "fits"), [(10_000, True), (10_001, False)])
def test_a_namespace_has_so_many_entities(count: int, fits: bool) -> None:
    found = told(shop(queues=tuple(queue(f"q{number}") for number in range(count))))
    assert (found == []) == fits
    assert fits or "has 10,001 queues and topics, azure takes 10,000" in found[0]


def subscription(name: str, line: int = 1, **changes: Any) -> Subscription:
    return Subscription(name=name, topic="placed", forward="orders", span=at(line), **changes)


LONG = Condition(attribute="region", operator="none_of", values=tuple(f"value-{number:04}" for number in range(100)))
SQL = Condition(attribute="region", operator="none_of", values=("eu",))


@pytest.mark.parametrize(("count", "fits"), [(2_000, True), (2_001, False)])
def test_a_topic_has_so_many_subscriptions(count: int, fits: bool) -> None:
    subscriptions = tuple(subscription(f"s{number}") for number in range(count))
    found = told(shop(queues=(queue("orders"),), topics=(topic("placed"),), subscriptions=subscriptions))
    assert any("2,001 subscriptions, azure takes 2,000" in one for one in found) != fits


@pytest.mark.parametrize(("count", "fits"), [(2_000, True), (2_001, False)])
def test_a_topic_has_so_many_sql_filters(count: int, fits: bool) -> None:
    subscriptions = tuple(subscription(f"s{number}", where=(SQL,)) for number in range(count))
    found = told(shop(queues=(queue("orders"),), topics=(topic("placed"),), subscriptions=subscriptions))
    assert any("2,001 SQL filters, azure takes 2,000" in one for one in found) != fits


def test_nothing_of_ours_filters_what_is_forwarded() -> None:
    application = shop(
        queues=(queue("orders"),), topics=(topic("placed"),), subscriptions=(subscription("s", 9, where=(LONG,)),)
    )
    assert told(application)[0].startswith("CL509 9: azure: the filter of the forward to 'orders' is more than a rule")


def test_attributes_that_differ_in_case_only_are_one_property_of_a_filter() -> None:
    placed, filtered = topic("placed", 4, attributes=("region", "Region")), subscription("s", where=(SQL,))
    assert told(shop(queues=(queue("orders"),), topics=(placed,), subscriptions=(subscription("s"),))) == []
    found = told(shop(queues=(queue("orders"),), topics=(placed,), subscriptions=(filtered,)))
    both = "attribute 'Region' and attribute 'region' at app.py:4"
    assert found == [f"CL509 4: azure: {both} are one property in a filter to Azure: 'Region'"]


def handler(name: str, line: int, module: str = "app") -> Handler:
    return Handler(name=name, module=module, qualname=name, span=at(line))


@pytest.mark.parametrize("module", ["azure.shop", "function_app", "cloudless_entry", "cloudless_azure.mine"])
def test_a_module_does_not_hide_one_of_the_package(module: str) -> None:
    found = told(shop(handlers=(handler("take", 6, module),)))
    assert found[0].startswith(f"CL509 6: azure: module {module.partition('.')[0]!r} of the application hides")


def test_an_application_is_not_called_like_a_module_of_the_package() -> None:
    application = Application(name="shop", entry="function_app:app", handlers=(handler("take", 6),))
    assert "hides the one of that name" in told(application)[0]


def test_a_python_that_functions_does_not_have_is_refused() -> None:
    application = shop(handlers=(handler("take", 1),))
    stage = prod().model_copy(update={"python": "3.9"})
    assert [one.message for one in problems(application, (), stage)] == [
        "azure: Python 3.9 is none of Azure Functions (3.10, 3.11, 3.12, 3.13, 3.14)"
    ]


def test_everything_wrong_is_told_at_once_and_nothing_is_compiled() -> None:
    application = shop(
        queues=(queue("orders", 3), queue("theirs", 5, existing={"azure": "Orders"})),
        topics=(topic("placed", 7, attributes=("region", "Region")),),
        subscriptions=(subscription("s", 9, where=(LONG,)),),
    )
    with pytest.raises(DefinitionError) as refused:
        DOCUMENTS.compiled_anew(application)
    assert [one.span.line for one in refused.value.problems] == [5, 7, 9]


@pytest.mark.parametrize("memory_mb", [512, 2_048, 4_096])
def test_the_largest_instance_holds_what_fits(memory_mb: int) -> None:
    application = shop(handlers=(replace(handler("take", 1), memory_mb=memory_mb),))
    assert measured(application, {"azure": LIMITS}) == []


def test_no_instance_holds_more() -> None:
    application = shop(handlers=(replace(handler("take", 1), memory_mb=4_097),))
    (found,) = measured(application, {"azure": LIMITS})
    assert (found.code, "azure takes at most 4096" in found.message) == ("CL401", True)


OTHERS = "/subscriptions/1/resourceGroups/g/providers/Microsoft.ServiceBus/namespaces/theirs"


def test_what_is_elsewhere_is_told_with_its_line_and_with_the_rest() -> None:
    application = shop(
        queues=(queue("orders", 3), queue("theirs", 5, existing={"azure": f"{OTHERS}/queues/theirs"})),
        topics=(topic("placed", 7, existing={"azure": f"{OTHERS}/topics/placed"}),),
        subscriptions=(subscription("s", 9, where=(LONG,)),),
        secrets=(Secret(name="key", existing={"azure": "/subscriptions/1"}, span=at(11)),),
    )
    with pytest.raises(DefinitionError) as refused:
        DOCUMENTS.compiled_anew(application)
    found = {one.span.line: (one.code, one.message) for one in refused.value.problems}
    assert found.keys() == {5, 7, 9, 11}
    assert found[5] == (
        "CL509", "azure: queue 'theirs' is told by a resource id, and a queue of another namespace is not built",
    )  # fmt: skip
    assert found[7][1].startswith("azure: topic 'placed' is told by a resource id")
    assert found[11][1].startswith("secret 'key': azure: '/subscriptions/1' is not the resource id of a secret")


def own_limits() -> Mapping[str, Limit]:
    return {name: value for name, value in vars(limits).items() if isinstance(value, Limit)}


def test_every_limit_has_a_page_of_the_vendor() -> None:
    assert all(re.match(r"https://learn\.microsoft\.com/", one.link) for one in own_limits().values())


def test_more_roles_than_a_subscription_takes_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    application = conformance("queues")
    roles = [one for one in resources(application, "azurerm_role_assignment").values() if "count" not in one]
    ours = len([one for one in roles if "principal_type" in one])
    monkeypatch.setattr(limits, "ROLES", Limit(ours, "role assignments", "https://example.org"))
    assert DOCUMENTS.compiled_anew(application).warnings == ()
    monkeypatch.setattr(limits, "ROLES", Limit(ours - 1, "role assignments", "https://example.org"))
    assert DOCUMENTS.compiled_anew(application).warnings == (
        f"{ours} role assignments, a subscription takes {ours - 1}; https://example.org",
    )


@pytest.mark.parametrize("name", ["queues", "orchestrations"])
def test_more_accounts_than_a_region_takes_is_warned_of(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    application = conformance(name)
    ours = len(resources(application, "azurerm_storage_account"))
    monkeypatch.setattr(limits, "ACCOUNTS", Limit(ours, "storage accounts", "https://example.org"))
    assert DOCUMENTS.compiled_anew(application).warnings == ()
    monkeypatch.setattr(limits, "ACCOUNTS", Limit(ours - 1, "storage accounts", "https://example.org"))
    assert DOCUMENTS.compiled_anew(application).warnings == (
        f"{ours} storage accounts, a subscription takes {ours - 1} in a region by default; https://example.org",
    )
