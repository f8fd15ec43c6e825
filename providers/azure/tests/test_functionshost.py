"""Microsoft's worker library reads and runs a function app as our host feeds it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from providers.azure.tests.functionshost.host import FunctionsHost, IndexingFailed
from providers.azure.tests.functionshost.launcher import ROOT, Fresh, Zygote
from providers.azure.tests.functionshost.settings import seconds_of
from providers.azure.tests.servicebus import Broker, Clock, Content, Namespace, Settings
from tests.hosting.http import Request

APP = """
import json, os, typing
import azure.functions as func

app = func.FunctionApp()

def note(*messages):
    with open(os.environ["NOTES"], "a") as notes:
        notes.write(json.dumps([[
            one.get_body().decode(), one.message_id, one.delivery_count, one.application_properties, one.session_id,
        ] for one in messages]) + "\\n")

@app.function_name("one")
@app.service_bus_queue_trigger(arg_name="message", queue_name="host-one", connection="SERVICE_BUS")
def take_one(message: func.ServiceBusMessage) -> None:
    print("what an app prints is no answer")
    note(message)
    if message.get_body() == b"raise":
        raise ValueError("no")
    if message.get_body() == b"die":
        os._exit(9)

@app.service_bus_queue_trigger(
    arg_name="messages", queue_name="host-many", connection="SERVICE_BUS", cardinality="many")
def many(messages: typing.List[func.ServiceBusMessage]) -> None:
    note(*messages)

@app.service_bus_queue_trigger(
    arg_name="message", queue_name="host-sessions", connection="SERVICE_BUS", is_sessions_enabled=True)
async def in_order(message: func.ServiceBusMessage) -> None:
    note(message)
    if message.delivery_count == 1 and message.get_body() == b"again":
        raise ValueError("not yet")
