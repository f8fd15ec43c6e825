"""An orchestration as states: every statement becomes some, and ways out go through the blocks between."""

from cloudless.ir import expression as e
from cloudless.ir import statement as s
from cloudless.ir.type import INT, TEXT, Type
from cloudless.passes.states import Choice, End, Fail, Flow, Pass, Step, edges, flow_of, fused, in_scope, reached
from cloudless.passes.states.block import NESTING, SIMPLE
from cloudless.passes.tree import STATEMENTS
from tests.unit.passes.samples import STATEMENTS as SAMPLES
from tests.unit.passes.samples import program, var, whole

ERROR = e.NewError("ValueError", ("ValueError", "Exception"), e.Const("", Type(TEXT)))
BRANCH = s.Branch((s.Return(var("n")),))


def call(id: str = "0") -> s.Call:
    return s.Call("n", "step", (), id=id)


def flow(*body: s.Statement) -> Flow:
    return flow_of(program(body))


def states(made: Flow, kind: type, *, is_fused: bool = False) -> list[object]:
    start = fused(made.graph, made.start) if is_fused else made.start
    return [made.graph.states[one] for one in reached(made.graph, start) if type(made.graph.states[one]) is kind]


def test_no_statement_is_missing() -> None:
    assert {*SIMPLE, *NESTING} == STATEMENTS


def test_every_way_leads_to_a_state() -> None:
    made = flow(*SAMPLES)
    for label in reached(made.graph, fused(made.graph, made.start)):
        assert all(edge.to in made.graph.states for edge in edges(made.graph.states[label]))


def test_what_follows_nothing_returns_nothing() -> None:
    (end,) = states(flow(), End)
    assert isinstance(end, End)
    assert end.value == e.Const(None, Type("none"))


def test_assignments_in_a_row_are_one_state_in_order() -> None:
    made = flow(s.Let("a", whole(1)), s.Let("b", var("a")), s.Return(var("b")))
    start = made.graph.states[fused(made.graph, made.start)]
    assert isinstance(start, Pass)
    assert start.edge.assign == (("a", whole(1)), ("b", var("a")))


def test_an_error_goes_to_the_handlers_and_past_those_that_do_not_take_it() -> None:
    handler = s.Except(("ValueError",), "e", ())
    made = flow(s.Try((call(),), (handler,)))
    (step,) = states(made, Step)
    assert isinstance(step, Step)
    handlers = made.graph.states[step.failed]
    assert isinstance(handlers, Choice)
    assert handlers.rules[0].test == e.ErrorIs(var(step.error), ("ValueError",))
    assert handlers.rules[0].edge.assign == (("e", var(step.error)),)
    assert isinstance(made.graph.states[handlers.otherwise.to], Fail)


def test_every_way_out_goes_through_finally_and_on() -> None:
    inner = s.If(var("is_big"), (s.Break("l"),), (s.Return(whole(1)),))
    last = (s.Let("seen", whole(2)),)
    made = flow(s.Loop("l", (s.Try((call(), inner), (), (), last),)))
    (after,) = [one for one in states(made, Choice) if isinstance(one, Choice) and one.title == "after finally"]
    ways = [
        rule.test.right.value
        for rule in after.rules
        if isinstance(rule.test, e.Equal) and isinstance(rule.test.right, e.Const)
    ]
    assert sorted(ways) == ["break l", "raise", "return"]


def test_rounds_are_counted_where_keys_tell_them() -> None:
    plain = flow(s.Loop("l", (s.Let("a", whole(1)),)))
    assert not [one for one in states(plain, Pass) if isinstance(one, Pass) and one.title == "next round"]
    made = flow(s.Loop("l", (s.For("m", "x", var("numbers"), (call(),)),)))
    (step,) = states(made, Step)
    assert isinstance(step, Step)
    assert len(step.rounds) == 2


def test_a_range_is_counted_and_its_ends_are_kept() -> None:
    body = (s.Let("n", e.Arithmetic("+", var("n"), var("x"), INT)),)
    made = flow(s.For("l", "x", s.Range(whole(3), var("n"), -2), body))
    (head,) = states(made, Choice)
    assert isinstance(head, Choice)
    (rule,) = head.rules
    assert isinstance(rule.test, e.Compare)
    assert rule.test.op == ">"
    assert rule.test.right != var("n")


def test_branches_are_scopes_of_their_own() -> None:
    made = flow(s.Gather(("a", "b"), (BRANCH, s.Branch((call(), s.Return(var("n")))))))
    (gather,) = [one for one in states(made, Step) if isinstance(one, Step) and type(one.statement) is s.Gather]
    scopes = [in_scope(made.graph, start) for start in (made.start, *gather.branches)]
    assert sum(map(len, scopes)) == len({label for scope in scopes for label in scope})
    (step,) = [one for one in states(made, Step) if isinstance(one, Step) and type(one.statement) is s.Call]
    assert step.error != gather.error
    assert step.rounds == ()


def test_variables_that_are_added_have_names_of_their_own() -> None:
    made = flow(s.Let("raised", whole(1)), s.Let("turn", whole(2)), s.For("l", "x", var("numbers"), (call(),)))
    (step,) = states(made, Step)
    assert isinstance(step, Step)
    assert (step.error, step.rounds) == ("raised_2", ("turn_2",))


def test_an_endless_loop_of_nothing_stays_one() -> None:
    made = flow(s.Loop("l", ()))
    start = fused(made.graph, made.start)
    assert [edge.to for edge in edges(made.graph.states[start])] == [start]
    assert in_scope(made.graph, start) == [start]


def test_a_raise_is_an_assignment_and_a_way() -> None:
    made = flow(s.Raise(ERROR))
    start = made.graph.states[made.start]
    assert isinstance(start, Pass)
    assert start.edge.assign[0][1] == ERROR
    assert isinstance(made.graph.states[start.edge.to], Fail)
