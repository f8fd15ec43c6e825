"""Functions: invoke, and invoke_later."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cloudless.conformance.apps import functions
from cloudless.conformance.harness import Target
from cloudless.conformance.suite import Suite, covers, needs, notes
from cloudless.errors import InvalidArgument, InvalidBody, RemoteError


class FunctionSuite(Suite):
    """What every function does on every cloud."""

    entry = "cloudless.conformance.apps.functions:app"

    @needs("function")
    @covers("functions")
    def test_invoke_returns_the_result(self, target: Target) -> None:
        assert functions.double.invoke(21) == 42
        assert functions.double.invoke(number=1, times=3) == 8

    @needs("function")
    @covers("functions")
    def test_arguments_and_results_arrive_as_what_they_are(self, target: Target) -> None:
        assert functions.pay.invoke(functions.Bill("é", Decimal("1.10"))) == functions.Bill("é", Decimal("2.20"))

    @needs("function")
    @covers("functions")
    def test_an_async_function_is_invoked_as_any_other(self, target: Target) -> None:
        assert functions.shout.invoke("é") == "É"

    @needs("function")
    @covers("functions", "exception")
    def test_a_declared_exception_is_raised_again(self, target: Target) -> None:
        with pytest.raises(functions.Declined, match="no funds"):
            functions.decline.invoke("no funds")
        with pytest.raises(ZeroDivisionError):
            functions.divide.invoke(0)

    @needs("function")
    @covers("functions", "exception")
    def test_any_other_exception_is_a_remote_error(self, target: Target) -> None:
        with pytest.raises(RemoteError, match="Strange: nobody knows it"):
            functions.explode.invoke()

    @needs("function")
    @covers("functions", "crash")
    def test_a_crash_is_a_remote_error_and_never_retried(self, target: Target) -> None:
        with pytest.raises(RemoteError, match="Crashed"):
            functions.die.invoke()
        target.run()
        assert len(notes(target, "die")) == 1

    @needs("function")
    @covers("functions", "wrong payload")
    def test_arguments_that_do_not_fit_are_refused_before_the_call(self, target: Target) -> None:
        with pytest.raises(InvalidBody, match="argument 'number': expected int"):
            functions.double.invoke("1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        with pytest.raises(InvalidBody, match=r"missing \['number'\]"):
            functions.double.invoke()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
        with pytest.raises(InvalidArgument, match="2 arguments, 3 were given"):
            functions.double.invoke(1, 2, 3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
        assert notes(target, "double") == []

    @needs("function")
    @covers("functions")
    def test_a_handler_may_invoke_what_it_mentions(self, target: Target) -> None:
        id = functions.calls.send({"number": 4})
        target.run()
        first, second = notes(target, "call")
        assert (first["result"], first["text"], second["declined"]) == (8, "A", "no funds")
        assert first["correlation"] == notes(target, "shout")[0]["correlation"] == id

    @needs("function.later")
    @covers("functions", "exception")
    def test_a_later_call_is_retried(self, target: Target) -> None:
        functions.later.invoke_later("a", fails=2)
        target.run()
        assert [note["attempt"] for note in notes(target, "later")] == [1, 2, 3]
        assert functions.later.dead_letters.peek() == []

    @needs("function.later", "queue.dead_letters")
    @covers("functions", "poison message")
    def test_a_later_call_that_fails_is_a_dead_letter_and_can_be_redriven(self, target: Target) -> None:
        functions.later.invoke_later("a", fails=9)
        target.run()
        (letter,) = functions.later.dead_letters.peek()
        assert (letter.body, letter.error.type) == ({"name": "a", "fails": 9}, "ConnectionError")
        assert functions.later.dead_letters.redrive() == 1
        target.run()
        assert len(notes(target, "later")) == 6

    @needs("function.later", "queue.dead_letters")
    @covers("functions", "reject")
    def test_a_later_call_can_be_rejected(self, target: Target) -> None:
        functions.later.invoke_later("a", -1)
        target.run()
        assert [note["attempt"] for note in notes(target, "later")] == [1]
        assert len(functions.later.dead_letters.peek()) == 1

    @needs("function.later")
    @covers("functions")
    def test_a_handler_may_call_later_what_it_mentions(self, target: Target) -> None:
        functions.calls.send({"later": True})
        target.run()
        assert [note["name"] for note in notes(target, "later")] == ["from a handler"]
