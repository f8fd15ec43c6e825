"""A lowered orchestration has nothing that its backend lacks, and keeps its ids, spans and rules of scope."""

from collections.abc import Iterator
from typing import Any

import pytest

from cloudless import ir
from cloudless.errors import InternalError
from cloudless.ir import expression as e
from cloudless.ir import statement as s
from cloudless.ir.type import FLOAT, INT, LIST, TEXT, Type
from cloudless.node import replace
from cloudless.passes.expression_types import Types
from cloudless.passes.lowering import NATIVE, Capabilities, kind_of, lower
from cloudless.passes.lowering.capabilities import EAGER, LOWERED
from cloudless.passes.tree import EXPRESSIONS, STATEMENTS, Block, blocks, statements
from tests.unit.passes.printable import problems
from tests.unit.passes.same import TABLES, eager, outcome, settled, workflows
from tests.unit.passes.samples import (
    ARGUMENTS,
    COSTLY,
    DOUBLED,
    IS_BIG,
    MESSAGE,
    NO_ORDER,
    ORDER,
    SAMPLES,
    STRING,
    TRUE,
    WHOLE,
    WHOLES,
    Sample,
    plus,
    program,
    returning,
    text,
    var,
    whole,
    wholes,
)
from tests.unit.passes.samples import (
    STATEMENTS as STATEMENT_SAMPLES,
)

if not workflows():
    pytest.skip("needs the table of Workflows", allow_module_level=True)
(WORKFLOWS,) = workflows()

ids = pytest.mark.parametrize("table", TABLES, ids=lambda one: one.name)


def lowered(*body: s.Statement) -> tuple[s.Statement, ...]:
    return lower(program(body), WORKFLOWS).body


def value_of(expression: e.Expression) -> tuple[s.Statement, ...]:
    """What stands for `k = expression`."""
    return lowered(s.Let("k", expression, "7"))


# --- everything


def test_every_node_has_a_sample() -> None:
    assert {type(one) for one, _ in SAMPLES} == EXPRESSIONS
    assert {type(one) for one in statements(tuple(STATEMENT_SAMPLES))} == STATEMENTS


def test_every_rule_is_of_a_node() -> None:
    names = {one.__name__ for one in EXPRESSIONS}
    for table in (NATIVE, WORKFLOWS):
        assert {kind.partition(":")[0] for kind in (*table.rules, *table.weights)} <= names


def test_every_variant_of_the_table_for_workflows_is_one_that_there_is() -> None:
    variants = {kind for kind in (*WORKFLOWS.rules, *WORKFLOWS.weights) if ":" in kind}
    found: list[e.Expression] = [e.Const([], WHOLES), e.Setting("limits", WHOLES)]
    found += [e.Dict((e.Pair(var("s"), whole(1)),))]
    found += [e.Arithmetic(sign, var("n"), whole(2), INT) for sign in ("//", "%")]
    found += [e.TextCall(name, (var("s"), var("t"))) for name in ("startswith", "endswith", "join")]
    found.append(e.Unary("int", var("n"), FLOAT))
    assert variants == set(map(kind_of, found))


@ids
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda one: type(one[0]).__name__)
def test_an_expression_of_every_kind_keeps_its_value(sample: Sample, table: Capabilities) -> None:
    before = settled(returning(sample[0]))
    after = lower(before, table)
    assert problems(after, table) == []
    with eager(table):
        told = outcome(after, ARGUMENTS)
    assert told == outcome(before, ARGUMENTS)


@ids
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda one: type(one[0]).__name__)
def test_an_expression_of_every_kind_in_a_test_too(sample: Sample, table: Capabilities) -> None:
    before = settled(program([s.If(e.Equal(sample[0], sample[0]), (s.Return(TRUE),), ())]))
    after = lower(before, table)
    assert problems(after, table) == []
    with eager(table):
        told = outcome(after, ARGUMENTS)
    assert told == outcome(before, ARGUMENTS)


@ids
@pytest.mark.parametrize("sample", STATEMENT_SAMPLES, ids=lambda one: one.id)
def test_a_statement_of_every_kind_does_the_same(sample: s.Statement, table: Capabilities) -> None:
    before = program([s.Let("k", whole(0), "k"), sample, s.Return(var("k"), "end")])
    after = lower(before, table)
    assert problems(after, table) == []
    with eager(table):
        told = outcome(after, ARGUMENTS)
    assert told == outcome(before, ARGUMENTS)


