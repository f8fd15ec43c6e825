"""What a deployment would change, from a plan of Terraform's and from the record of the last deployment."""

import json
from typing import Any

from cloudless.compiler.record import OUTPUT, Record
from cloudless.summary import Change, Shift, summary
from cloudless.summary.summary import as_data

NOTHING = Record(app="shop")


def naming(type: str, label: str) -> tuple[str, str]:
    return (f"queue {label}", "its messages") if type == "x_queue" else ("", "")


def resource(label: str, *actions: str, type: str = "x_queue", **more: Any) -> dict[str, Any]:
    change = {"actions": list(actions), **more.pop("change", {})}
    return {"address": f"{type}.{label}", "mode": "managed", "type": type, "name": label, "change": change, **more}


def record(**parts: Any) -> dict[str, Any]:
    """The plan of one who deployed a record before."""
    plain: dict[str, Any] = {
        "version": 1,
        "app": "shop",
        "grants": {},
        "definitions": {},
        "retained": {},
        "endpoints": [],
    }
    return {"output_changes": {OUTPUT: {"actions": ["update"], "before": json.dumps({**plain, **parts})}}}


def changes(*resources: dict[str, Any]) -> tuple[Change, ...]:
    return summary({"resource_changes": list(resources)}, NOTHING, naming=naming).changes


def test_each_change_has_the_programs_name_and_what_it_loses() -> None:
    found = changes(
        resource("new", "create"),
        resource("old", "delete"),
        resource("orders", "delete", "create", change={"replace_paths": [["namespace_id"]]}),
        resource("main", "update", type="x_namespace"),
    )
    assert found == (
        Change(action="add", address="x_queue.new", name="queue new"),
        Change(action="destroy", address="x_queue.old", name="queue old", loses="its messages"),
        Change(
            action="replace",
            address="x_queue.orders",
            name="queue orders",
            loses="its messages",
            because="its namespace_id changes",
        ),
        Change(action="change", address="x_namespace.main"),
    )


def test_two_resources_of_one_thing_lose_it_once() -> None:
    def ledger(type: str, label: str) -> tuple[str, str]:
        return label, "leases"

    plan = {"resource_changes": [resource("ledger", "delete"), resource("ledger", "delete", type="x_account")]}
    assert summary(plan, NOTHING, naming=ledger).losses == ("ledger loses leases",)


def test_what_stays_and_what_is_only_read_is_no_change() -> None:
    assert changes(resource("same", "no-op"), {**resource("read", "read"), "mode": "data"}) == ()


def test_a_replacement_says_why() -> None:
    reasons = {"replace_because_tainted": "making it failed the last time", "replace_by_request": "it was asked for"}
    for reason, text in reasons.items():
        (found,) = changes(resource("orders", "create", "delete", action_reason=reason))
        assert (found.action, found.because) == ("replace", text)
    paths = [["sku"], ["network", 0, "zone"]]
    (found,) = changes(resource("orders", "delete", "create", change={"replace_paths": paths}))
    assert found.because == "its network.0.zone, sku change"


def test_what_is_left_of_a_replacement_holds_nothing_any_more() -> None:
    (found,) = changes(resource("orders", "delete", deposed="a1b2"))
    assert (found.action, found.loses) == ("destroy", "")


def test_what_leaves_the_state_and_stays_is_not_lost() -> None:
    (found,) = changes(resource("orders", "forget"))
    assert (found.action, found.loses) == ("forget", "")


def test_names_of_the_users_modules_are_not_ours() -> None:
    (found,) = changes(resource("orders", "delete", module_address="module.theirs"))
    assert (found.name, found.loses) == ("", "")


def test_resources_are_counted_by_action() -> None:
    plan = {"resource_changes": [resource("a", "delete"), resource("b", "create"), resource("c", "create")]}
    assert list(summary(plan, NOTHING).counts.items()) == [("add", 2), ("destroy", 1)]


def test_what_somebody_took_away_is_told() -> None:
    drift = [resource("orders", "delete"), resource("main", "update", type="x_namespace")]
    found = summary({"resource_drift": drift}, NOTHING, naming=naming)
    assert found.drift == ("queue orders is gone", "x_namespace.main was changed")


def test_a_plan_without_changes_is_empty_and_one_of_outputs_is_not() -> None:
    assert summary({"output_changes": {"url": {"actions": ["no-op"]}}}, NOTHING).is_empty
    found = summary({"output_changes": {"url": {"actions": ["create"]}, **record()["output_changes"]}}, NOTHING)
    assert (found.is_empty, found.outputs) == (False, ("url",))


def test_permissions_are_compared_with_the_last_deployment() -> None:
    after = Record(app="shop", grants={"take": ("publish topic placed", "send queue orders"), "idle": ()})
    plan = record(grants={"take": ["send queue orders", "send queue old"], "gone": ["read secret key"]})
    found = summary(plan, after)
    assert found.has_record
    assert found.shifts == (
        Shift(holder="gone", lost=("read secret key",)),
        Shift(holder="take", gained=("publish topic placed",), lost=("send queue old",)),
    )


def test_the_first_deployment_grants_everything_newly() -> None:
    found = summary({}, Record(app="shop", grants={"take": ("send queue orders",)}))
    assert not found.has_record
    assert found.shifts == (Shift(holder="take", gained=("send queue orders",)),)


def test_a_record_that_nobody_can_read_is_none() -> None:
    for before in ("no JSON", '{"version": 99}', "[]", None, 7, '{"version": 1}'):
        plan = {"output_changes": {OUTPUT: {"actions": ["update"], "before": before}}}
        assert not summary(plan, NOTHING).has_record


def test_everything_is_there_as_json() -> None:
    plan = {**record(grants={"take": ["send queue old"]}), "resource_changes": [resource("orders", "delete")]}
    data = json.loads(json.dumps(as_data(summary(plan, NOTHING, naming=naming, notes=["the state is here"]))))
    assert data == {
        "is_empty": False,
        "counts": {"destroy": 1},
        "changes": [
            {
                "action": "destroy",
                "address": "x_queue.orders",
                "name": "queue orders",
                "loses": "its messages",
                "because": "",
            }
        ],
        "outputs": [],
        "losses": ["queue orders loses its messages"],
        "permissions": {"take": {"gained": [], "lost": ["send queue old"]}},
        "running": [],
        "drift": [],
        "notes": ["the state is here"],
    }
