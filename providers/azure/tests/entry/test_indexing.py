"""Microsoft's worker library reads every function app that is generated, of the conformance suite and the examples."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from pkgutil import iter_modules

import pytest

from cloudless.conformance import apps
from cloudless_azure.compile.group import Group, groups
from providers.azure.tests.entry.generated import application, settings
from providers.azure.tests.entry.goldens import ENTRY as SHOP
from providers.azure.tests.entry.written import write
from providers.azure.tests.functionshost.host import FunctionsHost, IndexingFailed
from providers.azure.tests.functionshost.launcher import Zygote
from providers.azure.tests.servicebus import Broker

ROOT = Path(__file__).parents[4]
EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("*/app.py"))
CONFORMANCE = [f"{apps.__name__}.{module.name}:app" for module in iter_modules(apps.__path__)]
CALLS = ["cl_activity", "cl_call", "cl_orchestrator"]


def environment(broker: Broker, group: str, *paths: Path) -> dict[str, str]:
    """What the app of a group is told, and where it finds what a bundle would have brought."""
    found = [str(path) for path in (*paths, ROOT, ROOT / "providers" / "azure")]
    return {
        "CLOUDLESS_APP": group,
        "CLOUDLESS_SERVICE_BUS": broker.connection_string,
        "PYTHONPATH": os.pathsep.join(found),
    }


def functions_of(host: FunctionsHost) -> dict[str, str]:
    """Every function by name: its entity, its schedule, or the methods that anybody may use."""
    with host:
        found = {trigger.name: trigger.address for trigger in host.triggers}
        found |= {timer.name: timer.schedule.expression for timer in host.timers}
        if host.durable:
            found |= dict.fromkeys(CALLS, "")
        found |= {one.name: ", ".join(one.methods) or "any" for one in host.routes if one.is_anonymous}
        return found


def expected(group: Group) -> set[str]:
    """Names of functions."""
    if group.kind == "http":
        return {"http"}
    if group.kind == "steps":
        later = {f"{source.handler}_later" for source in group.sources}
        return later | set(CALLS if group.orchestrations else ["cl_call"])
    (handler,) = group.handlers
    return {handler} | {f"{handler}_timer" for _ in group.timers} | {f"{handler}_drain" for _ in group.drains}


@pytest.mark.parametrize("entry", [*CONFORMANCE, SHOP])
def test_every_app_of_the_suite_is_indexed(entry: str, broker: Broker, zygote: Zygote, tmp_path: Path) -> None:
    write(tmp_path, entry)
    app = application(entry)
    for group in groups(app):
        env = {**settings(app)[group.name], **environment(broker, group.name)}
        assert functions_of(FunctionsHost(tmp_path, broker, env, zygote=zygote)).keys() == expected(group)


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_every_app_of_an_example_is_indexed(example: Path, broker: Broker, zygote: Zygote, tmp_path: Path) -> None:
    for group in written(tmp_path, example):
        host = FunctionsHost(tmp_path, broker, environment(broker, group, example), zygote=zygote)
        assert functions_of(host)


def written(folder: Path, example: Path) -> Sequence[str]:
    """The groups of an example, whose files are in the folder then."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(example), str(ROOT)])}
    command = [sys.executable, "-m", "providers.azure.tests.entry.written", str(folder), "app:app"]
    done = subprocess.run(command, cwd=example, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_functions_listen_where_their_messages_are(broker: Broker, zygote: Zygote, tmp_path: Path) -> None:
    write(tmp_path, SHOP)
    found: dict[str, str] = {}
    for group in ("http", "on-count", "on-mail", "on-report", "on-step", "on-take", "steps"):
        found |= functions_of(FunctionsHost(tmp_path, broker, environment(broker, group), zygote=zygote))
    assert found == {
        "http": "any",
        "count": "lines",
        "mail": "placed-mail",
        "report": "report",
        "report_timer": "0 0 6,7 * * *",
        "step": "steps",
        "step_drain": "steps/$DeadLetterQueue",
        "take": "orders",
        "charge_later": "charge-later",
        "cl_call": "POST",
        "cl_orchestrator": "",
        "cl_activity": "",
    }


# --- bad input -----------------------------------------------------------------------------------------------

ANNOTATED = """
from typing import Any
from cloudless import App, Message

app = App("annotated")
queue = app.queue("queue", list[dict[str, tuple[int, ...]]])

@queue.consumer(batch_size=10)
def take(bodies: list[Message[list[dict[str, tuple[int, ...]]]]]) -> None: ...

@app.function()
def total(rows: list[dict[str, "int | None"]], note: "str | None" = None) -> dict[str, list[int]]:
    return {}

@app.post("/rows", public=True)
def rows(body: list[dict[str, Any]]) -> "list[dict[str, Any]] | None":
    return body
"""


def test_annotations_of_the_users_never_stop_indexing(
    broker: Broker, zygote: Zygote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`list[…]` on a function of Azure's would: https://github.com/Azure/azure-functions-python-worker/issues/1034."""
    (tmp_path / "annotated.py").write_text(ANNOTATED)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    found = {
        group: functions_of(FunctionsHost(tmp_path, broker, environment(broker, group, tmp_path), zygote=zygote))
        for group in write(tmp_path, "annotated:app")
    }
    assert {group: set(functions) for group, functions in found.items()} == {
        "http": {"http"}, "on-take": {"take"}, "steps": {"cl_call"},
    }  # fmt: skip


def test_an_app_that_is_not_named_says_which_setting_is_missing(broker: Broker, tmp_path: Path) -> None:
    write(tmp_path, SHOP)
    env = environment(broker, "")
    del env["CLOUDLESS_APP"]
    with pytest.raises(IndexingFailed, match="CLOUDLESS_APP"):
        FunctionsHost(tmp_path, broker, env).start()


def test_a_module_of_the_users_that_cannot_be_imported_says_which(broker: Broker, tmp_path: Path) -> None:
    write(tmp_path, SHOP)
    facts = tmp_path / "cloudless_entry" / "on_take.json"
    facts.write_text(facts.read_text().replace("providers.azure.tests.entry.shop", "shop.gone"))
    with pytest.raises(IndexingFailed, match=r"shop"):
        FunctionsHost(tmp_path, broker, environment(broker, "on-take")).start()
