"""The scheduler: retries, time-outs, branches, limits, events, on virtual time."""

from __future__ import annotations

from typing import Any

import pytest

from cloudless.engine import Definition, Scheduler
from cloudless.ir import Application, Config, TypeRef
from cloudless.ir.expression import Const, Entry, ErrorPart, List, Map, Var
from cloudless.ir.handler import Retry
from cloudless.ir.statement import Branch, Call, Except, FanOut, For, Gather, Return, Sleep, Statement, Try, Uuid, Wait
from cloudless.ir.type import INT, Type
from cloudless.passes.definition import definition, identity
from tests.unit.engine.virtual import ANY, NOWHERE, Failed, Took, VirtualHost, execute, orchestration

Body = list[Statement]


def number(value: int) -> Const:
    return Const(value, Type(INT))


def branch(callee: str, **arguments: str) -> Branch:
    given = tuple(Entry(name, Var(value)) for name, value in arguments.items())
    return Branch((Call("t", callee, given, id="b"), Return(Var("t"))))


class Flaky:
    """Fails as often as it is told to, each time with another error, then succeeds."""

    def __init__(self, *errors: tuple[str, ...]) -> None:
        self.errors = list(errors)

    def __call__(self) -> str:
        if self.errors:
            raise Failed(*self.errors.pop(0))
        return "done"


def attempt(errors: list[tuple[str, ...]], retry: Retry | None) -> tuple[Any, float, int]:
    body: Body = [Call("x", "work", (), retry=retry, id="0"), Return(Var("x"))]
    outcome, end_s, asked = execute(orchestration("f", body, calls=["work"]), functions={"work": Flaky(*errors)})
    return outcome, end_s, sum(1 for one in asked if one[1] == "work")


def test_a_step_is_tried_as_often_as_its_retry_says_and_waits_grow_to_their_ceiling() -> None:
    retry = Retry(attempts=4, delay_s=1, factor=3, max_delay_s=5)
    outcome, end_s, calls = attempt([("Oops",)] * 3, retry)
    assert (outcome, end_s, calls) == ({"v": "done"}, 1 + 3 + 5, 4)
    outcome, end_s, calls = attempt([("Oops",)] * 4, retry)
    assert (outcome is not None and outcome["err"]["type"], calls) == ("Oops", 4)


def test_an_error_outside_of_the_retry_is_not_tried_again_and_derived_ones_are_inside() -> None:
    retry = Retry(attempts=3, on=("shop.errors:PaymentFailed",))
    assert attempt([("Other",)], retry)[2] == 1
    assert attempt([("CardDeclined", "PaymentFailed")], retry)[2] == 2


def test_failures_of_the_platform_are_counted_by_themselves_and_come_before_the_users_retry() -> None:
    crash = ("Crashed", "PlatformError")
    assert attempt([crash, crash], None) == ({"v": "done"}, 3.0, 3)
    outcome, _, calls = attempt([crash] * 3, Retry(attempts=9))
    assert (outcome["err"]["type"], calls) == ("Crashed", 3)
    outcome, _, calls = attempt([crash, ("Oops",), crash, ("Oops",)], Retry(attempts=3))
    assert (outcome, calls) == ({"v": "done"}, 5)


def test_every_attempt_has_the_same_key() -> None:
    body: Body = [Call("x", "work", (), retry=Retry(attempts=2), id="0"), Return(Var("x"))]
    _, _, asked = execute(orchestration("f", body, calls=["work"]), functions={"work": Flaky(("Oops",))})
    assert [one[3:] for one in asked if one[1] == "work"] == [(1, "e1/f:0"), (2, "e1/f:0")]


def test_a_step_that_takes_too_long_is_a_time_out_and_its_late_result_is_ignored() -> None:
    late = Try(
        (Call("x", "slow", (), timeout_s=5, id="0.0"), Return(Var("x"))),
        (Except(("TimeoutError",), "e", (Sleep(number(10), id="s"), Return(ErrorPart(Var("e"), "type")))),),
    )
    program = orchestration("f", [late], calls=["slow"])
    assert execute(program, functions={"slow": lambda: Took(7, "late")})[:2] == ({"v": "TimeoutError"}, 15.0)
    assert execute(program, functions={"slow": lambda: Took(4, "in time")})[:2] == ({"v": "in time"}, 4.0)


