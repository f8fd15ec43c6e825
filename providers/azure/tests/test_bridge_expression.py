"""What the bridge reads of Terraform's expressions, and that it refuses the rest."""

from __future__ import annotations

from typing import Any

import pytest

from providers.azure.tests.bridge.expression import Path, Unreadable, evaluate, template

KNOWN: dict[Path, Any] = {
    ("var", "region"): "westeurope",
    ("var", "callers"): [],
    ("local", "bundle"): "bundle-1a2b.zip",
    ("local", "callers"): ["a", "b"],
    ("acme_vault", "stage", "id"): "/vaults/v",
    ("acme_vault", "stage", "count"): 3,
    ("acme_app", "on", 0, "id"): "first",
    ("acme_app", "on", "take", "id"): "take's",
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
        ('${timeadd("2026-01-02T12:00:00Z", "-15m")}', "2026-01-02T11:45:00Z"),
        ("${null}", None),
        ("${-1.5}", -1.5),
    ],
)
def test_what_builds_write_is_evaluated(text: str, value: Any) -> None:
    assert template(text, resolve) == value


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
        "${file(var.region)}",
        "${jsonencode({})}",
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
