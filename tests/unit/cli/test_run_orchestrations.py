"""`cloudless run` with orchestrations: executions are started, get events, and stand in the tree."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run

APP = """\
from datetime import timedelta

from cloudless import App

app = App("shop")
approval = app.event("approval", bool)


@app.function
def charge(order: str) -> str:
    if order == "dear":
        raise ValueError("no funds")
    return order


@app.orchestration
def fulfil(order: str, review: bool = False) -> str:
    if review:
        if not approval.wait(timeout=timedelta(days=2)):
            return "refused"
    return charge(order)
"""


@pytest.fixture(autouse=True)
def _app(home: Path) -> None:
    (home / "wares_app.py").write_text(APP)


def test_an_execution_is_started_and_followed_to_its_end(cloudless: Run) -> None:
    result = cloudless("run", "start", "fulfil", '{"order": "1"}', "--id", "order-1")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        'Fri 12:00:00  start fulfil {"order": "1", "review": false}',
        "├── step charge done",
        "└── end fulfil completed",
        "",
        "no messages, 0 deliveries; 1 execution; it is Fri 2026-01-02 12:00:00 UTC",
    ]


def test_a_step_that_fails_says_so_and_its_execution_is_counted(cloudless: Run) -> None:
    lines = cloudless("run", "start", "fulfil", '{"order": "dear"}').stdout.splitlines()
    assert lines[1] == '├── step charge failed: ValueError: no funds {"order": "dear"}'
    assert lines[2] == "└── end fulfil failed: ValueError: no funds"
    assert "1 execution, 1 failed" in lines[-1]


def test_an_execution_that_waits_is_told_as_running_and_ends_with_its_event(home: Path, cloudless: Run) -> None:
    start = {"start": "fulfil", "arguments": {"order": "1", "review": True}, "id": "7"}
    (home / "events.jsonl").write_text(json.dumps(start))
    assert "1 execution, 1 running" in cloudless("run", "--events", "events.jsonl").stdout
    answer = {"event": "approval", "execution": "7", "body": False}
    (home / "events.jsonl").write_text(f"{json.dumps(start)}\n{json.dumps(answer)}")
    result = cloudless("run", "--events", "events.jsonl")
    assert "Fri 12:00:00  event approval false" in result.stdout
    assert "└── end fulfil completed" in result.stdout


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({"start": "fulfill"}, "the application has no orchestration 'fulfill': did you mean 'fulfil'?"),
        ({"start": "fulfil", "arguments": {"ordre": "1"}}, "missing ['order'], unknown ['ordre']"),
        ({"event": "approve", "execution": "7"}, "the application has no event 'approve': did you mean 'approval'?"),
        ({"event": "approval", "body": True}, "say for which execution"),
        ({"event": "approval", "execution": "7", "body": True}, "is for a running execution '7', and there is none"),
    ],
)
def test_what_cannot_be_played_is_told_with_its_line(
    home: Path, cloudless: Run, event: dict[str, object], message: str
) -> None:
    (home / "events.jsonl").write_text(json.dumps(event))
    result = cloudless("run", "--events", "events.jsonl")
    assert result.exit_code == 1
    assert message in " ".join(result.output.split())
