"""Names under Azure's rules: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudless.errors import UnsupportedError
from cloudless.frontend.checks.names import APP, APP_LONGEST, LONGEST, RESOURCE
from cloudless.ir import Queue, Secret, Span, TypeRef
from cloudless_azure import names
from cloudless_azure.compile.group import group_name

APPS = st.from_regex(APP.pattern, fullmatch=True).filter(lambda name: len(name) <= APP_LONGEST)
STAGES = st.from_regex(r"[a-z][a-z0-9-]{0,15}", fullmatch=True)
IDS = st.uuids().map(str)
RESOURCES = st.from_regex(RESOURCE.pattern, fullmatch=True).filter(lambda name: len(name) <= LONGEST)
FUNCTIONS = st.tuples(st.sampled_from(["", "_", "__"]), RESOURCES).map("".join).filter(lambda name: len(name) <= 50)
VERBS = st.sampled_from([names.INVOKE, names.START, names.CONTROL, names.SEND])
USES = st.sampled_from([names.CODE, names.LEDGERS, names.HUB])
few = settings(max_examples=40)
"""A name is drawn character by character, which takes longer than all that is asked of it."""
EXECUTIONS = st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True)


@few
@given(APPS, STAGES, IDS, FUNCTIONS, USES)
def test_names_fit_their_rules(app: str, stage: str, subscription: str, handler: str, use: str) -> None:
    group = group_name(handler)
    single = r"[a-z](-?[a-z0-9])*"
    assert re.fullmatch(r"(?=.{6,50}\Z)" + single, names.namespace_of(app, stage, subscription))
    assert re.fullmatch(r"(?=.{3,24}\Z)" + single, names.vault_of(app, stage, subscription))
    assert re.fullmatch(r"[a-z0-9]{3,24}", names.account_of(app, stage, subscription, use))
    assert re.fullmatch(r"[a-z0-9]{3,24}", names.app_account_of(app, stage, group, subscription))
    assert re.fullmatch(r"(?=.{2,60}\Z)" + single, names.function_app_of(app, stage, group, subscription))
    assert re.fullmatch(r"(?=.{1,32}\Z)" + single, names.host_id_of(app, stage, group, subscription))
    assert re.fullmatch(r"(?=.{3,63}\Z)" + single, names.container_of(group))


@few
@given(VERBS, FUNCTIONS)
def test_keys_are_secrets_that_no_user_has(verb: str, name: str) -> None:
    key = names.key_of(verb, name)
    assert re.fullmatch(r"[0-9A-Za-z-]{1,127}", key)
    assert "--" in key


@few
@given(st.tuples(VERBS, FUNCTIONS), st.tuples(VERBS, FUNCTIONS))
def test_no_two_calls_share_a_key(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert (names.key_of(*one) == names.key_of(*other)) == (one == other)


@few
@given(st.tuples(FUNCTIONS, EXECUTIONS), st.tuples(FUNCTIONS, EXECUTIONS))
def test_instances_fit_and_differ(one: tuple[str, str], other: tuple[str, str]) -> None:
    """Rule: https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-instance-management."""
    instance = names.instance_of(*one)
    assert re.fullmatch(r"[^@/\\#?\x00-\x1f][^/\\#?\x00-\x1f]{0,99}", instance)
    assert (instance == names.instance_of(*other)) == (one == other)
    assert instance.startswith(names.instance_prefix_of(other[0])) == (one[0] == other[0])


def test_the_longest_instance_fits() -> None:
    assert len(names.instance_of("o" * 50, "e" * 64)) <= 100
    assert names.instance_of("fulfil", "7") == "fulfil:7"


def test_stages_of_one_app_have_names_of_their_own() -> None:
    assert names.vault_of("shop", "a--b", "1") != names.vault_of("shop", "a-b", "1")
    assert names.account_of("shop", "prod", "1", names.CODE) != names.account_of("shop", "prod", "1", names.HUB)
    assert names.host_id_of("shop", "a", "http", "1") != names.host_id_of("shop", "b", "http", "1")


def test_accounts_of_apps_differ_where_anything_does() -> None:
    parts = [
        ("shop", "prod", "on-take", "1"), ("shop", "prod", "on-take", "2"), ("shop", "prod", "on-mail", "1"),
        ("shop", "test", "on-take", "1"), ("shop-prod", "on", "take", "1"), ("a" * 30, "b" * 16, "on-" + "c" * 50, "1"),
    ]  # fmt: skip
    found = {names.app_account_of(*one) for one in parts}
    assert len(found) == len(parts)
    assert re.fullmatch(r"shopprodontake[0-9a-f]{10}", names.app_account_of(*parts[0]))


def secret(existing: str) -> Secret:
    return Secret(name="stripe-key", existing={"azure": existing} if existing else {}, span=Span("app.py", 1))


@pytest.mark.parametrize(
    ("existing", "found"),
    [
        ("", "stripe-key"),
        ("theirs", "theirs"),
        (
            "/subscriptions/1/resourceGroups/g/providers/Microsoft.KeyVault/vaults/corp/secrets/stripe",
            "https://corp.vault.azure.net/secrets/stripe",
        ),
    ],
)
def test_a_secret_is_ours_or_one_that_is_there(existing: str, found: str) -> None:
    assert names.vault_secret_of(secret(existing)) == found


@pytest.mark.parametrize("existing", ["/subscriptions/1/resourceGroups/g", "nonsense/x", "their_mail", "a" * 128])
def test_what_is_no_secret_is_refused(existing: str) -> None:
    with pytest.raises(UnsupportedError, match="is not the resource id of a secret, nor a name"):
        names.vault_secret_of(secret(existing))


def test_a_queue_of_another_namespace_is_refused() -> None:
    existing = {"azure": "/subscriptions/1/queues/theirs"}
    theirs = Queue(name="theirs", body=TypeRef(name="JSON"), existing=existing, span=Span("app.py", 1))
    with pytest.raises(UnsupportedError, match="queue 'theirs': azure: a queue of another namespace is not built"):
        names.entity_of(theirs)
