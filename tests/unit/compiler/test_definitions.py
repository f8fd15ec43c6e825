"""The definitions of a stage."""

import json
from hashlib import sha256

from cloudless import App
from cloudless.compiler.definitions import definitions_of
from cloudless.engine import Definition
from cloudless.frontend import compile as compile_app

app = App("shop")
above = app.config("above", float, default=10.0)


@app.function
def charge(total: float) -> str:
    return f"{total}"


@app.orchestration
def fulfil(total: float) -> str:
    if total > above.value:
        return "no"
    return charge(total)


@app.orchestration
def many(total: float) -> str:
    return fulfil(total)


APPLICATION = compile_app(app)


def test_each_text_is_named_by_its_digest_and_read_by_the_engine() -> None:
    found = definitions_of(APPLICATION, {})
    assert (
        {sha256(text).hexdigest() for text in found.texts.values()} == found.texts.keys() == {*found.current.values()}
    )
    mains = {name: Definition(json.loads(found.texts[digest])).main for name, digest in found.current.items()}
    assert mains == {"fulfil": "fulfil", "many": "many"}


def test_another_value_of_the_stage_is_another_definition() -> None:
    one, same, other = (definitions_of(APPLICATION, values).current for values in ({}, {"above": 10.0}, {"above": 5.0}))
    assert one == same
    assert one["fulfil"] != other["fulfil"]


def test_retained_ones_are_there_too() -> None:
    found = definitions_of(APPLICATION, {}, {"0" * 64: b"{}"})
    assert found.texts["0" * 64] == b"{}"
    assert "0" * 64 not in found.current.values()
