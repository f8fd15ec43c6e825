"""Handlers that use what their code mentions, and one that reaches around it; secrets and configuration."""

from __future__ import annotations

import os
from typing import Any

from cloudless import App, Retry
from cloudless.conformance.journal import VARIABLE, note

app = App("guarded")
once = Retry(attempts=1)
doors = app.queue("doors", dict[str, Any], retry=once)
windows = app.queue("windows", dict[str, Any], retry=once)
alarms = app.topic("alarms", dict[str, Any])
known = app.secret("known")
unknown = app.secret("unknown")
ratio = app.config("ratio", float)
level = app.config("level", int, default=3)
absent = app.config("absent", str)
HIDDEN: dict[str, Any] = {}


@app.function
def helper() -> str:
    note("helper")
    return "helped"


def hide() -> None:
    """Give the handlers a way that no reading of their code can find."""
    HIDDEN.update(
        {"send": windows.send, "publish": alarms.publish, "invoke": helper.invoke, "secret": lambda: known.value}
    )


if VARIABLE in os.environ:  # handlers in processes of their own, which no test reaches
    hide()


@doors.consumer
def open_door(body: dict[str, Any]) -> None:
    what = body["use"]
    note("open_door", use=what, value=str(HIDDEN[what](*body.get("with", []))))


@windows.consumer
def open_window(body: dict[str, Any]) -> None:
    note("open_window", secret=known.value, ratio=ratio.value, level=level.value)
    if body.get("missing"):
        note("open_window", secret=unknown.value)


@alarms.subscriber
def ring(body: dict[str, Any]) -> None:
    note("ring", body=body)
