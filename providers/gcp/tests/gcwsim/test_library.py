"""The standard library and the expression helpers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import product
from random import Random
from typing import Any

import pytest

from providers.gcp.tests.gcwsim.cases import Case, assign, id_of, steps, value
from providers.gcp.tests.gcwsim.errors import Raised, Unspecified
from providers.gcp.tests.gcwsim.library import FUNCTIONS, Function
from providers.gcp.tests.gcwsim.operators import BINARY
from providers.gcp.tests.gcwsim.pages import CHEAT_SHEET, DATATYPES, ENVIRONMENT, ERRORS, HELPERS, SLEEPING, STDLIB
from providers.gcp.tests.gcwsim.run import Running, run
from providers.gcp.tests.gcwsim.value import type_of

GOOGLE = "GOOGLE_CLOUD_"
KINDS = {"null", "boolean", "integer", "double", "string", "bytes", "list", "map"}


def page(name: str) -> str:
    return f"{STDLIB}/{name.replace('.', '/')}"


HELPED = [
    Case("int of a string", CHEAT_SHEET, value('int("5") + 1'), result=6),
    Case("int of a double", CHEAT_SHEET, value("int(2.7)"), result=2),
    Case("double of a string", CHEAT_SHEET, value('double("2.7")'), result=2.7),
    Case("double of an integer", HELPERS, value("double(3)"), result=3.0),
    Case(
        "string of an integer, a double and booleans",
        HELPERS,
        value("[string(3), string(1.7), string(true), string(false)]"),
        result=["3", "1.7", "true", "false"],
    ),
    Case(
        "len of a string, a list and a map",
        HELPERS,
        value("[len(s), len(l), len(m)]", s="abc", l=[1, 2], m={"a": 1}),
        result=[3, 2, 1],
    ),
    Case("len counts characters", HELPERS, value("len(s)", s="äß😀"), result=3),
    Case("keys of a map", HELPERS, value("keys(m)", m={"a": 1}), result=["a"]),
    Case("default of null", HELPERS, value('default(x, "d")', x=None), result="d"),
    Case("default of 0 and of an empty string", HELPERS, value('[default(0, 5), default("", "d")]'), result=[0, ""]),
    Case("if chooses", HELPERS, value("[if(true, 1, 2), if(false, 1, 2), if(x, 1, 2)]", x=None), result=[1, 2, 2]),
    Case("if evaluates both", HELPERS, value("if(true, 1, 1 / 0)"), tag="ZeroDivisionError"),
    Case(
        "names of types",
        HELPERS,
        value(
            "[get_type(n), get_type(true), get_type(1), get_type(1.5), get_type(l), get_type(m)]", n=None, l=[], m={}
        ),
        result=["null", "boolean", "integer", "double", "list", "map"],
    ),
    Case("the type of bytes", HELPERS, value('get_type(text.encode("a"))'), result="bytes"),
    Case("int of letters", ERRORS, value('int("abc")'), tag="ValueError"),
    Case("double of letters", ERRORS, value('double("abc")'), tag="ValueError"),
    Case("int of a list", ERRORS, value("int([1])"), tag="TypeError"),
    Case("string of a map", ERRORS, value("string(m)", m={}), tag="TypeError"),
    Case("len of a number", ERRORS, value("len(5)"), tag="TypeError"),
    Case("keys of a list", ERRORS, value("keys(l)", l=[]), tag="TypeError"),
    Case("if of a string", ERRORS, value('if("a", 1, 2)'), tag="TypeError"),
    Case("string of a double without a fraction", HELPERS, value("string(1.0)"), unspecified="of the double 1.0"),
    Case("string of a string", HELPERS, value('string("a")'), unspecified="of a value of type string"),
    Case("string of null", HELPERS, value("string(null)"), unspecified="of a value of type null"),
    Case("int of a negative double", HELPERS, value("int(-2.7)"), unspecified="towards zero or down"),
    Case("int of a string with a dot", HELPERS, value('int("2.7")'), unspecified="of '2.7'"),
    Case("int of an integer", HELPERS, value("int(2)"), unspecified="of a value of type integer"),
]

TEXT = [
    Case(
        "text.to_upper and text.to_lower",
        page("text.to_upper"),
        value('[text.to_upper("aä"), text.to_lower("AÄ")]'),
        result=["AÄ", "aä"],
    ),
    Case("text.split", page("text.split"), value('text.split("a,b,c", ",")'), result=["a", "b", "c"]),
    Case("text.replace_all", page("text.replace_all"), value('text.replace_all("aXbX", "X", "-")'), result="a-b-"),
    Case(
        "text.replace_all_regex",
        page("text.replace_all_regex"),
        value('text.replace_all_regex("a1b22", "[0-9]+", "#")'),
        result="a#b#",
    ),
    Case("text.substring", page("text.substring"), value('text.substring("hello", 1, 3)'), result="el"),
    Case("text.find_all", page("text.find_all"), value('text.find_all("abab", "b")'), result=[1, 3]),
    Case(
        "text.find_all_regex",
        page("text.find_all_regex"),
        value('text.find_all_regex("a1b22", "[0-9]+")'),
        result=[{"index": 1, "match": "1"}, {"index": 3, "match": "22"}],
    ),
    Case(
        "text.match_regex",
        page("text.match_regex"),
        value('[text.match_regex("abc", "b+"), text.match_regex("abc", "x")]'),
        result=[True, False],
    ),
    Case("text.url_encode", page("text.url_encode"), value('text.url_encode("a b/c")'), result="a%20b%2Fc"),
    Case(
        "text.url_encode_plus", page("text.url_encode_plus"), value('text.url_encode_plus("a b/c")'), result="a+b%2Fc"
    ),
    Case("text.url_decode", page("text.url_decode"), value('text.url_decode("a%20b+c")'), result="a b c"),
    Case("text.encode and text.decode", page("text.decode"), value('text.decode(text.encode("hä"))'), result="hä"),
    Case("text of a number", ERRORS, value("text.to_upper(1)"), tag="TypeError"),
    Case(
        "a substring behind the end",
        page("text.substring"),
        value('text.substring("abc", 1, 5)'),
        unspecified="1 to 5 of 3",
    ),
    Case(
        "positions outside of ASCII",
        page("text.substring"),
        value('text.substring("äbc", 1, 2)'),
        unspecified="bytes or characters",
    ),
    Case("splitting at nothing", page("text.split"), value('text.split("abc", "")'), unspecified="an empty separator"),
    Case(
        "an expression that only Python knows",
        page("text.match_regex"),
        value('text.match_regex("abc", "(?=a)")'),
        unspecified="the expression",
    ),
    Case(
        "letters whose other case is several",
        page("text.to_upper"),
        value('text.to_upper("ß")'),
        unspecified="several letters",
    ),
]

COLLECTIONS = [
    Case(
        "list.concat adds one element", page("list.concat"), value("list.concat(a, [3])", a=[1, 2]), result=[1, 2, [3]]
    ),
    Case("list.prepend", page("list.prepend"), value("list.prepend(a, 0)", a=[1]), result=[0, 1]),
    Case(
        "list.concat leaves the list", page("list.concat"), value("[list.concat(a, 2), a]", a=[1]), result=[[1, 2], [1]]
    ),
    Case(
        "map.get of a key", page("map.get"), value('[map.get(m, "a"), map.get(m, "z")]', m={"a": 1}), result=[1, None]
    ),
    Case(
        "map.get through maps",
        page("map.get"),
        value('[map.get(m, ["a", "b"]), map.get(m, ["z", "b"])]', m={"a": {"b": 2}}),
        result=[2, None],
    ),
    Case("map.get with a default", CHEAT_SHEET, value('default(map.get(m, "z"), "none")', m={}), result="none"),
    Case("map.delete", page("map.delete"), value('map.delete(m, "a")', m={"a": 1, "b": 2}), result={"b": 2}),
    Case(
        "map.merge takes the second map's values",
        page("map.merge"),
        value("map.merge(m, n)", m={"a": {"x": 1}, "b": 1}, n={"a": {"y": 2}}),
        result={"a": {"y": 2}, "b": 1},
    ),
    Case(
        "map.merge_nested merges maps within maps",
        page("map.merge_nested"),
        value("map.merge_nested(m, n)", m={"a": {"x": 1}}, n={"a": {"y": 2}}),
        result={"a": {"x": 1, "y": 2}},
    ),
    Case("math.max and math.min", page("math.max"), value("[math.max(1, 3), math.min(1.5, 3)]"), result=[3, 1.5]),
    Case("math.abs", page("math.abs"), value("[math.abs(-3), math.abs(-1.5)]"), result=[3, 1.5]),
    Case("math.floor", page("math.floor"), value("math.floor(-1.5)"), result=-2),
    Case("map.merge of a list", page("map.merge"), value("map.merge(m, [])", m={}), tag="TypeError"),
    Case("list.concat of a map", page("list.concat"), value("list.concat(m, 1)", m={}), tag="TypeError"),
    Case("map.get of a list", page("map.get"), value('map.get([], "a")'), tag="TypeError"),
    Case("math.max of a string", page("math.max"), value('math.max("a", 1)'), tag="TypeError"),
    Case(
        "map.delete of a key that is not there",
        page("map.delete"),
        value('map.delete(m, "z")', m={}),
        unspecified="a key that is not there",
    ),
    Case(
        "map.get through a number",
        page("map.get"),
        value('map.get(m, ["a", "b"])', m={"a": 1}),
        unspecified="on the way",
    ),
    Case(
        "the larger one of two that are equal",
        page("math.max"),
        value("math.max(1, 1.0)"),
        unspecified="which of an integer and a double",
    ),
]

ENCODED = [
    Case(
        "json.encode_to_string and json.decode",
        page("json.decode"),
        value("json.decode(json.encode_to_string(m))", m={"a": [1, 2.5, None, "<"]}),
        result={"a": [1, 2.5, None, "<"]},
    ),
    Case(
        "json.encode gives bytes",
        page("json.encode"),
        value("json.decode(json.encode(m))", m={"a": 1, "b": 2}),
        result={"a": 1, "b": 2},
    ),
    Case(
        "json.decode of a string",
        page("json.decode"),
        value("json.decode(s)", s="[1, 1.5, null]"),
        result=[1, 1.5, None],
    ),
    Case(
        "JSON has no spaces",
        page("json.encode_to_string"),
        value("json.encode_to_string(m)", m={"a": [1, True]}),
        result='{"a":[1,true]}',
    ),
    Case(
        "base64.encode and base64.decode",
        page("base64.encode"),
        value('[base64.encode(text.encode("hi")), text.decode(base64.decode("aGk="))]'),
        result=["aGk=", "hi"],
    ),
    Case(
        "base64 without padding", page("base64.encode"), value('base64.encode(text.encode("hi"), false)'), result="aGk"
    ),
    Case(
        "hash.compute_checksum",
        page("hash.compute_checksum"),
        value('base64.encode(hash.compute_checksum(text.encode("a"), "SHA256"))'),
        result="ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs=",
    ),
    Case(
        "hash.compute_hmac",
        page("hash.compute_hmac"),
        value(
            'base64.encode(hash.compute_hmac(text.encode("key"), text.encode(d), "SHA256"))',
            d="The quick brown fox jumps over the lazy dog",
        ),
        result="97yD9DBThCSxMpjmqm+xQ+9NWaFJRhdZl0edvC0aPNg=",
    ),
    Case("json.decode of no JSON", page("json.decode"), value('json.decode("{")'), tag="ValueError"),
    Case("base64.decode of no Base64", page("base64.decode"), value('base64.decode("*")'), tag="ValueError"),
    Case("base64.encode of a string", page("base64.encode"), value('base64.encode("a")'), tag="TypeError"),
    Case(
        "an integer of JSON that is too large",
        DATATYPES,
        value('json.decode("9223372036854775808")'),
        unspecified="64 bits",
    ),
    Case("bytes cannot be returned", f"{DATATYPES}#bytes", value('text.encode("a")'), unspecified="returning bytes"),
]

SYSTEM = [
    Case(
        "time.format",
        page("time.format"),
        value("[time.format(0), time.format(1767355200)]"),
        result=["1970-01-01T00:00:00Z", "2026-01-02T12:00:00Z"],
    ),
    Case(
        "time.format in a zone",
        page("time.format"),
        value('time.format(0, "Asia/Tokyo")'),
        result="1970-01-01T09:00:00+09:00",
    ),
    Case("time.parse", page("time.parse"), value('time.parse("2026-01-02T12:00:00.5Z")'), result=1767355200.5),
    Case("time.parse of no time", page("time.parse"), value('time.parse("today")'), tag="ValueError"),
    Case("sys.now is the time", page("sys.now"), value("sys.now()"), result=1767355200.0),
    Case(
        "sys.sleep takes its time",
        SLEEPING,
        steps(s={"call": "sys.sleep", "args": {"seconds": 90}}, r={"return": "${sys.now()}"}),
        result=1767355290.0,
        took_s=90,
    ),
    Case(
        "sys.sleep_until",
        page("sys.sleep_until"),
        steps(s={"call": "sys.sleep_until", "args": {"time": "2026-01-02T12:01:00Z"}}),
        result=None,
        took_s=60,
    ),
    Case(
        "sys.sleep_until what is past",
        page("sys.sleep_until"),
        steps(s={"call": "sys.sleep_until", "args": {"time": "2025-01-02T12:01:00Z"}}),
        result=None,
        took_s=0,
    ),
    Case(
        "sys.get_env of what is always there",
        ENVIRONMENT,
        value(
            "[sys.get_env(p), sys.get_env(l), sys.get_env(w)]",
            p=f"{GOOGLE}PROJECT_ID",
            l=f"{GOOGLE}LOCATION",
            w=f"{GOOGLE}WORKFLOW_ID",
        ),
        result=["project", "us-central1", "workflow"],
    ),
    Case("sys.get_env of what is not there", page("sys.get_env"), value('sys.get_env("NOTHING")'), tag="KeyError"),
    Case("sys.get_env with a default", page("sys.get_env"), value('sys.get_env("NOTHING", "d")'), result="d"),
    Case(
        "sys.log gives null",
        page("sys.log"),
        steps(l={"call": "sys.log", "args": {"text": "a"}, "result": "x"}, r={"return": "${x}"}),
        result=None,
    ),
    Case("uuid.generate", page("uuid.generate"), value("len(uuid.generate())"), result=36),
    Case("a fraction of a second as text", page("time.format"), value("time.format(1.5)"), unspecified="a fraction"),
    Case(
        "sleeping for less than nothing",
        SLEEPING,
        steps(s={"call": "sys.sleep", "args": {"seconds": -1}}),
        unspecified="-1 seconds",
    ),
    Case(
        "sleeping for more than a year",
        SLEEPING,
        steps(s={"call": "sys.sleep", "args": {"seconds": 31536001}}),
        unspecified="31536001",
    ),
    Case(
        "logging two things",
        page("sys.log"),
        steps(l={"call": "sys.log", "args": {"text": "a", "json": {}}}),
        unspecified="one of data, text and json",
    ),
    Case(
        "another severity",
        page("sys.log"),
        steps(l={"call": "sys.log", "args": {"text": "a", "severity": "LOUD"}}),
        unspecified="the severity",
    ),
    Case(
        "executions within executions",
        page("experimental.executions.run"),
        steps(c={"call": "experimental.executions.run", "args": {}}),
        open="in this model",
    ),
]

CASES = [*HELPED, *TEXT, *COLLECTIONS, *ENCODED, *SYSTEM]


@pytest.mark.parametrize("case", CASES, ids=id_of)
def test_a_function(case: Case) -> None:
    case.check()


def test_what_is_logged_is_kept() -> None:
    definition = steps(
        i=assign(m={"k": 1}),
        a={"call": "sys.log", "args": {"data": "${m}"}},
        b={"call": "sys.log", "args": {"text": "late", "severity": "WARNING"}},
        c={"call": "sys.log", "args": {"json": {"x": 1}, "severity": "INFO"}},
    )
    assert run(definition).logs == [("DEFAULT", {"k": 1}), ("WARNING", "late"), ("INFO", {"x": 1})]


def test_environment_variables_of_the_workflow_are_read() -> None:
    assert run(value('sys.get_env("MINE")'), env={"MINE": "x"}).result == "x"


def test_uuids_differ_within_an_execution_and_not_between_runs_of_one_seed() -> None:
    definition = value("[uuid.generate(), uuid.generate()]")
    first, second = run(definition).result, run(definition).result
    assert first == second
    assert first[0] != first[1]


def test_json_text_of_a_map_comes_in_any_order() -> None:
    definition = value("json.encode_to_string(m)", m={"a": "<", "b": 2, "c": 3})
    texts = {run(definition, seed=seed).result for seed in range(20)}
    assert len(texts) > 3
    assert any("\\u003c" in text for text in texts)


SAMPLES: list[Any] = [
    *(None, True, False, 0, 1, -7, 2**63 - 1, -(2**63), 0.0, 1.5, -2.5, 1e300),
    *("", "a", "%ff", "%zz", "ä😀", "5", "2026-02-30T00:00:00Z", "[", "SHA256", "UTC", b"", b"\xff"),
    *([], [1, "a", None], [[1]], {}, {"a": {"b": 1}}, {"tags": ["HttpError"], "code": 503}, {"tags": [[1]]}),
]


@pytest.mark.parametrize("name", sorted(name for name, one in FUNCTIONS.items() if not one.is_blocking))
def test_a_function_gives_a_value_or_raises_what_workflows_raises(name: str) -> None:
    """Nothing of Python's own comes through, whatever it is given."""
    function, execution = FUNCTIONS[name], Running(value("1"), seed=1).execution.run
    for given in _given(function):
        arguments = [execution, *given] if function.needs_run else given
        with suppress(Raised, Unspecified):
            result = function.apply(*arguments)
            assert type_of(result) in KINDS, (name, given)


def _given(function: Function) -> Iterator[list[Any]]:
    """Every sample as every argument, with others drawn for the rest."""
    random = Random(function.name)
    for count in range(function.required, len(function.parameters) + 1):
        for at in range(count):
            for sample in SAMPLES:
                given = [random.choice(SAMPLES) for _ in range(count)]
                given[at] = sample
                yield given


@pytest.mark.parametrize("operator", sorted(BINARY))
def test_an_operator_gives_a_value_or_raises_what_workflows_raises(operator: str) -> None:
    for left, right in product(SAMPLES, repeat=2):
        with suppress(Raised, Unspecified):
            assert type_of(BINARY[operator](left, right)) in KINDS