"""


class App:
    """A hosted app, and what its functions noted."""

    def __init__(self, host: FunctionsHost, notes: Path) -> None:
        self.host = host
        self._notes = notes

    def notes(self) -> list[list[list[object]]]:
        lines = self._notes.read_text().splitlines() if self._notes.exists() else []
        self._notes.unlink(missing_ok=True)
        return [json.loads(line) for line in lines]


def write_app(folder: Path, text: str) -> None:
    (folder / "function_app.py").write_text(text)
    host = {"version": "2.0", "extensions": {"serviceBus": {"maxMessageBatchSize": 2}}}
    (folder / "host.json").write_text(json.dumps(host))


@pytest.fixture(scope="module")
def app(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("app")
    write_app(folder, APP)
    broker.add_queue("host-one", Settings(max_deliveries=3))
    broker.add_queue("host-many")
    broker.add_queue("host-sessions", Settings(sessions=True))
    with FunctionsHost(folder, broker, settings(folder, broker)) as host:
        yield App(host, folder / "notes")


def settings(folder: Path, broker: Broker) -> dict[str, str]:
    return {"NOTES": str(folder / "notes"), "SERVICE_BUS": broker.connection_string}


def put(broker: Broker, queue: str, body: str, **options: str) -> None:
    broker.on_queue(queue, lambda found: found.put(Content.of(body.encode(), **options)))


def test_functions_are_indexed_with_their_triggers(app: App) -> None:
    found = {trigger.name: (trigger.address, trigger.many, trigger.sessions) for trigger in app.host.triggers}
    assert found == {
        "one": ("host-one", False, False),
        "many": ("host-many", True, False),
        "in_order": ("host-sessions", False, True),
    }


def test_a_function_gets_a_message_with_its_properties_and_completes_it(app: App, broker: Broker) -> None:
    put(broker, "host-one", "é", id="m1", kind="new")
    assert app.host.pump() == 1
    assert app.notes() == [[["é", "m1", 1, {"kind": "new"}, ""]]]
    assert broker.stored("host-one") == []


def test_a_function_that_raises_gets_the_message_again_until_it_is_dead(app: App, broker: Broker) -> None:
    put(broker, "host-one", "raise")
    app.host.pump()
    assert [note[0][2] for note in app.notes()] == [1, 2, 3]
    assert (app.host.calls[-1].function, app.host.calls[-1].error) == ("one", "ValueError: no")
    (letter,) = broker.contents("host-one/$DeadLetterQueue")
    assert letter.application["DeadLetterReason"] == "MaxDeliveryCountExceeded"


def test_a_worker_that_dies_is_replaced_and_the_message_returns(app: App, broker: Broker) -> None:
    put(broker, "host-one", "die")
    app.host.pump()
    assert [note[0][2] for note in app.notes()] == [1, 2, 3]
    assert app.host.calls[-1].error == "python exited with code 9 (0x9)"
    put(broker, "host-one", "fine")
    assert app.host.pump() == 1
    assert app.notes()[0][0][0] == "fine"


def test_a_list_is_cut_as_host_json_says(app: App, broker: Broker) -> None:
    for n in range(3):
        put(broker, "host-many", f"{n}", id=f"m{n}", n=f"{n}")
    assert app.host.pump() == 2
    assert app.notes() == [
        [["0", "m0", 1, {"n": "0"}, ""], ["1", "m1", 1, {"n": "1"}, ""]],
        [["2", "m2", 1, {"n": "2"}, ""]],
    ]


def test_messages_of_a_session_come_in_order_and_a_failed_one_first(app: App, broker: Broker) -> None:
    for body in ("again", "then"):
        put(broker, "host-sessions", body, session="s")
    app.host.pump()
    assert [(note[0][0], note[0][2], note[0][4]) for note in app.notes()] == [
        ("again", 1, "s"),
        ("again", 2, "s"),
        ("then", 1, "s"),
    ]


def test_an_app_that_cannot_be_read_says_why(broker: Broker, tmp_path: Path) -> None:
    write_app(tmp_path, "import nothing_of_that_name")
    with pytest.raises(IndexingFailed, match="nothing_of_that_name"):
        FunctionsHost(tmp_path, broker).start()


def test_a_trigger_without_its_connection_is_refused(broker: Broker, zygote: Zygote, tmp_path: Path) -> None:
    """https://learn.microsoft.com/en-us/azure/azure-functions/functions-reference#connections."""
    write_app(tmp_path, APP)
    with pytest.raises(IndexingFailed, match="'SERVICE_BUS' is not among the app's settings"):
        FunctionsHost(tmp_path, broker, {"SERVICE": ""}, zygote=zygote).start()
    with FunctionsHost(tmp_path, broker, {"SERVICE_BUS__fullyQualifiedNamespace": "x"}, zygote=zygote) as host:
        assert len(host.triggers) == 3


def test_a_host_json_of_another_version_is_refused(broker: Broker, tmp_path: Path) -> None:
    write_app(tmp_path, APP)
    (tmp_path / "host.json").write_text("{}")
    with pytest.raises(IndexingFailed, match=r"must be '2\.0'"):
        FunctionsHost(tmp_path, broker)


@pytest.mark.parametrize(("span", "seconds"), [("00:05:00", 300), ("1.02:03:04.5", 93_784.5), ("-1", float("inf"))])
def test_time_spans_are_those_of_net(span: str, seconds: float) -> None:
    assert seconds_of(span) == seconds


@pytest.mark.parametrize("span", ["", "5", "00:05", "PT5M"])
def test_what_is_no_time_span_is_refused(span: str) -> None:
    with pytest.raises(IndexingFailed, match="is no time span"):
        seconds_of(span)


def test_settings_override_host_json_in_any_case_of_letters(app: App, broker: Broker, tmp_path: Path) -> None:
    write_app(tmp_path, APP)
    override = {"AZUREFUNCTIONSJOBHOST__Extensions__ServiceBus__MaxMessageBatchSize": "3"}
    for n in range(3):
        put(broker, "host-many", f"{n}")
    with FunctionsHost(tmp_path, broker, settings(tmp_path, broker) | override) as host:
        assert host.pump() == 1


# --- what goes on at the same time ---------------------------------------------------------------------

