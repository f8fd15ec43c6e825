"""Keys and values of TOML are found wherever they stand."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudless.config.place import Path, Places

TEXT = '''\
# a comment with = and [brackets]
app = "shop.app:app"  # and one behind
include = ["a", 'b',
    "c",  # of three
]
many = """
[not.a.table]
x = "1"
"""
[ stages . "prod"]
config = { review-above = 500.0, nested = { list = [1, { deep = true }] } }
backend.s3.bucket = 'b#"'
[[rules]]
name = "first"
[[rules]]
name = "second"
'''


def text_at(places: Places, path: Path, *, key: bool = False) -> str:
    span = places.key(path) if key else places.value(path)
    return places.line(span.line)[span.column - 1 : span.end_column - 1]


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("app",), "app", '"shop.app:app"'),
        (("include", 2), "include", '"c"'),
        (("many",), "many", '"""'),
        (("stages", "prod"), '"prod"', '[ stages . "prod"]'),
        (("stages", "prod", "config", "review-above"), "review-above", "500.0"),
        (("stages", "prod", "config", "nested", "list", 1, "deep"), "deep", "true"),
        (("stages", "prod", "backend", "s3", "bucket"), "bucket", "'b#\"'"),
        (("rules", 1, "name"), "name", '"second"'),
    ],
)
def test_a_path_leads_to_its_key_and_its_value(path: Path, key: str, value: str) -> None:
    places = Places("cloudless.toml", TEXT)
    assert text_at(places, path, key=True) == key
    assert text_at(places, path) == value


def test_what_is_not_written_stands_at_what_is_above_it() -> None:
    places = Places("cloudless.toml", TEXT)
    assert text_at(places, ("stages", "prod", "region"), key=True) == '"prod"'
    assert str(places.key(("nothing",))) == "cloudless.toml:1:1"


words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
keys = st.one_of(st.from_regex(r"[a-z_-]{1,5}", fullmatch=True), words.map(lambda word: word.replace('"', "'")))
values = st.recursive(
    st.one_of(st.booleans(), st.integers(-9, 9), words),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=3)),
    max_leaves=8,
)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, int):
        return str(value)
    if hasattr(value, "items"):
        return "{" + ", ".join(map("{} = {}".format, map(quoted, value), map(written, value.values()))) + "}"
    return "[ # items\n" + "".join(map("{},\n".format, map(written, value))) + "]"


@given(st.dictionaries(keys, values, max_size=4))
def test_every_value_is_found_where_it_was_written(tables: dict[str, object]) -> None:
    text = "".join(f"{quoted(key)} = {written(value)}\n" for key, value in tables.items())
    assert tomllib.loads(text) == tables
    places = Places("x", text)
    for key, value in tables.items():
        assert text[slice(*places.values[key,])] == written(value)