def itself(x: int) -> int:
    return x


def two_seconds(x: int) -> Took:
    return Took(2, x)


def fan_out(limit: int, *, collect: bool = False) -> Statement:
    return FanOut("r", "item", Var("xs"), limit, branch("work", x="item"), collect=collect, id="0")


@pytest.mark.parametrize(("limit", "end_s"), [(0, 2), (1, 10), (2, 6), (3, 4), (9, 2)])
def test_no_more_branches_run_at_a_time_than_the_limit(limit: int, end_s: int) -> None:
    program = orchestration("f", [fan_out(limit), Return(Var("r"))], calls=["work"])
    outcome, took_s, _ = execute(program, functions={"work": two_seconds}, xs=[1, 2, 3, 4, 5])
    assert (outcome, took_s) == ({"v": [1, 2, 3, 4, 5]}, end_s)


def failing(x: int) -> Took:
    if x < 0:
        raise Failed("Negative", message=str(x))
    return Took(x, x)


def test_all_branches_are_settled_and_then_the_error_of_the_lowest_index_is_raised() -> None:
    program = orchestration("f", [fan_out(0), Return(Var("r"))], calls=["work"])
    outcome, end_s, asked = execute(program, functions={"work": failing}, xs=[9, -2, -1, 4])
    assert outcome is not None
    assert (outcome["err"]["message"], end_s, len(asked)) == ("-2", 9.0, 4)


def test_collected_outcomes_hold_a_value_or_an_error_each() -> None:
    program = orchestration("f", [fan_out(2, collect=True), Return(Var("r"))], calls=["work"])
    outcome, _, _ = execute(program, functions={"work": failing}, xs=[3, -1])
    assert outcome == {
        "v": [{"value": 3, "error": None}, {"value": None, "error": {"type": "Negative", "message": "-1"}}]
    }


def test_a_fan_out_of_nothing_gives_an_empty_list() -> None:
    program = orchestration("f", [fan_out(3), Return(Var("r"))], calls=["work"])
    assert execute(program, functions={"work": failing}, xs=[]) == ({"v": []}, 0.0, [])


def test_branches_of_a_gather_may_be_orchestrations_and_keep_their_order() -> None:
    child = orchestration(
        "child",
        [Sleep(Var("s"), id="0"), Call("x", "work", (Entry("x", Var("s")),), id="1"), Return(Var("x"))],
        calls=["work"],
    )
    body = [Gather(("a", "b"), (branch("child", s="long"), branch("child", s="short")), id="0")]
    program = orchestration("f", [*body, Return(List((Var("a"), Var("b")), ANY))], children=["child"])
    outcome, end_s, asked = execute(program, child, functions={"work": itself}, long=5, short=2)
    assert (outcome, end_s) == ({"v": [5, 2]}, 5.0)
    assert [one[4] for one in asked if one[1] == "work"] == ["e1/f:0[1]:b/child:1", "e1/f:0[0]:b/child:1"]


def waiting(timeout: int | None) -> Statement:
    return Try(
        (Wait("x", "go", None if timeout is None else number(timeout), id="0"),),
        (Except(("TimeoutError",), "x", ()),),
    )


def test_events_are_taken_in_order_of_arrival_whether_they_come_early_or_late() -> None:
    body: Body = [Sleep(number(3), id="s"), Wait("a", "go", id="0"), Wait("b", "go", id="1"), Wait("c", "go", id="2")]
    program = orchestration("f", [*body, Return(List((Var("a"), Var("b"), Var("c")), ANY))])
    outcome, end_s, _ = execute(program, events=[(1, "go", "first"), (2, "go", "second"), (9, "go", "third")])
    assert (outcome, end_s) == ({"v": ["first", "second", "third"]}, 9.0)


def test_an_event_after_the_time_out_is_kept_for_the_next_wait() -> None:
    body = [waiting(5), Wait("y", "go", id="1"), Return(Var("y"))]
    outcome, end_s, _ = execute(orchestration("f", body), events=[(7, "go", "late")])
    assert (outcome, end_s) == ({"v": "late"}, 7.0)