def test_all_statements_together() -> None:
    before = program(STATEMENT_SAMPLES)
    after = lower(before, WORKFLOWS)
    assert problems(after, WORKFLOWS) == []
    assert outcome(after, ARGUMENTS) == outcome(before, ARGUMENTS)


# --- what stays


def test_who_can_print_everything_gets_the_same_object() -> None:
    orchestration = program(STATEMENT_SAMPLES)
    assert lower(orchestration, NATIVE) is orchestration


def test_what_needs_no_lowering_is_the_same_object() -> None:
    simple = e.Choose(IS_BIG, var("n"), whole(0))
    data = e.List((e.Const([1], WHOLES), NO_ORDER.fields[2].value), Type(LIST))
    body = (
        s.Let("k", simple, "0"),
        s.Call("k", "echo", (e.Entry("value", plus(var("n"), whole(1))),), id="1"),
        s.If(e.And(IS_BIG, e.Compare("<", var("m"), var("f"))), (s.Let("rows", data, "2.then.0"),), (), id="2"),
        s.Let("xs", e.Concat(var("xs"), wholes(var("n"))), "3"),
        s.Return(e.Dict((e.Pair(text("a"), simple),)), "4"),
    )
    orchestration = program(body)
    assert lower(orchestration, WORKFLOWS) is orchestration


def test_what_is_beside_the_lowered_is_the_same_object() -> None:
    kept = s.If(IS_BIG, (s.Let("k", whole(1), "0.then.0"),), (), id="0")
    orchestration = program([kept, s.Let("k", COSTLY, "1")])
    assert lower(orchestration, WORKFLOWS).body[0] is kept


def test_lowering_twice_changes_nothing_more() -> None:
    once = lower(program(STATEMENT_SAMPLES), WORKFLOWS)
    assert lower(once, WORKFLOWS) is once


# --- rules


def test_a_comprehension_is_a_loop_that_appends() -> None:
    first, loop, last = value_of(DOUBLED)
    assert first == s.Let("items_1", wholes(), "7.before.0")
    assert loop == s.For(
        "loop_1",
        "x",
        var("xs"),
        (s.Let("items_1", e.Concat(var("items_1"), wholes(plus(var("x"), var("x")))), "7.before.1.body.0"),),
        "7.before.1",
    )
    assert last == s.Let("k", var("items_1"), "7")


def test_a_fold_over_a_comprehension_makes_no_list() -> None:
    first, loop, _ = value_of(e.Fold("sum", DOUBLED, INT))
    added = e.Arithmetic("+", var("value_1"), plus(var("x"), var("x")), INT)
    assert isinstance(first, s.Let)
    assert isinstance(loop, s.For)
    assert first.value == whole(0)
    assert loop.body == (s.Let("value_1", added, "7.before.1.body.0"),)


def test_any_leaves_the_loop_at_the_first_that_holds() -> None:
    held = e.Map("y", var("xs"), None, e.Equal(var("y"), whole(1)))
    _, loop, _ = value_of(e.Fold("any", held, "bool"))
    assert isinstance(loop, s.For)
    (test,) = loop.body
    assert isinstance(test, s.If)
    assert test.then[-1] == s.Break("loop_1", "7.before.1.body.0.then.1")
    assert test.otherwise == ()


def test_a_choice_of_what_may_fail_is_an_if_with_the_statements_id() -> None:
    found = e.Choose(e.HasKey(var("d"), var("s")), e.Key(var("d"), var("s")), whole(0))
    (test,) = value_of(found)
    assert test == s.If(
        e.HasKey(var("d"), var("s")),
        (s.Let("k", e.Key(var("d"), var("s")), "7.then.0"),),
        (s.Let("k", whole(0), "7.otherwise.0"),),
        "7",
    )


def test_and_stays_where_its_right_side_cannot_fail() -> None:
    safe = e.And(IS_BIG, e.Equal(e.Arithmetic("/", var("n"), whole(2), "float"), var("f")))
    assert value_of(safe) == (s.Let("k", safe, "7"),)


