"""Waits between resources."""

from __future__ import annotations

from typing import Any

from cloudless.compiler import Document
from cloudless.compiler.wait import PROVIDER, joined, wait
from tests.bridge.expression import Path, evaluate


def document() -> Document:
    return Document("acme", providers={"time": PROVIDER})


def made(document: Document) -> dict[str, Any]:
    (one,) = document.content()["resource"]["time_sleep"].values()
    return dict(one)


def test_a_wait_says_how_long_for_what_and_after_what() -> None:
    one = document()
    role = one.resource("acme_role", "reads", {})
    wait(one, "roles", {"roles": joined([role])}, made_s=120, gone_s=60, after=[role], overlaps=True, comment="why")
    assert made(one) == {
        "//": "why",
        "create_duration": "120s",
        "destroy_duration": "60s",
        "triggers": {"roles": '${join(" ", [acme_role.reads.id])}'},
        "depends_on": ["acme_role.reads"],
        "lifecycle": {"create_before_destroy": True},
    }


def test_what_is_not_said_is_not_written() -> None:
    one = document()
    wait(one, "roles", {"scope": "all"})
    assert made(one) == {"triggers": {"scope": "all"}}


def test_a_trigger_is_another_one_as_soon_as_one_of_its_resources_is() -> None:
    one = document()
    single, several = one.address("acme_role", "reads"), one.address("acme_role", "each")
    known: dict[Path, Any] = {
        ("acme_role", "reads", "id"): "1",
        ("acme_role", "each"): {"a": {"id": "2"}, "b": {"id": "3"}},
    }
    assert evaluate(joined([single]), known.__getitem__) == "1"
    assert evaluate(joined([single], [several]), known.__getitem__) == "1 2 3"
