"""Which handlers share a function app, and what each app needs."""

from __future__ import annotations

from importlib import import_module

import pytest

from cloudless.frontend import compile as to_ir
from cloudless.ir import Application
from cloudless_azure.compile.group import BUS, CALLS, HUB, LEDGER, VAULT, Drain, Group, group_name, groups


def application(name: str) -> Application:
    module = import_module(f"cloudless.conformance.apps.{name}")
    return to_ir(module.app, entry=f"{module.__name__}:app", deployable=True)


def by_name(name: str) -> dict[str, Group]:
    return {group.name: group for group in groups(application(name))}


def test_endpoints_share_an_app() -> None:
    found = by_name("endpoints")
    assert list(found) == ["http", "on-work"]
    assert found["http"].endpoints == found["http"].handlers
    assert len(found["http"].endpoints) == len(application("endpoints").endpoints)


def test_a_consumer_has_an_app_of_its_own_and_takes_its_queue() -> None:
    app = application("queues")
    found = groups(app)
    consumed = {source.queue: (group.name, source.handler) for group in found for source in group.sources}
    assert consumed == {one.queue: (group_name(one.handler), one.handler) for one in app.consumers}
    assert all(group.needs and BUS in group.needs for group in found if group.sources)


def test_functions_orchestrations_and_their_queues_share_an_app() -> None:
    found = by_name("orchestrations")["steps"]
    app = application("orchestrations")
    assert found.orchestrations == tuple(one.name for one in app.orchestrations)
    assert found.functions == tuple(one.name for one in app.functions)
    assert {HUB, LEDGER, VAULT} <= set(found.needs)


def test_a_schedule_and_the_consumer_of_its_queue_share_an_app() -> None:
    app = application("schedules")
    timers = {name: group for group in groups(app) for name in group.timers}
    assert timers.keys() == {schedule.name for schedule in app.schedules}
    assert all([source.queue for source in timers[one.name].sources] == [one.queue] for one in app.schedules)


def test_only_guards_need_the_ledger() -> None:
    guarded = {
        group.name for name in ("queues", "ordered", "overlaps") for group in groups(application(name))
        if LEDGER in group.needs
    }  # fmt: skip
    app = application("queues")
    assert guarded >= {group_name(one.handler) for one in app.consumers if one.once}
    assert not guarded & {group_name(one.handler) for one in app.consumers if not one.once}
    assert guarded >= {group_name(one.handler) for one in application("ordered").consumers}


def test_the_app_of_an_ordered_queue_drains_what_the_broker_gives_up() -> None:
    app = application("ordered")
    expected = {
        Drain(queue=one.name, dead_letters=one.dead_letters) for one in app.queues if one.ordered and one.dead_letters
    }
    assert {drain for group in groups(app) for drain in group.drains} == expected


def test_who_invokes_calls_the_app_of_functions() -> None:
    assert {name for name, group in by_name("functions").items() if CALLS in group.needs}


def test_grants_are_the_union_of_the_handlers_with_every_line() -> None:
    app = application("functions")
    for group in groups(app):
        asked = {
            (grant.noun, grant.name, grant.verb, span)
            for handler in group.handlers
            for grant in app.handler(handler).grants
            for span in grant.spans
        }
        assert {(one.noun, one.name, one.verb, span) for one in group.grants for span in one.spans} == asked


@pytest.mark.parametrize(
    ("handler", "name"),
    [("take", "on-take"), ("take_all", "on-take-all"), ("Take", "on-take"), ("take-2", "on-take-2")],
)
def test_a_group_is_named_after_its_handler(handler: str, name: str) -> None:
    assert group_name(handler) == name


def test_names_with_odd_underscores_stay_apart() -> None:
    names = {group_name(handler) for handler in ("take", "_take", "take_", "__take", "ta__ke", "ta_ke")}
    assert len(names) == 6
    assert all("--" not in name and not name.endswith("-") for name in names)
