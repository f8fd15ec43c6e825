"""Terraform JSON, built piece by piece."""

import json
from typing import Any

import pytest

from cloudless.compiler import Document, literal, places
from cloudless.errors import DefinitionError, InternalError
from cloudless.ir import Span

PROVIDERS = {"acme": {"source": "acme/acme", "version": "5.4.0"}}
HERE = Span("shop/app.py", 12, 10, 19)


def document(**options: Any) -> Document:
    return Document("acme", providers=PROVIDERS, **options)


def content(made: Document) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(made.files()["main.tf.json"])
    return result


def test_a_document_says_what_it_needs_and_who_wrote_it() -> None:
    made = content(document(backend={"s3": {"bucket": "states", "key": "shop"}}))
    assert made["terraform"] == {
        "required_version": ">= 1.9.0",
        "required_providers": PROVIDERS,
        "backend": {"s3": {"bucket": "states", "key": "shop"}},
    }
    assert "infra/acme/*.tf" in made["//"]
    assert list(made) == ["//", "terraform"]
    assert "backend" not in content(document())["terraform"]


def test_resources_refer_to_one_another() -> None:
    made = document()
    vault = made.resource("acme_vault", "vault", {"name": "shop"})
    group = made.data("acme_group", "mine", {"name": "g"})
    made.resource("acme_secret", "on-take/key", {"in": vault["id"], "group": group["id"], "depends_on": [str(vault)]})
    made.output("url", f"https://${{{vault.expression('host')}}}/x", sensitive=True)
    assert content(made)["resource"]["acme_secret"] == {
        "on-take__2f_key": {
            "in": "${acme_vault.vault.id}",
            "group": "${data.acme_group.mine.id}",
            "depends_on": ["acme_vault.vault"],
        }
    }
    assert content(made)["output"] == {"url": {"value": "https://${acme_vault.vault.host}/x", "sensitive": True}}
    assert made.address("acme_secret", "on-take/key")["id"] == "${acme_secret.on-take__2f_key.id}"


def test_variables_and_locals_are_referred_to() -> None:
    made = document()
    assert made.variable("mail", "string", default="") == "${var.mail}"
    assert made.local("tags", {"app": "shop"}) == "${local.tags}"
    assert content(made)["variable"] == {"mail": {"type": "string", "default": ""}}
    assert content(made)["locals"] == {"tags": {"app": "shop"}}


def test_providers_are_configured_once_or_by_alias() -> None:
    made = document()
    made.configure("acme", {"features": {}})
    assert content(made)["provider"] == {"acme": {"features": {}}}
    made.configure("acme", {"alias": "west"})
    assert content(made)["provider"] == {"acme": [{"features": {}}, {"alias": "west"}]}


def test_the_order_of_additions_makes_no_difference() -> None:
    one, other = document(), document()
    for name in ("b", "a"):
        one.resource("acme_vault", name, {"name": name})
    one.resource("acme_key", "k", {})
    other.resource("acme_key", "k", {})
    for name in ("a", "b"):
        other.resource("acme_vault", name, {"name": name})
    assert one.files() == other.files()
    assert list(content(one)["resource"]["acme_vault"]) == ["a", "b"]


def test_two_blocks_of_one_name_are_a_bug_of_ours() -> None:
    made = document()
    made.resource("acme_vault", "vault", {})
    with pytest.raises(InternalError, match=r"two resource blocks acme_vault\.vault"):
        made.resource("acme_vault", "vault", {})
    made.output("url", 1)
    with pytest.raises(InternalError, match="two entries of output are 'url'"):
        made.output("url", 2)


def test_a_comment_says_where_a_grant_comes_from() -> None:
    made = document()
    spans = [Span("a.py", 1), Span("a.py", 1, 5), Span("b.py", 2), Span("c.py", 3), Span("d.py", 4)]
    made.resource("acme_grant", "g", {"role": "x"}, comment=f"send at {places(spans[:3])}")
    assert content(made)["resource"]["acme_grant"]["g"] == {"//": "send at a.py:1, b.py:2", "role": "x"}
    assert places(spans) == "a.py:1, b.py:2, c.py:3 and 1 more"


def test_text_of_the_users_is_no_template() -> None:
    assert literal("${a} %{b} $c %d") == "$${a} %%{b} $c %d"


def native(**arguments: Any) -> Document:
    """A queue with native= whose resource has a name, rules and settings of ours."""
    made = document()
    ours = {"name": "orders", "size": 5, "rules": [{"a": 1}], "settings": {"mode": "strict", "ours": {"x": 1}}}
    owner = made.owner("queue 'orders'", {"acme": {"acme_queue": arguments}, "other": {"other_queue": {}}}, HERE)
    made.resource("acme_queue", "orders", ours, owner=owner, free=("size", "settings.mode"))
    return made


def merged(**arguments: Any) -> dict[str, Any]:
    result: dict[str, Any] = content(native(**arguments))["resource"]["acme_queue"]["orders"]
    return result


def test_native_arguments_are_merged_deep_and_lists_are_added_to() -> None:
    assert merged(key="k", settings={"more": 1, "ours": {"y": 2}}, rules=[{"a": 1}, {"b": 2}]) == {
        "name": "orders",
        "size": 5,
        "rules": [{"a": 1}, {"b": 2}],
        "settings": {"mode": "strict", "ours": {"x": 1, "y": 2}, "more": 1},
        "key": "k",
    }


def test_native_arguments_replace_ours_where_we_leave_it_open() -> None:
    found = merged(size=7, settings={"mode": "loose"}, name="orders")
    assert (found["size"], found["settings"]["mode"], found["name"]) == (7, "loose", "orders")


def test_native_arguments_that_clash_with_ours_are_told_all_at_once() -> None:
    with pytest.raises(DefinitionError) as error:
        native(name="mine", settings={"ours": {"x": 2}}, rules={"a": 1}).files()
    messages = [problem.message for problem in error.value.problems]
    assert messages == [
        "queue 'orders': native= sets acme_queue.name to 'mine', which cloudless sets to 'orders'",
        "queue 'orders': native= sets acme_queue.settings.ours.x to 2, which cloudless sets to 1",
        "queue 'orders': native= sets acme_queue.rules to {'a': 1}, which cloudless sets to [{'a': 1}]",
    ]
    assert {(problem.code, problem.span) for problem in error.value.problems} == {("CL510", HERE)}


def test_a_native_type_that_the_handle_has_not_got_is_told() -> None:
    made = document()
    assert made.owner("queue 'orders'", {"other": {"other_queue": {"a": 1}}}, HERE) is None
    owner = made.owner("queue 'orders'", {"acme": {"acme_quueue": {"a": 1}}}, HERE)
    made.resource("acme_queue", "orders", {}, owner=owner)
    (problem,) = made.problems
    assert problem.message == "queue 'orders': native= names acme_quueue, of which it has no resource"
    assert problem.remedy.startswith("there are acme_queue; ")


def test_what_is_given_is_not_changed() -> None:
    arguments = {"settings": {"a": 1}}
    made = document()
    owner = made.owner("q", {"acme": {"acme_queue": {"settings": {"b": 2}}}}, HERE)
    made.resource("acme_queue", "orders", arguments, owner=owner)
    assert arguments == {"settings": {"a": 1}}
