"""explore finds what plain tests do not see, and shrinks it to what matters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cloudless import App
from cloudless.errors import InvalidArgument
from cloudless.testing import Fault, Simulation, explore, simulate
from tests.unit.testing import planted

Test = Callable[[Simulation], None]


def sold_once(cloud: Simulation) -> None:
    planted.store.values.clear()
    planted.sales.send({"amount": 3})
    cloud.run()
    assert planted.store.get("sold") == 3


def the_last_price_counts(cloud: Simulation) -> None:
    planted.store.values.clear()
    planted.prices.send({"euros": 1})
    planted.prices.send({"euros": 2})
    cloud.run()
    assert planted.store.get("price") == 2


def whoever_pays_gets_a_receipt(cloud: Simulation) -> None:
    planted.store.values.clear()
    planted.payments.send({"id": "7"})
    cloud.run()
    assert planted.store.get("receipt 7")


def the_balance_is_right(cloud: Simulation) -> None:
    planted.store.values.clear()
    planted.deposits.send({"id": "1", "amount": 5})
    planted.withdrawals.send({"id": "2", "amount": 3})
    cloud.run()
    crashed = [
        call for one in (planted.deposit, planted.withdraw) for call in cloud.calls(one) if call.outcome == "crash"
    ]
    assert crashed or planted.store.get("balance") == 2  # a crash is another bug of theirs


PLANTED: list[tuple[App, Test]] = [
    (planted.counting, sold_once),
    (planted.latest, the_last_price_counts),
    (planted.hasty, whoever_pays_gets_a_receipt),
    (planted.account, the_balance_is_right),
]


def found(app: App, test: Test, **options: Any) -> list[Fault]:
    """The schedule that breaks a test, as it is printed."""
    with pytest.raises(AssertionError) as problem:
        explore(app, **options)(test)()
    text = problem.value.__notes__[-1]
    assert "with simulate(app, faults=faults) as cloud:" in text
    space: dict[str, Any] = {}
    exec(text[text.index("    faults = [") : text.index("    with")].strip(), {"Fault": Fault}, space)
    faults: list[Fault] = space["faults"]
    return faults


@pytest.mark.parametrize(("app", "test"), PLANTED, ids=lambda one: getattr(one, "name", None))
def test_the_plain_test_passes_and_the_explored_one_fails_with_few_faults_as_printed(app: App, test: Test) -> None:
    with simulate(app, seed=1) as cloud:  # a seed that happens to keep two messages in order
        test(cloud)
    faults = found(app, test)
    assert 1 <= len(faults) <= 3
    with pytest.raises(AssertionError), simulate(app, faults=faults) as cloud:
        test(cloud)


@pytest.mark.parametrize("seed", range(5))
def test_they_are_found_under_any_seed(seed: int) -> None:
    for app, test in PLANTED:
        assert len(found(app, test, seed=seed)) <= 3


def test_what_is_found_is_what_matters() -> None:
    (fault,) = found(planted.latest, the_last_price_counts, faults=["reorder", "slow"])
    assert (fault.kind, fault.handler) == ("reorder", "remember")
    assert [fault.kind for fault in found(planted.counting, sold_once, faults=["duplicate", "reorder"])] == [
        "duplicate"
    ]
    (fault,) = found(planted.account, the_balance_is_right, faults=["slow", "throttle"])
    assert fault.kind == "slow"


@pytest.fixture
def amount() -> int:
    return 3


@explore(planted.latest, examples=20)
def test_fixtures_of_pytest_are_given(cloud: Simulation, amount: int) -> None:
    planted.prices.send({"euros": amount})
    cloud.run()
    assert planted.store.get("price") == amount


class TestInAClass:
    @explore(planted.latest, examples=20, faults=["delay"])
    def test_a_method_is_explored_as_well(self, cloud: Simulation) -> None:
        planted.prices.send({"euros": 1})
        cloud.run()
        assert isinstance(self, TestInAClass)


def test_a_correct_program_passes_under_every_schedule() -> None:
    runs: list[int] = []

    @explore(planted.account, examples=100, faults=["duplicate", "delay", "reorder", "throttle"])
    def test(cloud: Simulation) -> None:
        runs.append(1)
        planted.store.values.clear()
        planted.deposits.send_all([{"id": "1", "amount": 5}, {"id": "2", "amount": 6}])
        cloud.run()
        assert planted.store.get("balance") == 11

    test()
    assert len(runs) == 102  # the first two have no faults


def test_a_test_that_fails_without_faults_fails_so() -> None:
    @explore(planted.account)
    def test(cloud: Simulation) -> None:
        raise LookupError("plain")

    with pytest.raises(LookupError, match="plain") as problem:
        test()
    assert not hasattr(problem.value, "__notes__")


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: explore(planted.account, examples=0), "give a number of 1 or more"),
        (lambda: explore(planted.account, faults=["crashes"]), "did you mean 'crash'"),
        (lambda: explore(planted.account, exmples=3), "did you mean 'examples'"),  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
        (lambda: explore(planted.account)(lambda: None), "a parameter for the simulation"),
    ],
)
def test_what_cannot_be_explored_is_refused(make: Callable[[], object], text: str) -> None:
    with pytest.raises(InvalidArgument, match=text):
        make()


def test_a_test_that_keeps_state_is_told_so() -> None:
    done: list[int] = []

    @explore(planted.latest)
    def test(cloud: Simulation) -> None:
        planted.prices.send({"euros": 1})
        cloud.run()
        done.append(1)
        assert len(done) == 1

    with pytest.raises(AssertionError) as problem:
        test()
    assert "passed the first time, and failed the second" in problem.value.__notes__[-1]


def test_a_test_in_which_nothing_runs_is_refused() -> None:
    @explore(planted.latest)
    def test(cloud: Simulation) -> None:
        planted.prices.send({"euros": 1})

    with pytest.raises(InvalidArgument, match=r"call cloud\.run\(\)"):
        test()


def test_what_pytest_raises_is_explored_as_well() -> None:
    @explore(planted.counting, faults=["duplicate"])
    def test(cloud: Simulation) -> None:
        planted.store.values.clear()
        planted.sales.send({"amount": 3})
        cloud.run()
        if planted.store.get("sold") != 3:
            pytest.fail("sold twice")

    with pytest.raises(pytest.fail.Exception, match="sold twice") as problem:
        test()
    assert 'Fault("duplicate", "count", 1)' in problem.value.__notes__[-1]


def test_an_example_that_skips_itself_passes() -> None:
    @explore(planted.latest, examples=20)
    def test(cloud: Simulation) -> None:
        planted.prices.send({"euros": 1})
        cloud.run()
        if len(cloud.calls(planted.remember)) != 1:
            pytest.skip("not this one")

    test()


async def never(cloud: Simulation) -> None: ...


def test_a_test_that_is_async_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="write it with a plain def"):
        explore(planted.latest)(never)


def test_what_is_printed_has_what_the_simulation_needs() -> None:
    @explore(planted.counting, config={"ratio": 0.5}, faults=["duplicate"])
    def test(cloud: Simulation) -> None:
        sold_once(cloud)

    with pytest.raises(AssertionError) as problem:
        test()
    assert "simulate(app, faults=faults, config={'ratio': 0.5}) as cloud:" in problem.value.__notes__[-1]


def test_a_message_whose_handling_is_given_up_is_met_by_poison() -> None:
    (fault,) = found(planted.hasty, whoever_pays_gets_a_receipt, faults=["poison"])
    assert fault.kind == "poison"
    with simulate(planted.hasty, faults=[Fault("poison", "write")]) as cloud:
        planted.store.values.clear()
        planted.payments.send({"id": "8"})
        cloud.run()
        (letter,) = cloud.dead_letters(planted.receipts)
        assert (letter.error.type, letter.error.attempt) == ("Crashed", 5)
