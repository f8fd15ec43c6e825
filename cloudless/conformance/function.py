"""Functions: invoke, and invoke_later."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cloudless.conformance.apps import functions
from cloudless.conformance.body import BODY_LIMIT, NASTY
from cloudless.conformance.harness import Target
from cloudless.conformance.suite import Suite, covers, needs, notes
from cloudless.errors import InvalidArgument, InvalidBody, PayloadTooLarge, RemoteError


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
        with pytest.raises(functions.Declined, match=r"^no funds$"):
            functions.decline.invoke("no funds")
        with pytest.raises(ZeroDivisionError, match="division"):
            functions.divide.invoke(0)

    @needs("function")
    @covers("functions", "exception")
    def test_any_other_exception_is_a_remote_error_with_its_type_and_text(self, target: Target) -> None:
        with pytest.raises(RemoteError) as problem:
            functions.explode.invoke()
        assert (problem.value.type, problem.value.text) == ("Strange", "nobody knows it")

    @needs("function")
    @covers("who retries", "exception")
    def test_a_direct_call_is_never_retried(self, target: Target) -> None:
        with pytest.raises(RemoteError):
            functions.explode.invoke()
        target.run()
        assert len(notes(target, "explode")) == 1

    @needs("function")
    @covers("functions", "nasty strings")
    def test_every_text_comes_back_unchanged(self, target: Target) -> None:
        assert [functions.echo.invoke(text) for text in NASTY] == NASTY

    @needs("function")
    @covers("functions", "size")
    def test_arguments_of_the_limit_are_taken_and_one_byte_more_is_refused(self, target: Target) -> None:
        text = "x" * (BODY_LIMIT - len('{"text":""}'))
        assert functions.echo.invoke(text) == text
        with pytest.raises(PayloadTooLarge, match="the limit is 196,608"):
            functions.echo.invoke(text + "x")
        with pytest.raises(PayloadTooLarge, match="the limit is 196,608"):
            functions.shout.invoke_later(text + "x")
        target.run()
        assert target.journal() == []

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
        assert [note["attempt"] for note in notes(target, "later")] == [1, 2, 3, 1, 2, 3]

    @needs("function.later", "queue.dead_letters")
    @covers("functions", "reject")
    def test_a_later_call_can_be_rejected(self, target: Target) -> None:
        functions.later.invoke_later("a", -1)
        target.run()
        assert [note["attempt"] for note in notes(target, "later")] == [1]
        (letter,) = functions.later.dead_letters.peek()
        assert (letter.error.type, letter.error.text, letter.error.attempt) == ("Reject", "never", 1)

    @needs("function.later", "queue.dead_letters")
    @covers("functions", "crash")
    def test_a_later_call_that_crashes_every_time_is_a_dead_letter_that_says_so(self, target: Target) -> None:
        functions.later.invoke_later("a", functions.CRASHES)
        target.run()
        assert [note["attempt"] for note in notes(target, "later")] == [1, 2, 3]
        (letter,) = functions.later.dead_letters.peek()
        assert (letter.error.type, letter.error.attempt) == ("Crashed", 3)

    @needs("function.later")
    @covers("functions", "wrong payload")
    def test_arguments_of_a_later_call_that_do_not_fit_are_refused_before_it(self, target: Target) -> None:
        with pytest.raises(InvalidBody, match="argument 'fails': expected int"):
            functions.later.invoke_later("a", "1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        target.run()
        assert notes(target, "later") == []

    @needs("function.later")
    @covers("functions")
    def test_a_handler_may_call_later_what_it_mentions(self, target: Target) -> None:
        functions.calls.send({"later": True})
        target.run()
        assert [note["name"] for note in notes(target, "later")] == ["from a handler"]
