"""Microsoft's worker library reads and runs a function app as our host feeds it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.azure.tests.functionshost.host import FunctionsHost, IndexingFailed
from providers.azure.tests.servicebus import Broker, Content, Settings

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
