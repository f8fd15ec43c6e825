"""`cloudless invoke`, `executions` and `dlq`: a stage that lives in memory stands for a deployed one."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cloudless.errors import PermissionDenied, Unavailable
from cloudless.message import Envelope
from cloudless.testing import Simulation, simulate
from tests.unit.cli import nimbus
from tests.unit.cli.conftest import Run
from tests.unit.fake_cloud import FakeCloud, FakeQueues


@pytest.fixture
def shop(home: Path) -> Any:
    """The module of the application."""
    return __import__("shop_app")


@pytest.fixture
def cloud(shop: Any) -> Iterator[Simulation]:
    with simulate(shop.app) as found:
        nimbus.PROVIDER.clouds["prod"] = found.cloud  # type: ignore[assignment]  # pyright: ignore[reportArgumentType]
        yield found


def test_a_function_is_called_and_its_result_is_json(cloudless: Run, cloud: Simulation) -> None:
    result = cloudless("invoke", "prod", "charge", "id=7", "total=9.5")
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"7": 9.5})
    assert json.loads(cloudless("invoke", "prod", "charge", "--args", '{"id": "x"}').stdout) == {"x": 1.5}


def test_what_it_raises_keeps_its_type(cloudless: Run, cloud: Simulation) -> None:
    result = cloudless("invoke", "prod", "charge", "id=7", "total=-1")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "error: CardDeclined: no funds\n")


def test_a_call_for_later_of_what_has_no_queue_says_what_gives_it_one(cloudless: Run, home: Path) -> None:
    program = (home / "shop_app.py").read_text()
    (home / "shop_app.py").write_text(program.replace('charge.invoke_later(order["id"])', "..."))
    with simulate(__import__("shop_app").app) as cloud:
        nimbus.PROVIDER.clouds["prod"] = cloud.cloud  # type: ignore[assignment]  # pyright: ignore[reportArgumentType]
        result = cloudless("invoke", "prod", "charge", "id=7", "--later")
    assert result.exit_code == 1
    said = " ".join(result.stderr.split())
    assert "function 'charge' has no queue: only what a handler invokes later is deployed with one" in said
    assert "mention charge.invoke_later in a handler, or add it to the handler's uses=, and deploy" in said


def test_a_call_for_later_goes_to_the_queue(cloudless: Run, cloud: Simulation, shop: Any) -> None:
    result = cloudless("invoke", "prod", "charge", "id=7", "--later")
    assert result.exit_code == 0
    assert len(json.loads(result.stdout)) == 32
    cloud.run()
    assert [call.body["id"] for call in cloud.calls(shop.charge)] == ["7"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["chrage"], "the application has no function 'chrage': did you mean 'charge'?"),
        (["take"], "the application has no function 'take'"),
        (["charge", "id"], "'id': write NAME=VALUE"),
        (["charge", "ids=7"], "the application has no parameter 'ids': did you mean 'id'?"),
        (["charge"], "error: charge: arguments: missing ['id']\n"),
        (["charge", "--args", '{"id": "7", "euros": 1}'], "error: charge: arguments: unknown ['euros']\n"),
        (["charge", "--args", '{"euros": 1}'], "arguments: missing ['id'], unknown ['euros']\n"),
        (["charge", "id=7", "total=much"], "error: argument 'total': expected float, got str 'much'\n"),
        (["charge", "--args", "[1]"], "--args [1]: give an object of arguments by name"),
        (["charge", "--args", "{"], "--args is no JSON"),
    ],
)
def test_what_cannot_be_called_is_told(cloudless: Run, cloud: Simulation, words: list[str], said: str) -> None:
    result = cloudless("invoke", "prod", *words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_a_stage_in_memory_says_what_to_use(cloudless: Run, shop: Any) -> None:
    result = cloudless("invoke", "dev", "charge")
    assert result.exit_code == 1
    assert "or `cloudless run`" in result.stderr


def test_executions_are_started_listed_and_shown(cloudless: Run, cloud: Simulation) -> None:
    assert cloudless("executions", "prod").stdout == "no executions\n"
    assert cloudless("executions", "prod", "start", "fulfil", "id=7", "--id", "order-7").stdout == "order-7\n"
    assert cloudless("executions", "prod", "start", "fulfil", "id=7", "--id", "order-7").stdout == "order-7\n"
    cloudless("executions", "prod", "start", "other", "--args", '{"id": "x"}', "--id", "o")
    cloud.run()
    lines = cloudless("executions", "prod").stdout.splitlines()
    assert [line.split()[:3] for line in lines] == [["order-7", "fulfil", "running"], ["o", "other", "completed"]]
    listed = json.loads(cloudless("executions", "prod", "list", "--status", "completed", "--json").stdout)
    assert [(one["id"], one["result"]) for one in listed] == [("o", "x")]
    shown = cloudless("executions", "prod", "show", "o").stdout
    assert "status         completed\n" in shown
    assert "result         x\n" in shown


def test_an_event_ends_the_wait_and_history_says_so(cloudless: Run, cloud: Simulation) -> None:
    cloudless("executions", "prod", "start", "fulfil", "id=7", "--id", "order-7")
    cloud.run()
    assert cloudless("executions", "prod", "send", "approval", "order-7", "true", "--id", "e-1").stdout == "e-1\n"
    cloud.run()
    data = json.loads(cloudless("executions", "prod", "show", "order-7", "--json").stdout)
    assert (data["status"], data["result"]) == ("completed", {"7": 1.5})
    entries = json.loads(cloudless("executions", "prod", "history", "order-7", "--json").stdout)
    assert {"waiting", "received", "called"} <= {entry["kind"] for entry in entries}
    assert "called charge" in cloudless("executions", "prod", "history", "order-7").stdout


def test_an_execution_is_cancelled(cloudless: Run, cloud: Simulation) -> None:
    cloudless("executions", "prod", "start", "fulfil", "id=7", "--id", "order-7")
    cloud.run()
    assert cloudless("executions", "prod", "cancel", "order-7").stdout == "order-7 of fulfil is asked to end\n"
    cloud.run()
    assert json.loads(cloudless("executions", "prod", "show", "order-7", "--json").stdout)["status"] == "cancelled"


def test_a_failed_execution_shows_its_error(cloudless: Run, cloud: Simulation, shop: Any) -> None:
    cloud.fail(shop.charge, shop.CardDeclined("no\x1b funds"))
    cloudless("executions", "prod", "start", "fulfil", "id=7", "--id", "order-7")
    cloudless("executions", "prod", "send", "approval", "order-7", "true")
    cloud.run()
    assert cloudless("executions", "prod", "list", "fulfil").stdout.rstrip().endswith("CardDeclined: no  funds")


def test_one_id_of_two_orchestrations_asks_for_which(cloudless: Run, cloud: Simulation) -> None:
    for name in ("fulfil", "other"):
        cloudless("executions", "prod", "start", name, "id=7", "--id", "same")
    result = cloudless("executions", "prod", "show", "same")
    assert (result.exit_code, "fulfil and other have an execution 'same' each" in result.stderr) == (1, True)
    assert json.loads(cloudless("executions", "prod", "show", "same", "--of", "other", "--json").stdout)["id"] == "same"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["show", "nobody"], "no orchestration of shop has an execution 'nobody'"),
        (["show", "no spaces"], "the id of an execution is 1 to 64 letters"),
        (["list", "fulfill"], "the application has no orchestration 'fulfill': did you mean 'fulfil'?"),
        (["list", "--status", "done"], "status='done': it is one of running, completed, failed, cancelled"),
        (["send", "approvl", "7"], "the application has no event 'approvl': did you mean 'approval'?"),
        (["send", "approval", "7", "{"], "the payload is no JSON"),
        (["send", "approval", "7", '"x"'], "x"),
    ],
)
def test_what_executions_do_not_know_is_told(cloudless: Run, cloud: Simulation, words: list[str], said: str) -> None:
    result = cloudless("executions", "prod", *words)
    assert result.exit_code == 1
    assert said in result.stderr


def taken(order: dict[str, str]) -> None: ...


def test_dead_letters_are_listed_looked_at_and_sent_back(cloudless: Run, cloud: Simulation, shop: Any) -> None:
    shop.orders.send({"id": "bad"})
    cloud.run()
    assert cloudless("dlq", "prod", "list").stdout.split()[:2] == ["charge", "function"]
    peeked = cloudless("dlq", "prod", "peek", "orders").stdout
    assert 'ValueError: no such order, attempt 1  {"id": "bad"}' in peeked
    (letter,) = json.loads(cloudless("dlq", "prod", "peek", "orders-dead-letters", "--json").stdout)
    assert letter["error"] == {"type": "ValueError", "text": "no such order", "attempt": 1}
    cloud.replace(shop.take, taken)
    assert cloudless("dlq", "prod", "redrive", "orders").stdout == "1 message sent back to orders\n"
    cloud.run()
    assert cloudless("dlq", "prod", "peek", "orders").stdout == "no dead letters\n"


def test_what_has_dead_letters_is_known_by_its_own_name(cloudless: Run, cloud: Simulation) -> None:
    found = json.loads(cloudless("dlq", "prod", "list", "--json").stdout)
    assert {name: one["noun"] for name, one in found.items()} == {
        "charge": "function",
        "orders": "queue",
        "placed-mail": "subscription",
        "report": "schedule",
    }
    for name in ("charge", "placed-mail", "mail", "report"):
        assert cloudless("dlq", "prod", "peek", name).stdout == "no dead letters\n"


class Counting(FakeQueues):
    """Queues of a cloud that counts, for whoever may look at them."""

    def peek(self, queue: str, limit: int) -> list[Envelope]:
        return []

    def count(self, queue: str) -> int:
        if queue == "orders-dead-letters":
            return 1_234
        raise PermissionDenied("counting needs the role Nimbus Reader")


def test_counts_are_shown_where_the_cloud_tells_them(cloudless: Run, shop: Any) -> None:
    nimbus.PROVIDER.clouds["prod"] = found = FakeCloud()
    found.queues = Counting()
    result = cloudless("dlq", "prod")
    assert "orders       queue         1,234\n" in result.stdout
    assert "report       schedule      ?\n" in result.stdout
    assert result.stderr == "?: counting needs the role Nimbus Reader\n"


class Refusing(Counting):
    """Queues that cannot be asked. problem: what each says. asked: how often."""

    def __init__(self, problem: Exception) -> None:
        super().__init__()
        self.problem = problem
        self.asked = 0

    def count(self, queue: str) -> int:
        self.asked += 1
        raise self.problem


@pytest.mark.parametrize("words", [(), ("list", "--json")])
@pytest.mark.parametrize(
    ("problem", "asked"), [(Unavailable("no way to nimbus.example"), 1), (PermissionDenied("no"), 4)]
)
def test_a_list_that_knows_nothing_fails_and_says_why_once(
    cloudless: Run, shop: Any, problem: Exception, asked: int, words: tuple[str, ...]
) -> None:
    nimbus.PROVIDER.clouds["prod"] = found = FakeCloud()
    found.queues = refusing = Refusing(problem)
    result = cloudless("dlq", "prod", *words)
    assert (result.exit_code, result.stderr, refusing.asked) == (1, f"?: {problem}\n", asked)


def test_more_may_be_left_where_the_limit_is_reached(cloudless: Run, cloud: Simulation, shop: Any) -> None:
    for _ in range(2):
        shop.orders.send({"id": "bad"})
    cloud.run()
    result = cloudless("dlq", "prod", "redrive", "orders", "--limit", "1")
    assert result.stdout == "1 message sent back to orders; there may be more\n"


def test_an_unknown_queue_names_the_nearest(cloudless: Run, cloud: Simulation) -> None:
    result = cloudless("dlq", "prod", "peek", "order")
    assert result.exit_code == 1
    assert "the application has no queue with dead letters 'order': did you mean 'orders'?" in result.stderr


def test_time_goes_on_for_whoever_waits(cloudless: Run, cloud: Simulation) -> None:
    cloudless("executions", "prod", "start", "fulfil", "id=7", "--id", "late")
    cloud.advance(timedelta(days=2))
    assert "TimeoutError" in cloudless("executions", "prod", "show", "late").stdout
