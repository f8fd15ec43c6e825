"""IR survives being written as JSON, and the published schema says exactly what is written."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cloudless import ir
from cloudless.errors import InvalidArgument
from tests.unit.ir.schema_file import PATH, schema

VALIDATOR: Any = Draft202012Validator(json.loads(PATH.read_text()))

words = st.text(max_size=8)
seconds = st.floats(0, 1e6) | st.integers(0, 10**6)
spans = st.builds(ir.Span, words, st.integers(0, 99), st.integers(1, 99), st.integers(1, 99))
atoms = st.none() | st.booleans() | st.integers() | words
plain = st.recursive(atoms, lambda part: st.lists(part) | st.dictionaries(words, part), max_leaves=5)


def by_word(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(words, values, max_size=2)


natives = by_word(by_word(by_word(plain)))
escapes = {"native": natives, "span": spans}
existing = by_word(words)
types = st.builds(ir.TypeRef, name=words, pydantic=st.booleans())
retries = st.builds(ir.Retry, delay_s=seconds, factor=seconds, max_delay_s=seconds, on=st.tuples(words))
parameters = st.builds(ir.Parameter, name=words, kind=words, type=st.none() | types)
grants = st.builds(ir.Grant, noun=words, name=words, verb=words, spans=st.tuples(spans))
conditions = st.builds(ir.Condition, attribute=words, operator=words, values=st.tuples(words, words))


statuses = st.builds(ir.Status, type=words, status=st.integers(400, 599))
auths = st.builds(ir.Auth, kind=words, issuer=words, audience=st.tuples(words), secret=words)


def some(nodes: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(nodes, max_size=2).map(tuple)


applications = st.builds(
    ir.Application,
    name=words,
    entry=words,
    include=some(words),
    handlers=some(
        st.builds(
            ir.Handler,
            name=words,
            module=words,
            qualname=words,
            parameters=some(parameters),
            timeout_s=seconds,
            grants=some(grants),
            **escapes,
        )
    ),
    queues=some(
        st.builds(ir.Queue, name=words, body=types, max_delay_s=seconds, retry=retries, existing=existing, **escapes)
    ),
    consumers=some(
        st.builds(ir.Consumer, queue=words, handler=words, window_s=seconds, remember_s=seconds, span=spans)
    ),
    topics=some(st.builds(ir.Topic, name=words, body=types, attributes=some(words), existing=existing, **escapes)),
    subscriptions=some(
        st.builds(
            ir.Subscription,
            name=words,
            topic=words,
            where=some(conditions),
            retry=retries,
            remember_s=seconds,
            **escapes,
        )
    ),
    schedules=some(st.builds(ir.Schedule, name=words, handler=words, retry=retries, **escapes)),
    functions=some(
        st.builds(ir.Function, name=words, handler=words, result=types, retry=retries, raises=some(words), span=spans)
    ),
    endpoints=some(
        st.builds(
            ir.Endpoint,
            handler=words,
            method=words,
            path=words,
            result=types,
            errors=some(statuses),
            auth=auths,
            span=spans,
        )
    ),
    cors=st.none() | st.builds(ir.Cors, origins=some(words), credentials=st.booleans()),
    secrets=some(st.builds(ir.Secret, name=words, existing=existing, span=spans)),
    configs=some(st.builds(ir.Config, name=words, type=types, default=plain, span=spans)),
)


@pytest.mark.fuzz
@given(applications)
def test_what_is_dumped_is_loaded_as_it_was_and_valid_by_the_schema(application: ir.Application) -> None:
    text = ir.dump(application)
    assert ir.load(text) == application
    VALIDATOR.validate(json.loads(text))


def test_equal_programs_are_dumped_to_equal_text() -> None:
    assert ir.dump(ir.Application(name="shop")) == ir.dump(ir.Application(name="shop"))


def test_the_schema_is_current() -> None:
    """If not: `python -m tests.unit.ir.schema_file`, and raise VERSION where old readers would misread."""
    assert PATH.read_text() == schema()


SPAN = {"file": "app.py", "line": 1}
QUEUE = {"name": "orders", "body": {"name": "JSON"}, "span": SPAN}


def written(**fields: Any) -> str:
    return json.dumps({"name": "shop", "version": ir.VERSION, **fields})


def test_what_has_a_default_may_be_left_out() -> None:
    queue = ir.load(written(queues=[QUEUE])).queue("orders")
    assert queue.max_delay_s == 900
    assert queue.span == ir.Span("app.py", 1)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "not JSON"),
        ('{"name": "shop"}', "this IR is version None"),
        (written(colour="red"), "$.colour: Application has no such field"),
        (written(queues=[{"name": "orders", "span": SPAN}]), "$.queues[0].body: missing"),
        (written(queues=[{**QUEUE, "ordered": "yes"}]), "$.queues[0].ordered: expected bool, got str 'yes'"),
        (written(queues=[{**QUEUE, "max_delay_s": True}]), "$.queues[0].max_delay_s: expected float, got bool True"),
        (written(queues={"name": "orders"}), "$.queues: expected list"),
        (written(include=[7]), "$.include[0]: expected str, got int 7"),
    ],
)
def test_what_cannot_be_loaded_is_named_by_its_path(text: str, says: str) -> None:
    with pytest.raises(InvalidArgument) as problem:
        ir.load(text)
    assert says in str(problem.value)


@pytest.mark.parametrize("field", ["handlers", "queues", "topics", "functions"])
def test_the_schema_refuses_what_load_refuses(field: str) -> None:
    assert not VALIDATOR.is_valid(json.loads(written(**{field: [{"name": 7, "span": SPAN}]})))