def test_an_event_whose_id_came_before_is_dropped() -> None:
    host = VirtualHost({})
    program = orchestration("f", [Wait("a", "go", id="0"), waiting(5), Return(Var("a"))])
    plain = definition(Application(name="app", orchestrations=(program,)), "f")
    host.scheduler = Scheduler(Definition(plain), "e1", host)
    host.event(1, "go", "once", "id-1")
    host.event(2, "go", "again", "id-1")
    host.scheduler.start({})
    assert (host.run(), host.scheduler.outcome) == (6.0, {"v": "once"})


def test_a_uuid_is_of_version_4_and_another_in_each_round() -> None:
    item = Branch((Uuid("u", id="b"), Return(Var("u"))))
    program = orchestration("f", [FanOut("r", "i", Var("xs"), 0, item, id="0"), Return(Var("r"))])
    first, _, _ = execute(program, xs=[1, 2, 3])
    second, _, _ = execute(program, xs=[1, 2, 3])
    assert first == second
    assert first is not None
    assert len(set(first["v"])) == 3
    assert all(one[14] == "4" and one[19] in "89ab" and len(one) == 36 for one in first["v"])


def test_a_divided_fan_out_gives_what_an_undivided_one_gives_with_the_same_keys() -> None:
    program = orchestration("f", [fan_out(3), Return(Var("r"))], calls=["work"])
    whole = execute(program, functions={"work": two_seconds}, xs=list(range(10)))
    host = Divided({"work": two_seconds})
    outcome, asked = host.execute(program, xs=list(range(10)))
    assert outcome == whole[0]
    assert sorted(one[4] for one in asked if one[1] == "work") == sorted(one[4] for one in whole[2])


class Divided(VirtualHost):
    """Runs portions of three in schedulers of their own, each to its end."""

    portion_size = 3

    def execute(self, program: Any, **arguments: Any) -> tuple[Any, list[tuple[Any, ...]]]:
        plain = Definition(definition(Application(name="app", orchestrations=(program,)), program.name))

        def portion(**payload: Any) -> Any:
            return self._portion(plain, payload)

        self.functions[""] = portion
        self.scheduler = Scheduler(plain, "e1", self)
        self.scheduler.start(arguments)
        self.run()
        return self.scheduler.outcome, self.asked

    def _portion(self, plain: Definition, payload: dict[str, Any]) -> Any:
        host = VirtualHost({name: work for name, work in self.functions.items() if name})
        host.scheduler = Scheduler(plain, "e1", host)
        host.scheduler.begin(plain.portion(payload, host))
        host.run()
        self.asked += host.asked
        assert host.scheduler.outcome is not None
        return host.scheduler.outcome["v"]


def test_definitions_that_differ_in_places_only_are_one_and_others_are_not() -> None:
    def sha(name: str, seconds: int) -> str:
        program = orchestration("f", [Sleep(number(seconds), id="0", note=name)])
        return identity(definition(Application(name="app", orchestrations=(program,)), "f"))

    assert sha("one", 1) == sha("other", 1)
    assert sha("one", 1) != sha("one", 2)


def test_definitions_that_go_through_other_lists_are_others() -> None:
    def sha(body: Body) -> str:
        return identity(definition(Application(name="app", orchestrations=(orchestration("f", body),)), "f"))

    same = Branch((Return(Var("x"), id="1"),))
    loops: list[Body] = [[For("l", "x", Var(name), (), id="0")] for name in ("xs", "ys")]
    fans: list[Body] = [[FanOut("", "x", Var(name), 0, same, id="0")] for name in ("xs", "ys")]
    maps: list[Body] = [[Return(Map("x", Var(name), None, Var("x")), id="0")] for name in ("xs", "ys")]
    assert len({sha(body) for body in (*loops, *fans, *maps)}) == 6


def test_constants_are_data_whatever_they_look_like() -> None:
    def plain(note: str) -> dict[str, Any]:
        value = {"node": "Setting", "name": "n", "note": note, "id": "0"}
        body: Body = [Sleep(number(1), id="0"), Return(Const(value, ANY))]
        configs = (Config(name="n", type=TypeRef(name="int"), default=1, has_default=True, span=NOWHERE),)
        return definition(Application(name="app", orchestrations=(orchestration("f", body),), configs=configs), "f")

    returned = plain("a")["orchestrations"]["f"]["body"][1]["value"]
    assert returned["value"] == {"node": "Setting", "name": "n", "note": "a", "id": "0"}
    assert identity(plain("a")) != identity(plain("b"))