GATED = """
import os, time, typing
import azure.functions as func

app = func.FunctionApp()

def hold(message):
    open(os.environ["GATE"] + message.get_body().decode(), "w").close()
    while not os.path.exists(os.environ["GATE"]):
        time.sleep(0.005)

@app.service_bus_topic_trigger(
    arg_name="message", topic_name="news", subscription_name="mine", connection="SERVICE_BUS")
def subscribed(message: func.ServiceBusMessage) -> None:
    print("got", message.get_body().decode(), flush=True)

@app.service_bus_queue_trigger(arg_name="message", queue_name="host-gated", connection="SERVICE_BUS")
def gated(message: func.ServiceBusMessage) -> None:
    hold(message)

@app.service_bus_queue_trigger(
    arg_name="messages", queue_name="host-gated-many", connection="SERVICE_BUS", cardinality="many")
def gated_many(messages: typing.List[func.ServiceBusMessage]) -> None:
    hold(messages[-1])
"""


class Gated:
    """Functions that are not done before a gate is opened, on a clock that stands still."""

    def __init__(self, folder: Path, zygote: Zygote, **options: Any) -> None:
        (folder / "function_app.py").write_text(GATED)
        renewal = {"serviceBus": {"maxAutoLockRenewalDuration": "00:02:00"}}
        (folder / "host.json").write_text(json.dumps({"version": "2.0", "extensions": renewal}))
        self._gate = folder / "gate"
        self._context = Broker.running(Clock(lambda: 1_800_000_000.0))
        self.broker = self._context.__enter__()
        self.broker.call(prepare)
        env = {"GATE": str(self._gate), "SERVICE_BUS": self.broker.connection_string}
        self.host = FunctionsHost(folder, self.broker, env, zygote=zygote, **options)
        self.host.start()
        self._pumping: Thread | None = None

    def pump(self, **options: Any) -> None:
        """Pump in another thread."""
        self._pumping = Thread(target=lambda: self.host.pump(**options), daemon=True)
        self._pumping.start()

    def wait_for(self, *bodies: str) -> None:
        """Until the functions have begun with these."""
        while not all(self._gate.with_name(f"gate{body}").exists() for body in bodies):
            assert self._pumping
            self._pumping.join(0.005)

    def open(self) -> None:
        """Let all functions end."""
        self._gate.touch()
        self.join()

    def join(self) -> None:
        assert self._pumping
        self._pumping.join(10)
        assert not self._pumping.is_alive()

    def close(self) -> None:
        self._gate.touch()
        self.host.close()
        self._context.__exit__(None, None, None)


def prepare(namespace: Namespace) -> None:
    namespace.add_queue("host-gated", Settings(lock_s=30))
    namespace.add_queue("host-gated-many", Settings(lock_s=30))
    namespace.add_topic("news")
    namespace.add_subscription("news", "mine")


@pytest.fixture
def gated(tmp_path: Path, zygote: Zygote) -> Iterator[Gated]:
    made = Gated(tmp_path, zygote, workers=2)
    yield made
    made.close()


def test_a_subscription_feeds_its_function(gated: Gated) -> None:
    gated.broker.call(lambda namespace: namespace.publish("news", Content.of(b"hello")))
    assert gated.host.pump() == 1
    assert (gated.host.calls[0].function, gated.host.calls[0].address) == ("subscribed", "news/Subscriptions/mine")
    assert "got hello" in gated.host.log()


def test_several_messages_are_out_at_the_same_time(gated: Gated) -> None:
    for body in "abcde":
        put(gated.broker, "host-gated", body)
    gated.pump(together=3)
    gated.wait_for("a", "b", "c")
    states = [stored.state for stored in gated.broker.stored("host-gated")]
    assert states == ["locked"] * 3 + ["active"] * 2
    gated.open()
    assert len(gated.host.calls) == 5


