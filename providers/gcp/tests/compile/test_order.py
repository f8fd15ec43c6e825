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

SUBSCRIPTION = "google_pubsub_subscription.subscriber--placed-mail"
SLEEP = "time_sleep.subscriber--placed-mail"
CODE = "google_storage_bucket_object.code"
FUNCTION = "google_cloudfunctions2_function.mail"
MADE, GONE = "Creation complete", "Destruction complete"


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
