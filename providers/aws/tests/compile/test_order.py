"""In which order a deployment changes what there is, with the real terraform: code runs until the next one is there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cloudless import App
from cloudless.ir import Application
from providers.aws.tests.compile.documents import program, write
from tests import tools
from tests.documents import applied

pytestmark = pytest.mark.slow

POLICY = "aws_iam_role_policy.take"
FUNCTION = "aws_lambda_function.take"
ALIAS = "aws_lambda_alias.take"
QUEUE = "aws_sqs_queue.parcels"
CODE = "aws_s3_object.code"
MADE, CHANGED, GONE = "Creation complete", "Modifications complete", "Destruction complete"
RENAMED = (f"-replace={POLICY}", f"-replace={CODE}")
"""What the provider makes anew under another name, which its schema does not say."""


def shop(*, sends: bool) -> Application:
    app = App("shop")
    orders = app.queue("orders", dict[str, int])

    if sends:
        parcels = app.queue("parcels", dict[str, int])

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
    content["locals"] |= {"bundle": bundle, "bundle_sha256": bundle}
    names.write_text(json.dumps(content))
    (folder / bundle).write_bytes(bundle.encode())


def test_a_function_may_what_it_needs_before_it_runs(tmp_path: Path) -> None:
    tools.require("terraform")
    with applied(tmp_path) as stage:
        built(tmp_path, shop(sends=False), "bundle-1.zip")
        stage.apply()
        built(tmp_path, shop(sends=True), "bundle-2.zip")
        done = stage.apply(*RENAMED)
    assert done.index(f"{QUEUE}: {MADE}") < done.index(f"{POLICY}: {MADE}") < done.index(f"{FUNCTION}: Modifying")


def test_what_is_taken_away_goes_when_the_function_no_longer_needs_it(tmp_path: Path) -> None:
    tools.require("terraform")
    with applied(tmp_path) as stage:
        built(tmp_path, shop(sends=True), "bundle-1.zip")
        stage.apply()
        built(tmp_path, shop(sends=False), "bundle-2.zip")
        done = stage.apply(*RENAMED)
    changed = done.index(f"{FUNCTION}: Modifying")
    assert done.index(f"{POLICY}: {MADE}") < changed < done.index(f"{POLICY}: {GONE}")
    assert changed < done.index(f"{QUEUE}: Destroying")
    assert done.index(f"{CODE}: {MADE}") < changed < done.index(f"{CODE}: {GONE}")


def test_nobody_calls_the_version_of_before_when_its_policy_goes(tmp_path: Path) -> None:
    """The provider says that a version is a new one, which its schema does not: here the alias is told another."""
    tools.require("terraform")
    with applied(tmp_path) as stage:
        built(tmp_path, shop(sends=True), "bundle-1.zip")
        stage.apply()
        built(tmp_path, shop(sends=False), "bundle-2.zip")
        main = tmp_path / "main.tf.json"
        version = "${aws_lambda_function.take.version}"
        assert version in main.read_text()
        main.write_text(main.read_text().replace(version, f"{version}0"))
        done = stage.apply(*RENAMED)
    moved = done.index(f"{ALIAS}: {CHANGED}")
    assert done.index(f"{FUNCTION}: {CHANGED}") < moved < done.index(f"{POLICY}: Destroying")


def test_a_second_time_changes_nothing(tmp_path: Path) -> None:
    tools.require("terraform")
    with applied(tmp_path) as stage:
        built(tmp_path, shop(sends=True), "bundle-1.zip")
        stage.apply()
        assert stage.apply() == []


def test_a_layer_that_is_no_longer_needed_goes_after_the_functions_are_without_it(tmp_path: Path) -> None:
    tools.require("terraform")
    application = shop(sends=True)
    with applied(tmp_path) as stage:
        built(tmp_path, application, "bundle-1.zip")
        stage.apply()
        names = tmp_path / "bundle.tf.json"
        content = json.loads(names.read_text())
        content["locals"] |= {"layer": "", "layer_sha256": ""}
        names.write_text(json.dumps(content))
        done = stage.apply()
    layer = "aws_lambda_layer_version.dependencies[0]"
    assert done.index(f"{FUNCTION}: Modifying") < done.index(f"{layer}: Destroying")
