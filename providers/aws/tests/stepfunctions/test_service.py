"""How the model of Step Functions is driven: by somebody's clock, one thing after the other."""

from __future__ import annotations

import threading
from typing import Any

from providers.aws.tests.stepfunctions.cases import END, call, machine, wait_for_token
from providers.aws.tests.stepfunctions.errors import Failed
from providers.aws.tests.stepfunctions.invocation import Invocation, Reply
from providers.aws.tests.stepfunctions.jsonata import Jsonata
from providers.aws.tests.stepfunctions.limits import text_of
from providers.aws.tests.stepfunctions.service import US, StepFunctions
from tests.virtual.agenda import Agenda, Kind

ROLE = "arn:aws:iam::111111111111:role/r"
RETRY = [{"ErrorEquals": ["E"], "IntervalSeconds": 7}]


class Clock:
    """A service, its time, and how its functions answer."""

    def __init__(self, engine: Jsonata, states: dict[str, Any], **fields: Any) -> None:
        self.now_us = 0
        self.kicks = 0
        self.answers: list[Reply | Failed] = []
        self.calls: list[Invocation] = []
        self.service = StepFunctions(now_us=lambda: self.now_us, invoke=self.invoke, engine=engine, kick=self._kick)
        parameters = {"name": "m", "definition": text_of(machine(states, **fields)), "roleArn": ROLE}
        self.arn = self.service.call("CreateStateMachine", parameters)["stateMachineArn"]

    def start(self) -> str:
        return str(self.service.call("StartExecution", {"stateMachineArn": self.arn})["executionArn"])

    def status(self, execution: str) -> str:
        return str(self.service.call("DescribeExecution", {"executionArn": execution})["status"])

    def invoke(self, invocation: Invocation) -> Reply:
        self.calls.append(invocation)
        answer = self.answers.pop(0) if self.answers else Reply(1)
        if isinstance(answer, Failed):
            raise answer
        return answer

    def _kick(self) -> None:
        self.kicks += 1


def test_nothing_is_due_until_something_is_started(engine: Jsonata) -> None:
    clock = Clock(engine, {"t": call()})
    assert (clock.service.next_due_us(), clock.service.next_s(), clock.service.pump()) == (None, float("inf"), False)
    kicks = clock.kicks
    clock.start()
    assert clock.kicks == kicks + 1
    assert clock.service.next_due_us() == 0


def test_a_step_is_a_strand_or_a_call(engine: Jsonata) -> None:
    clock = Clock(engine, {"t": call()})
    execution = clock.start()
    done = 0
    while clock.service.step():
        done += 1
        assert len(clock.calls) == (done > 1)
    assert (done, clock.status(execution)) == (3, "SUCCEEDED")


def test_a_wait_is_due_at_its_end_but_no_work(engine: Jsonata) -> None:
    clock = Clock(engine, {"w": {"Type": "Wait", "Seconds": 5, **END}})
    clock.start()
    clock.service.pump()
    assert (clock.service.next_s(), clock.service.next_s(sleeps=False)) == (5, float("inf"))


def test_a_back_off_is_work(engine: Jsonata) -> None:
    clock = Clock(engine, {"t": call(Retry=RETRY, TimeoutSeconds=60)})
    clock.answers = [Failed("E")]
    clock.start()
    clock.service.pump()
    assert (clock.service.next_s(), clock.service.next_s(sleeps=False)) == (7, 7)


def test_a_token_that_is_waited_for_makes_nothing_due(engine: Jsonata) -> None:
    clock = Clock(engine, {"t": wait_for_token()})
    clock.start()
    clock.service.pump()
    assert clock.service.next_due_us() is None
    token = clock.calls[0].payload["token"]
    clock.service.call("SendTaskSuccess", {"taskToken": token, "output": "1"})
    assert clock.service.next_due_us() == 0


def test_a_function_may_call_the_service_from_another_thread(engine: Jsonata) -> None:
    clock = Clock(engine, {"t": wait_for_token()})

    def invoke(invocation: Invocation) -> Reply:
        send = {"taskToken": invocation.payload["token"], "output": "1"}
        thread = threading.Thread(target=clock.service.call, args=("SendTaskSuccess", send))
        thread.start()
        thread.join(timeout=10)
        assert not thread.is_alive()
        return Reply()

    clock.service.invoke = invoke
    execution = clock.start()
    clock.service.pump()
    assert clock.status(execution) == "SUCCEEDED"


def test_many_executions_take_turns(engine: Jsonata) -> None:
    clock = Clock(engine, {"w": {"Type": "Wait", "Seconds": 5, "Next": "t"}, "t": call()})
    executions = [clock.start() for _ in range(3)]
    clock.service.pump()
    clock.now_us = 5 * US
    clock.service.pump()
    assert [one.execution_arn for one in clock.calls] == executions
    assert {clock.status(one) for one in executions} == {"SUCCEEDED"}


def test_executions_can_be_forgotten(engine: Jsonata) -> None:
    clock = Clock(engine, {"w": {"Type": "Wait", "Seconds": 5, **END}})
    clock.start()
    clock.service.clear()
    assert clock.service.next_due_us() is None
    assert clock.service.call("ListExecutions", {"stateMachineArn": clock.arn})["executions"] == []


def test_a_call_that_takes_time_is_over_later(engine: Jsonata) -> None:
    clock = Clock(engine, {"t": call()})
    clock.answers = [Reply(1, after_s=2.5)]
    execution = clock.start()
    clock.service.pump()
    assert clock.service.next_s() == 2.5
    assert clock.status(execution) == "RUNNING"
    clock.now_us = round(2.5 * US)
    clock.service.pump()
    assert clock.status(execution) == "SUCCEEDED"


def test_an_answer_at_the_instant_of_its_time_out_counts(engine: Jsonata) -> None:
    clock = Clock(engine, {"t": call(TimeoutSeconds=2)})
    clock.answers = [Reply(1, after_s=2)]
    execution = clock.start()
    clock.service.pump()
    clock.now_us = 2 * US
    clock.service.pump()
    assert clock.status(execution) == "SUCCEEDED"


def test_an_execution_that_is_over_does_not_time_out(engine: Jsonata) -> None:
    clock = Clock(engine, {"t": call()}, TimeoutSeconds=5)
    execution = clock.start()
    clock.service.pump()
    clock.now_us = 9 * US
    clock.service.pump()
    assert clock.status(execution) == "SUCCEEDED"


def test_the_agenda_is_in_the_order_of_time_then_of_arrival() -> None:
    agenda = Agenda()
    for due, name in ((5, "later"), (1, "first"), (1, "second")):
        agenda.add(due, lambda name=name: taken.append(name))
    agenda.add(1, lambda: taken.append("limit"), Kind.LIMIT)
    agenda.add(1, lambda: taken.append("third"))
    agenda.add(1, lambda: taken.append("never")).cancel()
    taken: list[str] = []
    while (entry := agenda.pop(1)) is not None:
        entry.action()
    assert taken == ["first", "second", "third", "limit"]
    assert agenda.next_due_us() == 5
