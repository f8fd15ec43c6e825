"""What apply makes of a document: every resource once, after what it refers to; what it does not know fails."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from tests.bridge import Applied, Document, Kind, Unreadable, apply, words


def _thing(world: list[str], address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    world.append(address)
    return {"id": f"id of {address}"}


KINDS = {"thing": Kind(_thing, words("name link parts"), words("tags")), "data.thing": Kind(_thing, words("name"))}


class Build:
    """A build folder that tests write, and what was made of it, in order."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.world: list[str] = []

    def applied(self, resources: Mapping[str, Any], **blocks: Any) -> Applied:
        (self.folder / "main.tf.json").write_text(json.dumps({"resource": {"thing": resources}, **blocks}))
        return apply(Document.read(self.folder), KINDS, self.world, {})


@pytest.fixture
def build(tmp_path: Path) -> Build:
    return Build(tmp_path)


def test_what_is_referred_to_is_made_before_and_once(build: Build) -> None:
    applied = build.applied(
        {
            "a": {"link": "${thing.b.id}"},
            "b": {"name": "${data.thing.c.id}"},
            "d": {"depends_on": ["thing.e"]},
            "e": {},
        },
        data={"thing": {"c": {"name": "there"}}},
    )
    assert build.world == ["data.thing.c", "thing.b", "thing.a", "thing.e", "thing.d"]
    assert applied.made("thing.a")["link"] == "id of thing.b"


@pytest.mark.parametrize(("count", "ids"), [(0, []), (2, ["id of thing.a[0]", "id of thing.a[1]"])])
def test_a_splat_is_of_as_many_as_there_are(build: Build, count: int, ids: list[str]) -> None:
    applied = build.applied(
        {"a": {"count": "${local.n == 0 ? 0 : local.n}"}, "b": {"parts": "${thing.a[*].id}"}}, locals={"n": count}
    )
    assert applied.made("thing.b")["parts"] == ids


def test_a_splat_of_one_is_a_list_of_one(build: Build) -> None:
    assert build.applied({"a": {}, "b": {"parts": "${thing.a[*].id}"}}).made("thing.b")["parts"] == ["id of thing.a"]


def test_instances_are_by_key(build: Build) -> None:
    applied = build.applied(
        {"a": {"for_each": {"x": 1, "y": 2}, "name": "${each.key}${each.value}"}},
        output={"second": {"value": '${thing.a["y"].name}'}},
    )
    assert applied.outputs() == {"second"}
    assert applied.output("second") == "y2"


@pytest.mark.parametrize(
    ("resources", "problem"),
    [
        ({"a": {"link": "${thing.b.id}"}, "b": {"link": "${thing.a.id}"}}, "a cycle: thing.a → thing.b → thing.a"),
        ({"a": {"colour": "red"}}, r"thing.a: arguments \['colour'\]"),
        ({"a": {"link": "${thing.b.id}"}}, "a reference to nothing: thing.b.id"),
        ({"a": {"depends_on": ["thing.b"]}}, "thing.a depends on thing.b, which there is not"),
        ({"a": {"link": "${thing.a2.arn}"}, "a2": {}}, "nothing is exported as thing.a2.arn"),
        ({"a": {"provisioner": {}}}, "provisioner"),
    ],
)
def test_what_cannot_be_made_is_refused(build: Build, resources: Mapping[str, Any], problem: str) -> None:
    with pytest.raises(Unreadable, match=problem):
        build.applied(resources)


def test_a_type_that_is_not_known_is_refused(build: Build) -> None:
    with pytest.raises(Unreadable, match="these tests know no gadget"):
        build.applied({}, resource={"gadget": {"a": {}}})


@pytest.mark.parametrize(("region", "fits"), [("here", True), ("there", False)])
def test_a_value_that_the_document_refuses_is_refused(build: Build, region: str, fits: bool) -> None:
    refused = {"condition": '${var.region == "here"}', "error_message": "This was built for here."}
    variable = {"region": {"type": "string", "default": region, "validation": refused}}
    with nullcontext() if fits else pytest.raises(Unreadable, match=r"var\.region: This was built for here"):
        build.applied({"a": {}}, variable=variable)
    assert build.world == (["thing.a"] if fits else [])


def test_a_variable_without_value_is_refused(build: Build) -> None:
    with pytest.raises(Unreadable, match=r"var\.region: it has no value"):
        build.applied({}, variable={"region": {"type": "string"}})
