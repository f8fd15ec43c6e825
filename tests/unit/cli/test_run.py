"""`cloudless run`: what is played, and the tree of what happened."""

import json
from importlib import import_module
from pathlib import Path

import pytest

from cloudless.memory.history import Exchange, History
from cloudless.message import Envelope
from cloudless.testing import simulate
from cloudless.testing.tree import lines
from tests.unit.cli.conftest import APP, TOML, Run

HTTP = """\
from cloudless import App, HttpError, Request

app = App("shop")
orders = app.queue("orders", dict)


class Closed(Exception):
    pass


@app.post("/orders", public=True, status=201, errors={Closed: 409})
def create(order: dict, request: Request) -> dict:
    if order["id"] == "late":
        raise Closed("the shop is closed")
    if order["id"] == "odd":
        raise ValueError("five is odd")
    orders.send({**order, "shop": request.headers.get("x-shop", "")})
    return check(order)


@app.function
def audit(order: dict) -> None:
    orders.send({"audit": order["id"]})


def check(order: dict) -> dict:
    audit.invoke(order)
    return order


@app.get("/orders/{id}", public=True)
def show(id: str, deep: bool = False) -> str:
    return id


@app.post("/notes", public=True)
def take_note(note: bytes) -> None:
    orders.send({"note": note.decode()})


@orders.consumer
def take(order: dict) -> None: ...
"""
DEAD = (
    "1 message, 2 deliveries, 2 of them failed; 1 dead letter in orders-dead-letters; it is Fri 2026-01-02 12:00:01 UTC"
)


def test_each_verb_of_the_help_has_a_line_of_its_own(cloudless: Run) -> None:
    lines = [line.split()[:3] for line in cloudless("run", "--help").stdout.splitlines()]
    assert all(["cloudless", "run", verb] in lines for verb in ("send", "publish", "request", "fire", "--events"))


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


ONCE = """
from cloudless import App

app = App("shop")
orders = app.queue("orders", dict[str, str])
lines = app.ordered_queue("lines", dict[str, str])


@orders.consumer(once_by="id")
def take(order: dict[str, str]) -> None: ...


@app.post("/twice", public=True)
def twice() -> None:
    for _ in range(2):
        orders.send({"id": "1"})
        lines.send({"id": "1"}, group="7", deduplication_id="1")


@lines.consumer
def fold(line: dict[str, str]) -> None: ...
"""


def test_what_was_not_handled_says_why(home: Path, cloudless: Run) -> None:
    (home / "wares_app.py").write_text(ONCE)
    result = cloudless("run", "request", "POST", "/twice")
    tried = sorted(line.partition("── ")[2] for line in result.stdout.splitlines() if "take" in line or "fold" in line)
    assert tried == [
        "fold ○ handled already, its deduplication_id",
        "fold ✓",
        "take ○ handled already, once_by='id'",
        "take ✓",
    ]


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


def test_a_line_of_a_recording_may_hold_what_ends_a_line_elsewhere(home: Path, cloudless: Run) -> None:
    line = json.dumps({"send": "orders", "body": {"id": "one\u2028two\x85three"}}, ensure_ascii=False)
    (home / "events.jsonl").write_bytes(f"{line}\r\n\r\n{line}\n".encode())
    result = cloudless("run", "--events", "events.jsonl")
    assert result.exit_code == 0
    assert result.stdout.count("  send orders") == 2


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
        (["--secret", "x", "fire", "report"], "error: --secret: write NAME=VALUE"),
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
            "events.jsonl:2: an event has exactly one of advance, event, fire, publish, request, send, start; this one",
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


@pytest.fixture
def shop(home: Path, cloudless: Run) -> Run:
    """The command line on a shop with endpoints."""
    (home / "wares_app.py").write_text(HTTP)
    return cloudless


def test_a_request_is_a_root_with_its_status_and_what_it_sent_below(shop: Run) -> None:
    result = shop("run", "request", "post", "/orders", '{"id": "1"}', "--header", "X-Shop: 7", "--header", "x-shop:8")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "Fri 12:00:00  POST /orders 201",
        '├── send orders {"id": "1", "shop": "7, 8"}',
        "│   └── take ✓",
        '└── invoke audit {"order": {"id": "1"}}',
        '    └── send orders {"audit": "1"}',
        "        └── take ✓",
        "",
        "1 request; 2 messages, 2 deliveries; it is Fri 2026-01-02 12:00:00 UTC",
    ]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["GET", "/orders/7?deep=1"], "GET /orders/7?… 200"),
        (["HEAD", "/orders/7"], "HEAD /orders/7 200"),
        (["GET", "/orders/7?deep=x"], "GET /orders/7?… 422: Unfit: query deep: expected true or false, got 'x'"),
        (["POST", "/orders", '{"id": "late"}'], "POST /orders 409: Closed: the shop is closed"),
        (["POST", "/orders", '{"id": "odd"}'], "POST /orders 500: ValueError: five is odd"),
        (["POST", "/orders", "--text", "{"], "POST /orders 415: Refused: the body is of type (none given): send it as"),
    ],
)
def test_a_request_that_fails_says_why(shop: Run, words: list[str], line: str) -> None:
    result = shop("run", "request", *words)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Fri 12:00:00  {line}")
    assert ("1 of them failed; no messages" in result.stdout) == (" 200" not in line)


def test_failed_requests_are_red_where_the_program_is_to_blame_and_yellow_where_the_caller_is() -> None:
    def colour(status: int) -> str:
        exchange = Exchange()
        exchange.status = status
        history = History()
        history.request(0, "GET /", "show", Envelope("1", ""), exchange)
        (line,) = lines(history.events())
        return next(style for text, style in line.parts if text == str(status))

    assert [colour(status) for status in (204, 302, 404, 503)] == ["green", "green", "bold yellow", "bold red"]


