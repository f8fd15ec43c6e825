"""Orchestrations in a deployed function app: the same outcomes as everywhere, and what only a function app can show.

Indexed and called by Microsoft's worker library, replayed by its SDK, scheduled by the stand-in for the extension.
PROGRAMS (30) and SEED ("deployed") of the environment: more generated programs, others.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cloudless.conformance.orchestrations.cases import Case, cases
from cloudless.conformance.orchestrations.module import loaded
from cloudless.ir.expression import Var
from cloudless.ir.statement import Return, Sleep, Wait
from cloudless.passes.definition import identity
from cloudless_azure.runtime import durable_wire as wire
from providers.azure.tests.durable.chaos import Hostile
from providers.azure.tests.durable.deployed import Deployed, outcome_of
from providers.azure.tests.durable.fuzz import InFunctionApp
from providers.azure.tests.durable.hub import Hub
from providers.azure.tests.durable.programs import Plain, call, const, program
from providers.azure.tests.functionshost.host import FunctionsHost
from providers.azure.tests.functionshost.launcher import PATHS, Zygote
from providers.azure.tests.functionshost.sanitizer import HIDDEN, sanitized
from providers.azure.tests.servicebus import Broker, Clock
from tests.fuzz.__main__ import Run
from tests.hosting.http import Request


@pytest.fixture(scope="module")
def deployed(broker: Broker, zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with Deployed(tmp_path_factory.mktemp("programs"), broker, zygote) as app:
        yield app


@cache
def definition_of(file: Path) -> Plain:
    with loaded(file.read_text("utf-8")) as module:
        return module.definition()


YEAR_S = 365 * 86_400
SHORT = [case for case in cases() if (case.expected.end_s or 0) <= YEAR_S]
"""Longer ones have hundreds of turns; test_durable_corpus.py has them."""


@pytest.mark.parametrize("case", SHORT, ids=lambda case: case.name)
def test_a_program_comes_to_the_same_in_any_order_and_through_losses(case: Case, deployed: Deployed) -> None:
    observed = deployed.run(case.source, definition_of(case.file), case.world, Hostile(case.row, 0.2))
    assert case.problems_of(observed) == []


@pytest.mark.slow
def test_generated_programs_come_to_what_python_makes_of_them(deployed: Deployed) -> None:
    run = Run(os.environ.get("SEED", "deployed"), (InFunctionApp(deployed),))
    run.go(range(int(os.environ.get("PROGRAMS", "30"))), most=1)
    assert run.failures == []


# --- what only a function app can show -----------------------------------------------------------------

APP = """
import json, os
from pathlib import Path

import azure.durable_functions as df
import azure.functions as func

from cloudless_azure.runtime.durable import definitions, orchestrator
from cloudless_azure.runtime.durable_step import activity

HERE = Path(__file__).parent
app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
orchestrate = orchestrator(definitions(HERE / "definitions"))

def steps(request):
    target, arguments = request["target"], request["args"]
    if target == "die" and not os.path.exists(HERE / "died"):
        (HERE / "died").touch()
        os._exit(7)
    if target == "fails":
        error = {"type": "Failed", "mro": ["Failed", "Exception"], "message": arguments["text"], "data": {}}
        return json.dumps({"err": error})
    return json.dumps({"v": arguments.get("text", 1)})

carry_out = activity(steps)

@app.orchestration_trigger(context_name="context")
def cl_orchestrator(context):
    if os.path.exists(HERE / "fatal"):
        os._exit(9)
    return (yield from orchestrate(context))

@app.activity_trigger(input_name="order")
def cl_activity(order: str) -> str:
    return carry_out(order)

