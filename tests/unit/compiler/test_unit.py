"""Which functions there are on a cloud where every handler has one of its own, and what their runtime is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from cloudless import App
from cloudless.compiler.definitions import definitions_of
from cloudless.compiler.entries import entries
from cloudless.compiler.facts import Facts, call_of, noun_of
from cloudless.compiler.package import imports_of
from cloudless.compiler.unit import BROKER, CALL, HTTP, ON, WORKER, Unit
from cloudless.ir import Application
from tests.documents import EVERYTHING, EXAMPLES, conformance, example, program
from tests.unit.compiler.plain import OURS_S, made

needs_examples = pytest.mark.skipif(not EXAMPLES, reason="the examples are not here")


def units(application: Application) -> dict[str, Unit]:
    return made(application)[0]


def facts(application: Application) -> Facts:
    return Facts(application, definitions_of(application, {}))


@pytest.mark.parametrize("application", EVERYTHING)
def test_every_handler_has_a_function_of_its_own(application: Callable[[], Application]) -> None:
    found = units(application())
    assert {one.name for one in application().handlers} == {one.handler for one in found.values() if one.handler}
    assert len({one.module for one in found.values()}) == len(found)


@needs_examples
def test_kinds_say_what_a_function_is_called_with() -> None:
    application = example("02-orders")
    found = units(application)
    assert {one.handler for one in application.endpoints} == {n for n, one in found.items() if one.kind == HTTP}
    assert {one.handler for one in application.functions} == {n for n, one in found.items() if one.kind == CALL}
    consuming = {one.handler for one in application.consumers} | {one.handler for one in application.schedules}
    consuming |= {one.handler for one in application.subscriptions if one.handler}
    assert consuming == {name for name, one in found.items() if one.kind == ON}


@needs_examples
def test_what_orchestrations_do_besides_has_functions_of_ours() -> None:
    found = units(conformance("orchestrations"))
    worker, broker = found["cloudless--worker"], found["cloudless--broker"]
    assert (worker.kind, worker.function, worker.timeout_s) == (WORKER, "shop-prod--worker", OURS_S)
    assert (broker.kind, broker.function, broker.grants) == (BROKER, "shop-prod--broker", ())
    assert {one.noun for one in worker.grants} <= {"queue", "topic"}
    assert "cloudless--broker" not in units(example("04-trip-saga"))
    assert not {"cloudless--worker", "cloudless--broker"} & units(conformance("queues")).keys()


def test_what_nobody_may_handle_twice_asks_the_ledger() -> None:
    app = App("shop")
    orders, steps = app.queue("orders", dict[str, int]), app.ordered_queue("steps", dict[str, int])
    plain = app.queue("plain", dict[str, int])

    @orders.consumer(once_by="id")
    def take(order: dict[str, int]) -> None: ...

    @steps.consumer
    def step(order: dict[str, int]) -> None: ...

    @plain.consumer(timeout=timedelta(seconds=30))
    def look(order: dict[str, int]) -> None: ...

    sources = {name: one.source for name, one in units(program(app)).items()}
    guarded = {name: (source.guarded, source.ordered) for name, source in sources.items() if source}
    assert guarded == {"take": (True, False), "step": (True, True), "look": (False, False)}


@pytest.mark.parametrize(
    ("name", "noun", "call", "told"),
    [
        ("take-order", "queue", "handle_take_order", {"app", "include", "kind", "plan"}),
        ("report", "schedule", "run_report", {"app", "include", "kind", "plan", "timing"}),
        ("create", "http", "answer_create", {"app", "include", "endpoint"}),
        ("charge", "function", "call_charge", {"app", "include", "plan", "later"}),
    ],
)
def test_a_function_is_told_what_its_noun_needs(name: str, noun: str, call: str, told: set[str]) -> None:
    app = App("shop")
    orders = app.queue("orders", dict[str, int])

    @orders.consumer(name="take-order")
    def take(order: dict[str, int]) -> None: ...

    @app.schedule("0 8 * * *")
    def report() -> None:
        charge.invoke_later()

    @app.get("/", public=True)
    def create() -> None: ...

    @app.function
    def charge() -> None: ...

    application = program(app)
    unit = units(application)[name]
    assert (noun_of(unit), call_of(unit)) == (noun, call)
    assert facts(application).of(unit).keys() == told
    assert f"{name} at " in facts(application).what(unit)


def test_the_worker_knows_pure_functions_and_the_broker_who_waits() -> None:
    application = conformance("orchestrations")
    found = units(application)
    known = facts(application)
    told = {name: known.of(found[f"cloudless--{name}"]) for name in ("worker", "broker")}
    assert told["worker"]["plans"].keys() == {one.name for one in application.pures}
    assert told["broker"]["events"] == {one.name: sorted(one.waiters) for one in application.events}


@needs_examples
def test_a_trial_imports_each_module_of_the_program_once() -> None:
    application = example("02-orders")
    lines = imports_of(application, ["cloudless_entry.on_take", application.entry.partition(":")[0]]).splitlines()
    assert lines[0] == f"import {application.entry.partition(':')[0]}"
    assert lines[-1] == "import cloudless_entry.on_take"
    assert len(set(lines)) == len(lines)
    assert {f"import {one.module}" for one in application.handlers} <= set(lines)


@needs_examples
def test_a_function_has_a_module_and_what_is_told_there_beside_it() -> None:
    application = example("02-orders")
    found = units(application).values()
    made = entries(
        found,
        facts(application),
        {"report": {"ledger": "l"}},
        stage="prod",
        text=lambda unit: "{module} {noun} {maker} {call} in {stage}",
        more={"report": {"ticks": {}}},
    )
    assert made["cloudless_entry/on_report.py"] == b"on_report schedule schedule run_report in prod"
    told = json.loads(made["cloudless_entry/on_report.json"])
    assert (told["addresses"], told["facts"]["ticks"]) == ({"ledger": "l"}, {})
    assert len(made) == 2 * len(found)
