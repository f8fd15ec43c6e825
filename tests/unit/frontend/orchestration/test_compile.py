"""What an orchestration's IR says beside its statements: ids, spans, grants, tables; and what it has in JSON."""

import re
from textwrap import dedent
from typing import Any

import pytest

from cloudless.codec import is_list, is_object
from cloudless.conformance.orchestrations.module import loaded
from cloudless.frontend import check
from cloudless.ir import Application, Orchestration, dump, load
from cloudless.ir.serial import to_plain
from cloudless.ir.text import text
from cloudless.passes.definition import definition, identity
from tests.unit.frontend.orchestration.programs import compiled, programs

PRELUDE = """
from typing import Any, cast
from pydantic import BaseModel
from cloudless import App, Retry, gather, fan_out, saga, CompensationFailed

app = App("shop")


class Item(BaseModel):
    id: str
    more: dict[str, Any] = {}


class Order(BaseModel):
    id: str
    items: list[Item]
    parent: "Order | None" = None


class Declined(Exception):
    code: str


class Late(Declined): ...


orders = app.queue("orders", Order)
placed = app.topic("placed", Order)
approval = app.event("approval", bool)


@app.function
def charge(order: Order) -> str: ...


@app.function
def refund(payment: str) -> None: ...


@app.pure
def best(order: Order) -> str: ...


"""


def application_of(code: str) -> Application:
    with loaded(PRELUDE + dedent(code)) as found:
        application, problems = check(found.app)
        assert [one.render() for one in problems] == []
        return application


def main(code: str) -> Orchestration:
    return next(one for one in application_of(code).orchestrations if one.name == "main")


def ids(plain: Any) -> list[str]:
    """The ids of all statements in JSON."""
    if is_list(plain):
        return [id for part in plain for id in ids(part)]
    if not is_object(plain):
        return []
    own: list[str] = [plain["id"]] if "note" in plain else []
    return own + [id for part in plain.values() for id in ids(part)]


NESTED = """
    @app.orchestration
    def main(order: Order) -> str:
        charge(order)
        if order.id == "1":
            refund("a")
        else:
            refund("b")
        for item in order.items:
            try:
                charge(order)
            except Declined:
                refund("c")
            else:
                refund("d")
            finally:
                refund("e")
        gather(charge(order), refund("f"))
        fan_out(charge(order) for item in order.items)
        return order.id
"""


def test_the_id_of_a_statement_is_its_path() -> None:
    assert ids(to_plain(main(NESTED).body)) == [
        "0", "1", "1.then.0", "1.otherwise.0", "2", "2.body.0", "2.body.0.body.0", "2.body.0.handlers.0.0",
        "2.body.0.otherwise.0", "2.body.0.last.0", "3", "3.branches.0.0", "3.branches.0.1", "3.branches.1.0",
        "3.branches.1.1", "4", "4.branch.0", "4.branch.1", "5",
    ]  # fmt: skip


def test_a_moved_line_changes_no_id_and_no_identity() -> None:
    moved = re.sub(r"\n    @app", "\n    # a comment\n\n    @app", NESTED)
    one, other = application_of(NESTED), application_of(moved)
    assert ids(to_plain(one.orchestrations)) == ids(to_plain(other.orchestrations))
    assert identity(definition(one, "main")) == identity(definition(other, "main"))


def test_a_statement_knows_its_line() -> None:
    first = main(NESTED).body[0]
    line = (PRELUDE + dedent(NESTED)).splitlines().index("    charge(order)") + 1
    assert (first.span.line, first.span.column, first.span.end_column) == (line, 5, 18)


def test_an_application_with_orchestrations_survives_its_json() -> None:
    application = application_of(NESTED)
    assert load(dump(application)) == application


@pytest.mark.parametrize("program", programs("goldens.md"), ids=lambda one: one.title)
def test_every_golden_survives_its_json(program: Any) -> None:
    with loaded(program.source) as found:
        made, _ = compiled(found.module)
    whole = Application(name="shop", orchestrations=tuple(made))
    again = load(dump(whole))
    assert [text(one, ids=True) for one in again.orchestrations] == [text(one, ids=True) for one in made]


def test_what_is_called_sent_and_published_is_granted_with_its_lines() -> None:
    found = main("""
        @app.orchestration
        def main(order: Order) -> str:
            with saga() as undo:
                payment = charge(order)
                undo.on_failure(refund, payment)
                orders.send(order)
                placed.publish(order)
                best(order)
                charge(order)
            return payment
    """)
    assert [(one.noun, one.name, one.verb, len(one.spans)) for one in found.grants] == [
        ("function", "charge", "invoke", 2),
        ("function", "refund", "invoke", 1),
        ("queue", "orders", "send", 1),
        ("topic", "placed", "publish", 1),
    ]
    assert [(one.name, one.kind) for one in found.calls] == [
        ("best", "pure"),
        ("charge", "function"),
        ("refund", "function"),
    ]