@app.route(route="start/{id}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client) -> func.HttpResponse:
    id = await client.start_new("cl_orchestrator", req.route_params["id"], req.get_body().decode())
    return client.create_check_status_response(req, id)

@app.route(route="binding")
@app.generic_input_binding(arg_name="durable", type="durableClient")
def binding(req: func.HttpRequest, durable: str) -> func.HttpResponse:
    return func.HttpResponse(durable)
"""


class App:
    """A deployed app on a clock that only tests move."""

    def __init__(self, folder: Path, zygote: Zygote, broker: Broker) -> None:
        self.folder = folder
        self.broker = broker
        (folder / "function_app.py").write_text(APP)
        host = {"version": "2.0", "extensions": {"durableTask": {"hubName": "shop"}, "http": {"routePrefix": ""}}}
        (folder / "host.json").write_text(json.dumps(host))
        (folder / "definitions").mkdir()
        self.host = FunctionsHost(folder, broker, {"PYTHONPATH": ":".join(PATHS)}, zygote=zygote)
        self.host.start()

    @property
    def hub(self) -> Hub:
        assert self.host.durable
        return self.host.durable

    def start(self, definition: Plain, id: str = "one", **arguments: Any) -> None:
        """Begin an execution, through the function that does."""
        (self.folder / "definitions" / f"{identity(definition)}.json").write_text(json.dumps(definition))
        order = wire.Order(identity(definition), arguments=arguments)
        answer = self.host.http(Request(method="POST", path=f"/start/{id}", body=order.text().encode()))
        assert (answer.status, json.loads(answer.body)["id"]) == (202, id)

    def outcome(self, id: str = "one") -> Plain:
        return outcome_of(self.hub.instances[id])

    def advance(self, seconds: float) -> None:
        self.broker.advance(seconds)
        self.host.pump()


@pytest.fixture
def app(tmp_path: Path, zygote: Zygote) -> Iterator[App]:
    with Broker.running(Clock(lambda: 1_800_000_000.0)) as broker:
        made = App(tmp_path, zygote, broker)
        yield made
        made.host.close()


ONE = program(call("found", "one"), Return(Var("found")), calls=["one"])


def test_an_execution_is_started_by_a_request_and_carried_out_by_pumping(app: App) -> None:
    app.start(ONE)
    assert app.hub.instances["one"].status == "Pending"
    assert app.host.pump() == 3  # turn, activity, turn
    assert app.outcome() == {"v": 1}
    called = [(call.function, call.address) for call in app.host.calls]
    assert called == [
        ("start", "/start/one"), ("cl_orchestrator", "one"), ("cl_activity", "one"), ("cl_orchestrator", "one"),
    ]  # fmt: skip


def test_a_binding_may_be_had_as_text(app: App) -> None:
    found = json.loads(app.host.http(Request(method="GET", path="/binding")).body)
    assert (found["taskHubName"], found["rpcBaseUrl"]) == ("shop", app.hub.url)


def test_an_execution_waits_on_the_clock_of_the_broker(app: App) -> None:
    app.start(program(Sleep(const(100)), call("found", "one"), Return(Var("found")), calls=["one"]))
    app.host.pump()
    assert app.host.next_s() == app.broker.clock.now_s() + 100
    app.advance(99)
    assert app.outcome() == {"waiting": True}
    app.advance(1)
    assert (app.outcome(), app.host.next_s()) == ({"v": 1}, float("inf"))


def test_executions_outlive_their_host(app: App) -> None:
    app.start(program(Wait("go", "go"), Return(Var("go"))))
    app.host.pump()
    app.host.stop()
    assert app.host.next_s() == float("inf")
    app.host.start()
    app.hub.host.raise_event("one", wire.EVENT, json.dumps(wire.event("go", 5)))
    app.host.pump()
    assert app.outcome() == {"v": 5}


def test_a_worker_that_dies_in_a_step_is_a_crash_and_the_step_is_tried_again(app: App) -> None:
    """TaskActivityShim: that is a failure of the activity; the engine tries it anew."""
    app.start(program(call("found", "die"), Return(Var("found")), calls=["die"]))
    app.host.pump()
    errors = [call.error for call in app.host.calls if call.function == "cl_activity"]
    assert errors == ["python exited with code 7 (0x7)"]
    app.advance(1)
    assert app.outcome() == {"v": 1}


def test_a_worker_that_dies_in_a_turn_fails_the_execution(app: App) -> None:
    """TaskOrchestrationShim; https://github.com/Azure/azure-functions-durable-extension/issues/2788 is of that kind."""
    app.start(ONE)
    (app.folder / "fatal").touch()
    app.host.pump()
    one = app.hub.instances["one"]
    text = "One or more errors occurred. (python exited with code 9 (0x9))"
    assert (one.status, one.output) == ("Failed", f"Orchestrator function 'cl_orchestrator' failed: {text}")


CREDENTIALS = "?code=abc Server=db;Password='x' amqp://me:secret@host:5671 key=1"


def test_what_looks_like_a_credential_is_hidden_in_the_texts_of_exceptions() -> None:
    """Sanitizer of https://github.com/Azure/azure-functions-host."""
    assert sanitized('a Server=db;x=1" b <Password=c> token=d') == f'a {HIDDEN}" b <{HIDDEN}'
    assert sanitized("PublicKeyToken=a") == "PublicKeyToken=a"
    assert sanitized("at amqp://me:secret@host:5671 now") == f"at {HIDDEN} now"


def test_an_error_is_whole_whatever_it_looks_like(app: App) -> None:
    """The host does that to the texts of exceptions, and errors of orchestrations travel in one."""
    app.start(program(call("", "fails", text=const(CREDENTIALS)), calls=["fails"]))
    app.host.pump()
    assert app.outcome()["err"]["message"] == CREDENTIALS
