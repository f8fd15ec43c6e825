"""`cloudless run`: what is played, and the tree of what happened."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import APP, TOML, Run

DEAD = (
    "1 message, 2 deliveries, 2 of them failed; 1 dead letter in orders-dead-letters; it is Fri 2026-01-02 12:00:01 UTC"
)


def test_a_message_is_followed_from_hand_to_hand(cloudless: Run) -> None:
    result = cloudless("run", "send", "orders", '{"id": "1"}')
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "taking 1",
        'Fri 12:00:00  send orders {"id": "1"}',
        "└── take ✓",
        '    └── publish placed {"id": "1"}',
        "        └── pack ✓",
        "",
        "2 messages, 2 deliveries; it is Fri 2026-01-02 12:00:00 UTC",
    ]


def test_attempts_errors_and_dead_letters_are_shown(cloudless: Run) -> None:
    result = cloudless("run", "send", "orders", '{"id": "flaky"}')
    assert result.exit_code == 0
    assert result.stdout.splitlines()[2:] == [
        'Fri 12:00:00  send orders {"id": "flaky"}',
        "├── take ✗ attempt 1: ConnectionError: the shop is down",
        "└── take ✗ attempt 2, 1 s later: ConnectionError: the shop is down",
        "    └── dead letter in orders-dead-letters: ConnectionError: the shop is down",
        "",
        DEAD,
    ]


def test_a_schedule_is_fired_and_time_goes_on(cloudless: Run) -> None:
    result = cloudless("run", "--advance", "1d", "fire", "report")
    roots = [line for line in result.stdout.splitlines() if "fire report" in line]
    assert roots == ["Fri 12:00:00  fire report", "Sat 07:00:00  fire report"]


def test_a_delayed_message_waits_for_its_time(cloudless: Run) -> None:
    send = ["send", "orders", '{"id": "1"}', "--delay", "10m"]
    assert '{"id": "1"}  (nobody got it yet)' in cloudless("run", *send).stdout
    assert "└── take ✓ 10 min later" in cloudless("run", "--advance", "1h", *send).stdout


def test_a_topic_and_an_ordered_queue_take_messages(cloudless: Run) -> None:
    assert "└── pack ✓" in cloudless("run", "publish", "placed", '{"id": "1"}').stdout
    assert "└── fold ✓" in cloudless("run", "send", "lines", '{"id": "1"}', "--group", "7").stdout


def test_a_recording_is_played_in_order(home: Path, cloudless: Run) -> None:
    events = [
        {"send": "orders", "body": {"id": "bad"}},
        {"advance": "30m"},
        {"publish": "placed", "body": {"id": "2"}, "attributes": {"region": "us"}},
        {"fire": "report"},
    ]
    (home / "events.jsonl").write_text("\n\n".join(map(json.dumps, events)))
    result = cloudless("run", "--events", "events.jsonl")
    assert result.exit_code == 0
    roots = [line for line in result.stdout.splitlines() if line.startswith("Fri")]
    assert roots == [
        'Fri 12:00:00  send orders {"id": "bad"}',
        'Fri 12:30:00  publish placed {"id": "2"}',
        "Fri 12:30:00  fire report",
    ]
    assert "├── mail ✓" in result.stdout or "└── mail ✓" in result.stdout


def test_json_has_the_trace_as_data_and_nothing_else(cloudless: Run) -> None:
    result = cloudless("run", "--json", "send", "orders", '{"id": "bad"}')
    data = json.loads(result.stdout)
    assert "taking bad" in result.stderr
    assert data["now"] == "2026-01-02T12:00:00+00:00"
    assert data["dead_letters"] == {"orders-dead-letters": 1}
    assert [(one["kind"], one["resource"], one["outcome"]) for one in data["trace"]] == [
        ("send", "orders", ""),
        ("dead", "orders-dead-letters", ""),
        ("deliver", "orders", "dead"),
    ]
    assert data["trace"][2]["error"] == {"type": "Reject", "text": "no such order"}


def test_configuration_is_the_stages_and_secrets_are_given(home: Path, cloudless: Run) -> None:
    (home / "cloudless.toml").write_text(TOML + "config = { limit = 5 }\n")
    (home / "wares_app.py").write_text(
        'from cloudless import App\napp = App("shop")\nkey = app.secret("key")\nlimit = app.config("limit", int)\n'
        '@app.schedule("0 8 * * *")\ndef report() -> None:\n    raise ValueError(f"{limit.value} {key.value}")\n'
    )
    assert "ValueError: 5 hush" in cloudless("run", "--secret", "key=hush", "fire", "report").stdout
    missing = cloudless("run", "fire", "report")
    assert "secret 'key' has no value here" in missing.stdout + missing.stderr


def test_start_and_seed_are_those_given(cloudless: Run) -> None:
    result = cloudless("run", "--start", "2027-05-01T08:30:00", "--seed", "7", "fire", "report")
    assert result.stdout.splitlines()[1] == "Sat 08:30:00  fire report"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["send", "oders", "{}"], "error: the application has no queue 'oders': did you mean 'orders'?"),
        (["publish", "xyz", "{}"], "error: the application has no topic 'xyz': there are placed"),
        (["fire", "reprot"], "error: the application has no schedule 'reprot': did you mean 'report'?"),
        (["send", "orders", "[1]"], "error: expected dict, got"),
        (["send", "orders", "{id}"], "the message is no JSON: Expecting property name"),
        (["send", "lines", "{}"], "error: queue 'lines' is ordered: give a group, and no delay"),
        (["send", "orders", "{}", "--group", "a"], "error: queue 'orders' is not ordered: a message has no group"),
        (["send", "orders", "{}", "--delay", "soon"], "error: 'soon' is no duration: write e.g. 90s, 10m, 1h30m or 7d"),
        (["--advance", "1x", "fire", "report"], "error: '1x' is no duration"),
        (["--secret", "x", "fire", "report"], "error: --secret x: write NAME=VALUE"),
        (["--stage", "prod", "fire", "report"], "error: cloudless.toml has no stage 'prod'"),
        (["--events", "none.jsonl"], "error: none.jsonl cannot be read"),
    ],
)
def test_what_cannot_be_played_is_exit_code_1_and_one_error(cloudless: Run, words: list[str], text: str) -> None:
    result = cloudless("run", *words)
    assert result.exit_code == 1
    assert result.stderr.startswith(text)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("{", "events.jsonl:2:2: this line is no JSON: Expecting property name"),
        ("[]", "events.jsonl:2: an event is an object, e.g."),
        (
            '{"sned": "orders"}',
            "events.jsonl:2: an event has exactly one of advance, fire, publish, send; this one has",
        ),
        ('{"send": "orders", "boddy": {}}', "events.jsonl:2: 'send' has no 'boddy': did you mean 'body'?"),
        ('{"fire": "report", "body": {}}', "events.jsonl:2: 'fire' has no 'body': it takes nothing else"),
        ('{"advance": 5}', "events.jsonl:2: 'advance': give a text, not 5"),
        ('{"send": "orders", "body": 5}', "events.jsonl:2: expected dict, got int 5"),
    ],
)
def test_a_wrong_line_of_a_recording_is_told_with_its_number(home: Path, cloudless: Run, line: str, text: str) -> None:
    (home / "events.jsonl").write_text(f'{{"fire": "report"}}\n{line}\n')
    result = cloudless("run", "--events", "events.jsonl")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"error: {text}")
    assert "fire report" in result.stdout


def test_a_program_with_errors_is_not_run(home: Path, cloudless: Run) -> None:
    (home / "wares_app.py").write_text(APP + "@orders.consumer\ndef again(order: dict) -> None: ...\n")
    result = cloudless("run", "fire", "report")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "CL161" in result.stderr


def test_a_recording_and_a_verb_at_once_are_wrong_usage(home: Path, cloudless: Run) -> None:
    (home / "events.jsonl").touch()
    assert cloudless("run", "--events", "events.jsonl", "fire", "report").exit_code == 2
    assert cloudless("run").exit_code == 2