def test_a_recording_holds_requests_of_json_and_of_text(home: Path, shop: Run) -> None:
    events = [
        {"request": "POST /notes", "text": "é"},
        {"request": "POST /orders", "body": {"id": "2"}, "headers": {"X-Shop": ["a", "b"], "X-Other": "c"}},
        {"advance": "1m"},
        {"request": "GET /orders/a b"},
    ]
    (home / "events.jsonl").write_text("\n".join(map(json.dumps, events)))
    result = shop("run", "--events", "events.jsonl")
    assert [line for line in result.stdout.splitlines() if line.startswith("Fri")] == [
        "Fri 12:00:00  POST /notes 204",
        "Fri 12:00:00  POST /orders 201",
        "Fri 12:01:00  GET /orders/a%20b 200",
    ]
    assert 'send orders {"note": "é"}' in result.stdout
    assert 'send orders {"id": "2", "shop": "a, b"}' in result.stdout


@pytest.mark.parametrize(
    ("event", "text"),
    [
        ({"request": "/orders"}, "'request': write a method and a path, e.g. \"POST /orders\", not '/orders'"),
        ({"request": "PSOT /orders"}, "there is no method 'PSOT': did you mean 'POST'?"),
        ({"request": "POST /oders"}, "the application has no path '/oders': did you mean '/orders'?"),
        ({"request": "DELETE /orders?x=1"}, "'/orders?x=1' has no DELETE: it has OPTIONS, POST"),
        ({"request": "GET /orders/%zz"}, "path '/orders/%zz': '%zz': % is followed by two hexadecimal digits"),
        ({"request": "POST /orders", "body": 1, "text": "1"}, "'request': give a body, which is JSON, or a text, not"),
        ({"request": "POST /orders", "text": {}}, "'text': give a text, not {}; JSON is the 'body'"),
        ({"request": "POST /orders", "headers": ["X-A"]}, '\'headers\': give an object, e.g. {"X-Shop": "1"}, not ['),
        ({"request": "POST /orders", "headers": {"X-A": 5}}, "header 'X-A' is 5: give a str without line breaks"),
        ({"request": "POST /orders", "headers": {"X A": "5"}}, "header name 'X A': letters, digits and -"),
        ({"request": "POST /orders", "header": {}}, "'request' has no 'header': did you mean 'headers'?"),
    ],
)
def test_a_wrong_request_of_a_recording_is_told_with_its_line(
    home: Path, shop: Run, event: dict[str, object], text: str
) -> None:
    (home / "events.jsonl").write_text(f'{{"request": "GET /orders/1"}}\n{json.dumps(event)}\n')
    result = shop("run", "--events", "events.jsonl")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"error: events.jsonl:2: {text}")
    assert result.stdout.startswith("Fri 12:00:00  GET /orders/1 200\n")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["POST", "/orders", "{id}"], "the body is no JSON: Expecting property name"),
        (["POST", "/orders", "1", "--text", "1"], "error: 'request': give a body, which is JSON, or a text, not both"),
        (["POST", "/orders", "--header", "x"], "error: --header x: write 'NAME: VALUE'"),
        (["POST", "orders"], "error: the application has no path 'orders': did you mean '/orders'?"),
    ],
)
def test_a_request_that_cannot_be_sent_is_one_error(shop: Run, words: list[str], text: str) -> None:
    result = shop("run", "request", *words)
    assert result.exit_code == 1
    assert result.stderr.startswith(text)


def test_json_has_requests_as_causes_of_what_they_sent(shop: Run) -> None:
    trace = json.loads(shop("run", "--json", "request", "POST", "/notes", "--text", "a").stdout)["trace"]
    assert [(one["kind"], one["resource"], one["outcome"]) for one in trace] == [
        ("request", "POST /notes", "204"),
        ("send", "orders", ""),
        ("deliver", "orders", "done"),
    ]
    assert trace[1]["cause"] == trace[0]["message"]


def test_a_test_tells_what_the_command_line_tells(home: Path, cloudless: Run) -> None:
    app = import_module("wares_app").app

    recording = [{"send": "orders", "body": {"id": one}} for one in ("1", "bad", "flaky")] + [{"advance": "3d"}]
    (home / "events.jsonl").write_text("\n".join(map(json.dumps, recording)))
    with simulate(app) as cloud:
        played = cloud.play(home / "events.jsonl")
        told, data = str(played), played.data()
    assert cloudless("run", "--events", "events.jsonl").stdout.endswith(f"{told}\n")
    assert json.loads(cloudless("run", "--json", "--events", "events.jsonl").stdout) == data


def test_every_run_of_a_schedule_is_shown_where_that_is_asked_for(home: Path, cloudless: Run) -> None:
    (home / "wares_app.py").write_text(
        'from cloudless import App\napp = App("shop")\n@app.schedule("0 * * * *")\ndef tidy() -> None: ...\n'
    )
    (home / "events.jsonl").write_text('{"advance": "1d"}')
    told = cloudless("run", "--events", "events.jsonl").stdout.splitlines()
    assert told[0] == "Fri 13:00:00  fire tidy × 24 until Sat 12:00:00  (folded: nothing came of them)"
    shown = cloudless("run", "--every", "--events", "events.jsonl").stdout
    assert (shown.count("fire tidy\n"), shown.count("tidy ✓")) == (24, 24)
    assert shown.splitlines()[-1] == told[-1]