def test_a_lock_is_renewed_as_long_as_host_json_says(gated: Gated) -> None:
    """https://learn.microsoft.com/en-us/azure/azure-functions/functions-bindings-service-bus#hostjson-settings."""
    put(gated.broker, "host-gated", "a")
    gated.pump()
    gated.wait_for("a")
    for _ in range(6):
        gated.broker.advance(20)
        gated.host.renew()
    assert [stored.state for stored in gated.broker.stored("host-gated")] == ["locked"]
    gated.broker.advance(20)
    gated.host.renew()
    gated.broker.advance(20)
    assert [stored.state for stored in gated.broker.stored("host-gated")] == ["active"]
    gated.open()  # what was done can not be completed: it comes again
    assert [call.deliveries for call in gated.host.calls] == [[1], [2]]


def test_a_host_that_is_lost_settles_nothing(gated: Gated) -> None:
    put(gated.broker, "host-gated", "a")
    gated.pump()
    gated.wait_for("a")
    gated.host.kill()
    gated.join()
    assert [stored.state for stored in gated.broker.stored("host-gated")] == ["locked"]
    gated.host.start()
    assert gated.host.pump() == 0
    gated.broker.advance(31)
    gated.pump()
    gated.open()
    assert gated.host.calls[-1].deliveries == [2]
    assert gated.broker.stored("host-gated") == []


def test_a_host_that_is_lost_in_the_middle_of_a_batch_settles_none_of_it(gated: Gated) -> None:
    for body in "ab":
        put(gated.broker, "host-gated-many", body)
    gated.pump()
    gated.wait_for("b")
    gated.host.kill()
    gated.join()
    gated.broker.advance(31)
    gated.host.start()
    gated.pump()
    gated.open()
    assert [call.deliveries for call in gated.host.calls] == [[1, 1], [2, 2]]
    assert gated.broker.stored("host-gated-many") == []


def test_of_several_workers_one_may_die_while_the_other_goes_on(app: App, broker: Broker, tmp_path: Path) -> None:
    write_app(tmp_path, APP)
    with FunctionsHost(tmp_path, broker, settings(tmp_path, broker), workers=2) as host:
        put(broker, "host-one", "die")
        put(broker, "host-one", "fine")
        host.pump(together=2)
    assert sorted(call.error for call in host.calls) == ["", *["python exited with code 9 (0x9)"] * 3]


# --- how workers are made ------------------------------------------------------------------------------

BUNDLED = """
import sys
import azure.functions as func
import cloudless
app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

@app.route(route="where")
def where(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(cloudless.__file__)
"""


@pytest.mark.parametrize("launcher", ["zygote", "fresh"])
def test_an_app_runs_what_it_brings_and_sees_nothing_of_ours(
    launcher: str, broker: Broker, zygote: Zygote, tmp_path: Path
) -> None:
    own = tmp_path / ".python_packages" / "lib" / "site-packages" / "cloudless"
    own.mkdir(parents=True)
    (own / "__init__.py").touch()
    write_app(tmp_path, BUNDLED)
    with FunctionsHost(tmp_path, broker, zygote=zygote if launcher == "zygote" else Fresh()) as host:
        found = host.http(Request(method="GET", path="/api/where"))
    assert found.body.decode() == str(own / "__init__.py")
    write_app(tmp_path, BUNDLED.replace("import cloudless", "import cloudless, tests.tools"))
    with pytest.raises(IndexingFailed, match=r"No module named 'tests\.tools'"):
        FunctionsHost(tmp_path, broker, zygote=zygote if launcher == "zygote" else Fresh()).start()


def test_forked_workers_share_nothing(broker: Broker, zygote: Zygote, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_app(tmp_path / name, BUNDLED.replace('"where"', f'"{name}"').replace("cloudless.__file__", "__file__"))
    env = {"PYTHONPATH": str(ROOT)}
    with (
        FunctionsHost(tmp_path / "one", broker, env, zygote=zygote) as one,
        FunctionsHost(tmp_path / "two", broker, env, zygote=zygote) as two,
    ):
        answers = [one.http(Request(method="GET", path="/api/one")), two.http(Request(method="GET", path="/api/two"))]
    assert [answer.body.decode() for answer in answers] == [
        str(tmp_path / name / "function_app.py") for name in ("one", "two")
    ]
