"""What the bridge reads of Terraform's expressions, and that it refuses the rest."""

from __future__ import annotations

from pathlib import Path as File
from typing import Any

import pytest

from tests.bridge.expression import SPLAT, Path, Unreadable, evaluate, template

KNOWN: dict[Path, Any] = {
    ("var", "region"): "westeurope",
    ("var", "callers"): [],
    ("local", "bundle"): "bundle-1a2b.zip",
    ("local", "callers"): ["a", "b"],
    ("acme_vault", "stage", "id"): "/vaults/v",
    ("acme_vault", "stage", "count"): 3,
    ("acme_app", "on", 0, "id"): "first",
    ("acme_app", "on", "take", "id"): "take's",
    ("acme_layer", "all", SPLAT, "arn"): ["first", "second"],
    ("count", "index"): 1,
    ("feature", "x"): False,
}


def resolve(path: Path) -> Any:
    if path not in KNOWN:
        raise Unreadable(f"nothing is {path}")
    return KNOWN[path]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("", ""),
        ("${var.region}", "westeurope"),
        ("in ${var.region}, ${acme_vault.stage.count} times", "in westeurope, 3 times"),
        ("$${var.region} and %%{if}", "${var.region} and %{if}"),
        ("${acme_vault.stage.count}", 3),
        ("${acme_app.on[0].id}", "first"),
        ('${acme_app.on["take"].id}', "take's"),
        ('${"${var.region}!"}', "westeurope!"),
        (r'${"a \"b\" } c"}', 'a "b" } c'),
        ('${trimsuffix(local.bundle, ".zip")}/x', "bundle-1a2b/x"),
        ('${length(var.callers) > 0 ? distinct(var.callers) : ["me"]}', ["me"]),
        ("${length(local.callers) > 0 ? var.region : gone.gone.gone}", "westeurope"),
        ("${!(1 == 2) && (true || feature.x) ? 1 : 2}", 1),
        ('${var.region == "" ? [] : [var.region]}', ["westeurope"]),
        ('${toset(["b", "a", "b"])}', ["a", "b"]),
        ('${join(" ", local.callers)}', "a b"),
        ("${values({b = 2, a = 1})}", [1, 2]),
        ('${values({b = {id = "second"}, a = {id = "first"}})[*].id}', ["first", "second"]),
        ('${values({a = {id = "first"}})[0].id}', "first"),
        ('${var.region == "x" ? values(gone.x)[*].id : []}', []),
        ('${concat(acme_layer.all[*].arn, ["third"])}', ["first", "second", "third"]),
        ('${timeadd("2026-01-02T12:00:00Z", "-15m")}', "2026-01-02T11:45:00Z"),
        ("${acme_layer.all[*].arn}", ["first", "second"]),
        ('${{a = 1, "b" : var.region, "${var.region}" = [true],}}', {"a": 1, "b": "westeurope", "westeurope": [True]}),
        ("${{}}", {}),
        ('${jsonencode({b = "<é&>", a = [1, null, 1.5]})}', '{"a":[1,null,1.5],"b":"\\u003cé\\u0026\\u003e"}'),
        ('${var.region == "x" ? "a ${gone.x}" : "no"}', "no"),
        ('${var.region == "x" ? jsonencode({a = 1}) : "no"}', "no"),
        ("${null}", None),
        ("${-1.5}", -1.5),
    ],
)
def test_what_builds_write_is_evaluated(text: str, value: Any) -> None:
    assert template(text, resolve) == value


def test_files_are_read(tmp_path: File) -> None:
    (tmp_path / "a.json").write_text("{é}", "utf-8")
    assert template('${file("${path.module}/a.json")}', lambda path: str(tmp_path)) == "{é}"
    assert template('${filebase64("${path.module}/a.json")}', lambda path: str(tmp_path)) == "e8OpfQ=="


def test_lists_and_objects_are_evaluated_within() -> None:
    assert evaluate({"a": ["${var.region}", {"b": 1}], "c": True}, resolve) == {
        "a": ["westeurope", {"b": 1}],
        "c": True,
    }


@pytest.mark.parametrize(
    "text",
    [
        "${",
        "${}",
        "${var.region",
        "${var.unknown}",
        "${var.region +}",
        "${1 + 2}",
        "${[for one in var.callers : one]}",
        "${acme_app.on.*.id}",
        "${acme_app.on[*}",
        "${2 * 3}",
        "${file(var.region)}",
        "${filebase64(var.region)}",
        "${values({a = {id = 1}})[*].name}",
        "${length(local.callers).id}",
        "${yamlencode({})}",
        "${{a 1}}",
        "${{1 = 1}}",
        "${{a = 1}",
        "${var = 1}",
        "%{ if true }x%{ endif }",
        "${var.region var.region}",
        "a list: ${local.callers}",
        '${timeadd("2026-01-02T12:00:00Z", "1d")}',
        "${true ? 1}",
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        template(text, resolve)