@pytest.mark.parametrize(
    "risky",
    [
        e.Equal(e.Key(var("d"), text("a")), var("n")),
        e.Equal(e.Index(var("xs"), var("n")), var("n")),
        e.Equal(e.ErrorData(var("err"), "amount"), var("n")),
        e.Compare(">", e.Arithmetic("/", var("n"), var("m"), "float"), var("n")),
        e.Compare(">", e.Arithmetic("//", var("n"), whole(0), INT), var("n")),
        e.Compare(">", var("maybe"), var("n")),
        e.IsNone(e.Field(e.Field(var("order"), "class"), "note")),
        e.Equal(e.Fold("max", var("xs"), INT), var("n")),
    ],
)
def test_and_is_an_if_where_its_right_side_may_fail(risky: e.Expression) -> None:
    (*_, test) = value_of(e.And(var("b"), risky))
    assert isinstance(test, s.If)
    assert test.test == var("b")
    assert test.otherwise == (s.Let("k", e.Const(False, Type("bool")), "7.otherwise.0"),)


def test_or_evaluates_its_right_side_only_where_the_left_one_does_not_hold() -> None:
    (test,) = value_of(e.Or(var("b"), e.HasKey(e.Merge(var("d"), e.Dict(())), text("a"))))
    assert isinstance(test, s.If)
    assert [one.id for one in test.then] == ["7.then.0"]
    assert [one.id for one in test.otherwise] == ["7.otherwise.0", "7.otherwise.1"]


def test_a_container_in_an_expression_is_a_variable() -> None:
    record, let = value_of(e.Field(NO_ORDER, "total"))[-2:]
    assert isinstance(record, s.Let)
    assert isinstance(record.value, e.Record)
    assert let == s.Let("k", e.Field(var("record_1"), "total"), "7")


def test_containers_in_containers_stay_where_data_may_stand() -> None:
    rows = e.List((wholes(whole(1)), wholes(e.Length(var("s"), TEXT))), WHOLES)
    call = s.Call("", "echo", (e.Entry("value", rows),), id="0")
    assert lowered(call) == (call,)


def test_a_computed_key_is_in_a_let_of_its_own() -> None:
    table = e.Dict((e.Pair(var("s"), whole(1)),))
    assert value_of(table) == (s.Let("k", table, "7"),)
    made, returned = lowered(s.Return(e.List((table,), Type("dict", WHOLE)), "0"))
    assert made == s.Let("dict_1", table, "0.before.0")
    assert isinstance(returned, s.Return)


def test_a_computed_key_is_never_assigned_to_the_dict_it_is_read_from() -> None:
    table = e.Dict((e.Pair(var("s"), e.Key(var("d"), var("s"))),))
    made, let = lowered(s.Let("d", table, "0"))
    assert made == s.Let("dict_1", table, "0.before.0")
    assert let == s.Let("d", var("dict_1"), "0")


def test_items_are_appended_one_by_one() -> None:
    (let,) = value_of(e.Concat(var("xs"), wholes(whole(1), whole(2))))
    assert isinstance(let, s.Let)
    assert let.value == e.Concat(e.Concat(var("xs"), wholes(whole(1))), wholes(whole(2)))


def test_a_list_of_lists_is_appended_as_one_item() -> None:
    made, let = value_of(e.Concat(var("rows"), e.List((var("xs"), wholes()), WHOLES)))
    assert made == s.Let("items_1", wholes(), "7.before.0")
    assert isinstance(let, s.Let)
    assert isinstance(let.value, e.Concat)
    assert let.value.right == e.List((var("items_1"),), WHOLES)


def test_what_is_written_twice_is_a_variable() -> None:
    part, let = value_of(e.Arithmetic("%", plus(var("m"), whole(1)), whole(4), INT))
    assert part == s.Let("part_1", plus(var("m"), whole(1)), "7.before.0")
    assert let == s.Let("k", e.Arithmetic("%", var("part_1"), whole(4), INT), "7")


def test_the_message_of_a_check_is_made_where_it_fails() -> None:
    (test,) = lowered(s.Check(IS_BIG, "KeyError", MESSAGE, "3", "", ir.Span("a.py", 3)))
    assert isinstance(test, s.If)
    assert test.then == ()
    last = test.otherwise[-1]
    assert isinstance(last, s.Check)
    assert (last.id, last.test, last.error) == ("3", e.Const(False, Type("bool")), "KeyError")


