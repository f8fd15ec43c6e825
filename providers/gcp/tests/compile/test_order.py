"""In which order a deployment changes what there is, with the real terraform: nothing of a backlog is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cloudless import App, any_of
from cloudless.ir import Application
from providers.gcp.tests.compile.documents import program, resources, write
from tests import tools
from tests.documents import applied

pytestmark = pytest.mark.slow

ROLES = "time_sleep.cloudless--roles"
SUBSCRIPTION = "google_pubsub_subscription.subscriber--placed-mail"
SLEEP = "time_sleep.subscriber--placed-mail"
CODE = "google_storage_bucket_object.code"
FUNCTION = "google_cloudfunctions2_function.mail"
CHANGED, MADE, GONE = "Modifying", "Creation complete", "Destruction complete"


def shop(*regions: str) -> Application:
    app = App("shop")
    placed = app.topic("placed", dict[str, int], attributes=["region"])

    @placed.subscriber(where={"region": any_of(*regions)})
    def mail(order: dict[str, int]) -> None: ...

    return program(app)


def built(folder: Path, application: Application, bundle: str) -> None:
    write(folder, application)
    names = folder / "bundle.tf.json"
    names.write_text(json.dumps({"locals": {"bundle": bundle, "bundle_sha256": bundle}}))
    (folder / bundle).write_bytes(bundle.encode())


def test_a_changed_filter_makes_another_subscription_and_drains_the_old_one_before_it_goes(tmp_path: Path) -> None:
    """`-replace` for what the provider makes anew under another name, which its schema does not say."""
    tools.require("terraform")
    with applied(tmp_path) as stage:
        built(tmp_path, shop("eu"), "bundle-1.zip")
        stage.apply()
        before = json.loads((tmp_path / "main.tf.json").read_text())["resource"]["time_sleep"]
        built(tmp_path, shop("us"), "bundle-1.zip")
        done = stage.apply(f"-replace={SUBSCRIPTION}", f"-replace={SLEEP}")
    assert before["subscriber--placed-mail"]["destroy_duration"] == "120s"
    made, slept = done.index(f"{SUBSCRIPTION}: {MADE}"), done.index(f"{SLEEP}: {GONE}")
    assert made < done.index(f"{SLEEP}: {MADE}") < slept
    gone = [at for at, line in enumerate(done) if line.startswith(SUBSCRIPTION) and "Destr" in line]
    assert gone
    assert min(gone) > slept


def test_another_filter_is_another_name_and_the_same_filter_the_same() -> None:
    names = {regions: program_name(shop(*regions)) for regions in (("eu",), ("us",), ("eu", "us"))}
    assert len(set(names.values())) == 3
    assert names["eu",] == program_name(shop("eu"))


def program_name(application: Application) -> str:
    return str(resources(application, "google_pubsub_subscription")["subscriber--placed-mail"]["name"])


def test_functions_get_the_new_package_before_the_old_one_goes(tmp_path: Path) -> None:
    tools.require("terraform")
    with applied(tmp_path) as stage:
        built(tmp_path, shop("eu"), "bundle-1.zip")
        stage.apply()
        built(tmp_path, shop("eu"), "bundle-2.zip")
        done = stage.apply(f"-replace={CODE}")
    changed = done.index(f"{FUNCTION}: Modifying")
    assert done.index(f"{CODE}: {MADE}") < changed < done.index(f"{CODE}: {GONE}")


def sending(consumer: str = "take") -> Application:
    app = App("shop")
    orders, placed = app.queue("orders", dict[str, int]), app.topic("placed", dict[str, int])

    @app.post("/orders", public=True)
    def create(order: dict[str, int]) -> None:
        orders.send(order)

    @orders.consumer(name=consumer)
    def take(order: dict[str, int]) -> None:
        placed.publish(order)

    @placed.subscriber
    def mail(order: dict[str, int]) -> None: ...

    return program(app)


def silent() -> Application:
    app = App("shop")

    @app.post("/orders", public=True)
    def create(order: dict[str, int]) -> None: ...

    return program(app)


def test_what_begins_to_send_gets_its_code_after_all_that_follows(tmp_path: Path) -> None:
    """Each subscription after its function and the wait for who may call it, each function after what it sends to.

    What sends no more keeps its role until its next code is there.
    """
    tools.require("terraform")
    stream = [
        f"{ROLES}: {MADE}",
        f"{FUNCTION}: Creating",
        f"time_sleep.mail: {MADE}",
        f"{SUBSCRIPTION}: {MADE}",
        "google_cloudfunctions2_function.take: Creating",
        f"time_sleep.take: {MADE}",
        f"google_pubsub_subscription.orders: {MADE}",
        f"google_cloudfunctions2_function.create: {CHANGED}",
    ]
    with applied(tmp_path) as stage:
        built(tmp_path, silent(), "bundle-1.zip")
        stage.apply()
        built(tmp_path, sending(), "bundle-2.zip")
        done = stage.apply(f"-replace={CODE}", f"-replace={ROLES}")
        assert stage.apply() == []
        built(tmp_path, silent(), "bundle-3.zip")
        undone = stage.apply(f"-replace={CODE}", f"-replace={ROLES}")
    assert [one for one in done if one in stream] == stream
    role = undone.index("google_pubsub_topic_iam_member.create--sends--orders: Destroying")
    assert undone.index("google_cloudfunctions2_function.create: Modifications complete") < role


def test_a_renamed_consumer_goes_when_nothing_is_pushed_to_it_any_more(tmp_path: Path) -> None:
    """And with it, after it, who it was and what it might."""
    tools.require("terraform")
    stream = [
        f"google_cloudfunctions2_function.accept: {MADE}",
        f"time_sleep.accept: {MADE}",
        f"google_pubsub_subscription.orders: {CHANGED}",
        f"google_cloudfunctions2_function.create: {CHANGED}",
        "google_cloud_run_v2_service_iam_member.cloudless--push--calls--take: Destroying",
        "google_cloudfunctions2_function.take: Destroying",
        "google_pubsub_topic_iam_member.take--sends--placed: Destroying",
        "google_service_account.take: Destroying",
    ]
    with applied(tmp_path) as stage:
        built(tmp_path, sending(), "bundle-1.zip")
        stage.apply()
        built(tmp_path, sending("accept"), "bundle-2.zip")
        done = stage.apply(f"-replace={CODE}", f"-replace={ROLES}")
    order = [one for one in done if one in stream]
    assert order.index(stream[2]) < order.index(stream[4])
    assert [one for one in order if one != stream[3]] == [one for one in stream if one != stream[3]]


def test_a_queue_that_is_to_keep_an_order_has_another_subscription_before_the_old_one_goes(tmp_path: Path) -> None:
    """`-replace` for what the provider makes anew, under another name: two of one name cannot be."""
    tools.require("terraform")
    one = "google_pubsub_subscription.orders"
    with applied(tmp_path) as stage:
        built(tmp_path, kept(ordered=False), "bundle-1.zip")
        stage.apply()
        built(tmp_path, kept(ordered=True), "bundle-2.zip")
        done = stage.apply(f"-replace={one}", f"-replace={CODE}", f"-replace={ROLES}")
    names = {str(resources(kept(ordered=way), "google_pubsub_subscription")["orders"]["name"]) for way in (True, False)}
    assert len(names) == 2
    assert done.index(f"{one}: {MADE}") < done.index(f"{one}: {GONE}")


def kept(*, ordered: bool) -> Application:
    app = App("shop")
    orders = (app.ordered_queue if ordered else app.queue)("orders", dict[str, int])

    @orders.consumer
    def take(order: dict[str, int]) -> None: ...

    return program(app)