def test_errors_are_those_that_are_named_and_those_of_checks() -> None:
    found = main("""
        @app.orchestration
        def main(order: Order) -> str:
            try:
                return order.items[0].id
            except Late as e:
                return e.code
            except CompensationFailed:
                return charge.options(retry=Retry(attempts=2, on=[TimeoutError]))(order)
    """)
    assert {one.name: (one.mro, tuple(field.name for field in one.fields)) for one in found.errors} == {
        "AttributeError": (("AttributeError", "Exception"), ()),
        "CompensationFailed": (("CompensationFailed", "Exception"), ("original", "failures")),
        "IndexError": (("IndexError", "LookupError", "Exception"), ()),
        "Late": (("Late", "Declined", "Exception"), ("code",)),
        "TimeoutError": (("TimeoutError", "OSError", "Exception"), ()),
    }


def test_records_are_those_whose_fields_are_touched() -> None:
    found = main("""
        @app.orchestration
        def main(order: Order) -> str:
            if order.parent is None or order.parent.parent is None:
                return charge(order)
            return order.parent.parent.id
    """)
    assert [(one.name, [(field.name, str(field.type)) for field in one.fields]) for one in found.records] == [
        ("Order", [("id", "str"), ("items", "list[Item]"), ("parent", "Order | None")])
    ]


def test_every_variable_is_listed_with_its_type_and_its_name_in_the_program() -> None:
    found = main("""
        @app.orchestration
        def main(order: Order) -> str:
            names = [item.id for item in order.items]
            for item in order.items:
                names.append(item.id + charge(order))
            return names[-1]
    """)
    assert [(one.name, str(one.type), one.source) for one in found.variables] == [
        ("order", "Order", "order"),
        ("item", "Item", "item"),
        ("names", "list[str]", "names"),
        ("item_2", "Item", "item"),
        ("charge_1", "str", ""),
    ]


def test_waits_are_those_of_the_orchestration_itself_and_events_know_all_waiters() -> None:
    application = application_of("""
        @app.orchestration
        def main(id: str) -> bool:
            return asked(id)

        @app.orchestration
        def asked(id: str) -> bool:
            return approval.wait()
    """)
    assert [one.waits for one in application.orchestrations] == [("approval",), ()]
    assert application.events[0].waiters == ("asked", "main")


def test_an_orchestration_inside_a_function_sees_the_variables_around_it() -> None:
    code = """
        def register(limit: int) -> None:
            @app.orchestration
            def main(count: int) -> bool:
                return count > limit

        register(3)
    """
    assert text(main(code)).splitlines()[1].strip() == "return (count > 3)"


def test_names_of_the_compiler_are_none_of_the_program() -> None:
    found = main("""
        @app.orchestration
        def main(charge_1: str, order: Order) -> str:
            value_1 = charge_1
            return value_1 + charge(order)
    """)
    assert text(found).splitlines()[-2:] == ["    charge_2 = charge(order=order)", "    return text(value_1, charge_2)"]


def test_a_program_of_a_module_is_told_apart_by_what_it_means() -> None:
    one = application_of(NESTED)
    other = application_of(NESTED.replace('refund("e")', 'refund("x")'))
    assert identity(definition(one, "main")) != identity(definition(other, "main"))


def test_two_exception_classes_of_one_name_are_refused_across_orchestrations() -> None:
    code = """
        import builtins

        class TimeoutError(Exception): ...

        @app.orchestration
        def one(order: Order) -> str:
            try:
                return charge(order)
            except TimeoutError:
                return "none"

        @app.orchestration
        def two(order: Order) -> str:
            try:
                return charge(order)
            except builtins.TimeoutError:
                return "none"
    """
    with loaded(PRELUDE + dedent(code)) as found:
        (problem,) = compiled(found.module)[1]
    assert problem.code == "CL262"
    assert problem.message.startswith("two exception classes are named TimeoutError: of builtins and of ")


def test_defaults_are_told_as_json_for_whoever_starts_it_by_hand() -> None:
    source = """
@app.orchestration
def main(id: str, n: int = 3, rate: float = 0.5, item: Item | None = None, of: Item = Item(id="i")) -> str:
    return id
"""
    found = main(source)
    assert [(one.name, one.required, one.default) for one in found.parameters] == [
        ("id", True, None),
        ("n", False, 3),
        ("rate", False, 0.5),
        ("item", False, None),
        ("of", False, {"id": "i", "more": {}}),
    ]