def test_texts_of_many_parts_are_built_in_portions() -> None:
    long = e.Text(tuple([var("s"), text("-" * 10)] * 40))
    made = value_of(long)
    assert len(made) > 3
    assert all(WORKFLOWS.weight(one.value) <= WORKFLOWS.most for one in made if isinstance(one, s.Let))


def test_a_long_constant_is_data_by_itself() -> None:
    made, let = value_of(e.Text((text("x" * 1000), var("s"))))
    assert made == s.Let("part_1", text("x" * 1000), "7.before.0")
    assert let == s.Let("k", e.Text((var("part_1"), var("s"))), "7")


def test_many_classes_are_tested_in_portions() -> None:
    names = tuple(f"VeryLongNameOfAnErrorNumber{number}" for number in range(30))
    made = value_of(e.ErrorIs(var("err"), names))
    found = [one.value for one in made if isinstance(one, s.Let)]
    assert sum(len(one.names) for one in found if isinstance(one, e.ErrorIs)) == 30
    assert all(WORKFLOWS.weight(one) <= WORKFLOWS.most for one in found)


def test_a_long_sum_is_split() -> None:
    total: e.Expression = var("n")
    for number in range(150):
        total = plus(total, whole(number))
    made = value_of(total)
    assert all(WORKFLOWS.weight(one.value) <= WORKFLOWS.most for one in made if isinstance(one, s.Let))
    assert len(made) < 20


def test_what_no_statement_stands_for_is_a_bug_of_the_table() -> None:
    with pytest.raises(InternalError, match="no statement stands for Length, which odd lacks"):
        lower(returning(e.Length(var("xs"), LIST)), Capabilities(name="odd", rules={"Length": LOWERED}))


def test_long_chains_of_conditions_are_lowered_in_time() -> None:
    test: e.Expression = var("b")
    for _ in range(60):
        test = e.And(test, e.Equal(e.Key(var("d"), text("a")), var("n")))
    for _ in range(60):
        test = e.Choose(e.IsNone(var("j")), test, e.Not(test)) if _ < 3 else e.Or(e.IsNone(var("j")), test)
    assert len(value_of(test)) == 1


# --- names, ids, spans


def test_new_variables_are_declared_with_their_types() -> None:
    after = lower(program([s.Let("k", e.Field(NO_ORDER, "total"), "0")]), WORKFLOWS)
    new = {one.name: one.type for one in after.variables[len(program([]).variables) :]}
    assert new == {"value_1": WHOLE, "item_1": WHOLE, "record_1": ORDER}


def test_every_variable_that_is_used_is_declared_and_typed() -> None:
    after = lower(program(STATEMENT_SAMPLES), WORKFLOWS)
    types = Types(after)
    for one in statements(after.body):
        for name in written_by(one):
            assert types.of(e.Var(name)).kind


def test_a_new_name_is_nobody_elses() -> None:
    after = lower(program([s.Let("items_1", DOUBLED, "0"), s.Let("items_2", wholes(), "1")]), WORKFLOWS)
    assert [name for one in after.body for name in written_by(one)] == ["items_3", "x", "items_1", "items_2"]


def test_the_items_of_two_equal_comprehensions_are_two_variables() -> None:
    after = lower(program([s.Let("k", e.Fold("sum", DOUBLED, INT), "0"), s.Let("xs", DOUBLED, "1")]), WORKFLOWS)
    items = [one.item for one in statements(after.body) if isinstance(one, s.For)]
    assert items == ["x", "x_1"]
    assert next(one for one in after.variables if one.name == "x_1").source == "x"


def test_ids_and_labels_are_unique_and_those_of_before_are_kept() -> None:
    before, after = STATEMENT_SAMPLES, list(statements(lower(program(STATEMENT_SAMPLES), WORKFLOWS).body))
    names = [one.id for one in after]
    assert len(names) == len(set(names))
    assert {one.id for one in statements(tuple(before))} <= set(names)
    labels = [one.label for one in after if isinstance(one, (s.For, s.Loop))]
    assert len(labels) == len(set(labels))


