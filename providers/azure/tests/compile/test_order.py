"""In which order a deployment changes what there is, with the real terraform: code runs until the next one is there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cloudless import App
from cloudless.ir import Application
from providers.azure.tests.compile.documents import document, program, resources, write
from tests.documents import applied

pytestmark = pytest.mark.slow

ROLE = "azurerm_role_assignment.on-take_sends_parcels"
QUEUE = "azurerm_servicebus_queue.orders"
PUBLISHED = "azapi_resource_action.on-take"


def shop(*, sends: bool) -> Application:
    app = App("shop")
    orders, parcels = app.queue("orders", dict[str, int]), app.queue("parcels", dict[str, int])

    if sends:

        @orders.consumer
        def take(order: dict[str, int]) -> None:
            parcels.send(order)

    else:

        @orders.consumer
        def take(order: dict[str, int]) -> None: ...

    return program(app)


def built(folder: Path, application: Application, bundle: str) -> None:
    write(folder, application)
    names = folder / "bundle.tf.json"
    content = json.loads(names.read_text())
    content["locals"]["bundle"] = bundle
    names.write_text(json.dumps(content))
    (folder / bundle).write_bytes(b"")


def waits_of(application: Application) -> str:
    (label,) = (one for one in resources(application, "time_sleep") if one.startswith("on-take_"))
    return f"time_sleep.{label}"


def test_a_role_that_is_taken_away_stays_while_the_new_package_waits(tmp_path: Path) -> None:
    """The wait before the end of the old role is not shorter than the one that the new package has."""
    before, after = shop(sends=True), shop(sends=False)
    old, new = waits_of(before), waits_of(after)
    with applied(tmp_path) as stage:
        built(tmp_path, before, "bundle-1.zip")
        stage.apply()
        built(tmp_path, after, "bundle-2.zip")
        done = stage.apply()
    held = [f"{old}: Destruction complete", f"{ROLE}: Destroying", f"{PUBLISHED}: Modifying"]
    assert [one for one in done if one in held] == held
    assert done.index(f"{new}: Creation complete") < done.index(f"{PUBLISHED}: Modifying")
    one = document(before)["resource"]["time_sleep"][old.removeprefix("time_sleep.")]
    assert _seconds(one["destroy_duration"]) > _seconds(one["create_duration"])


def test_what_is_replaced_is_gone_before_its_name_is_taken_again(tmp_path: Path) -> None:
    with applied(tmp_path) as stage:
        built(tmp_path, shop(sends=True), "bundle-1.zip")
        stage.apply()
        done = stage.apply(f"-replace={QUEUE}")
    assert done.index(f"{QUEUE}: Destruction complete") < done.index(f"{QUEUE}: Creating")


def _seconds(text: str) -> int:
    return int(text.removesuffix("s"))