def test_what_is_added_stands_where_its_statement_stands() -> None:
    span = ir.Span("shop.py", 12, 5, 9)
    added = lowered(s.Let("k", COSTLY, "0", "the total", span))
    assert {one.span for one in statements(added)} == {span}
    assert [one.note for one in added] == ["", "", "the total"]


def test_lowering_is_the_same_every_time() -> None:
    assert lower(program(STATEMENT_SAMPLES), WORKFLOWS) == lower(program(STATEMENT_SAMPLES), WORKFLOWS)


def test_a_branch_writes_only_its_own_variables() -> None:
    after = lower(program(STATEMENT_SAMPLES), WORKFLOWS)
    for branch, outside in branches(after.body):
        assert not set(writes(branch)) & set(outside)


def branches(body: Block) -> Iterator[tuple[Block, list[str]]]:
    """The body of each branch, and the variables that are written outside of it."""
    for one in statements(body):
        found: list[s.Branch] = []
        if isinstance(one, s.Gather):
            found = list(one.branches)
        elif isinstance(one, s.FanOut):
            found = [one.branch]
        for branch in found:
            inside = {id(part) for part in statements(branch.body)}
            yield (
                branch.body,
                [name for part in statements(body) if id(part) not in inside for name in written_by(part)],
            )


def writes(body: Block) -> list[str]:
    return [name for one in statements(body) for name in written_by(one)]


def written_by(one: Any) -> list[str]:
    names = [getattr(one, "target", ""), *getattr(one, "targets", ())]
    if isinstance(one, (s.For, s.FanOut)):
        names.append(one.item)
    return [name for name in names if name]


# --- tables of one's own


def test_a_backend_may_lack_one_thing_only() -> None:
    table = Capabilities(name="no-sums", rules={"Fold:sum": LOWERED})
    before = program([s.Let("k", e.Fold("sum", DOUBLED, INT), "0"), s.Return(e.Fold("max", DOUBLED, INT), "1")])
    made = lower(before, table)
    loop = made.body[1]
    assert isinstance(loop, s.For)
    assert loop.source is DOUBLED
    assert made.body[-1] is before.body[-1]


def test_a_comprehension_that_is_printed_gives_way_where_its_element_cannot_be() -> None:
    table = Capabilities(name="no-choice", rules={"Choose": LOWERED})
    chosen = e.Map("x", var("xs"), None, e.Choose(IS_BIG, var("x"), whole(0)))
    made = lower(returning(chosen), table).body
    assert [type(one) for one in made] == [s.Let, s.For, s.Return]
    assert [one.id for block in blocks(made[1]) for one in block] == ["0.before.1.body.0", "0.before.1.body.1"]


def test_a_backend_may_evaluate_both_sides_of_a_choice() -> None:
    table = Capabilities(name="eager", rules={"Choose": EAGER})
    safe = returning(e.Choose(IS_BIG, plus(var("n"), whole(1)), whole(0)))
    assert lower(safe, table) is safe
    risky = returning(e.Choose(e.HasKey(var("d"), text("z")), e.Key(var("d"), text("z")), whole(0)))
    assert outcome(lower(risky, table), ARGUMENTS) == outcome(risky, ARGUMENTS)
    assert isinstance(lower(risky, table).body[0], s.If)


def test_a_comprehension_whose_item_is_not_declared_gets_it_declared() -> None:
    orchestration = returning(e.Map("undeclared", var("xs"), None, var("undeclared")))
    after = lower(orchestration, WORKFLOWS)
    assert ir.Variable("undeclared", WHOLE, "undeclared") in after.variables


def test_a_name_longer_than_an_expression_may_be_gets_a_short_one() -> None:
    name = "n" * 160
    before = program([s.Let(name, var("s"), "0"), s.Return(e.Contains(var(name), var(name)), "1")], **{name: STRING})
    after = lower(before, WORKFLOWS)
    assert problems(after, WORKFLOWS) == []
    assert outcome(after, ARGUMENTS) == outcome(before, ARGUMENTS)


def test_variables_that_nobody_reads_any_more_are_not_declared() -> None:
    after = lower(program([s.Let("k", COSTLY, "0"), replace(STATEMENT_SAMPLES[0], id="1")]), WORKFLOWS)
    known = {one.name for one in after.variables} - {one.name for one in program([]).variables}
    assert known <= {name for one in statements(after.body) for name in written_by(one)}
