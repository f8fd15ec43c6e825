# mypy: ignore-errors
# pyright: basic, reportPrivateUsage=false, reportAttributeAccessIssue=false, reportOptionalCall=false
"""Mutants of orchestrations: the engine, and how the front end lowers sagas. The fuzzer finds each: tests/fuzz."""

from __future__ import annotations

import math
from typing import Any

from cloudless.driver.error import error_of
from cloudless.engine import attempts, block, effect, error, expression, fan_out, flow, frame, group, mailbox, retry
from cloudless.engine import statement as statements
from cloudless.frontend.orchestration import saga
from cloudless.ir.expression import Arithmetic, Const
from cloudless.ir.statement import Range
from cloudless.ir.type import INT, Type
from tests.mutants.fault import Fault, collector, patch, wrap

FAULTS: dict[str, Fault] = {}
fault = collector(FAULTS)


def one_more(policy: Any, more: int) -> Any:
    return retry.Policy(policy.attempts + more, policy.delay_s, policy.factor, policy.max_delay_s, policy.names)


@fault
def one_attempt_too_many() -> None:
    wrap(statements, "policy_of", lambda old, plain: one_more(old(plain), 1) if plain else old(plain))


@fault
def one_attempt_too_few() -> None:
    wrap(statements, "policy_of", lambda old, plain: one_more(old(plain), -1) if plain else old(plain))


@fault
def back_off_does_not_grow() -> None:
    patch(retry.Policy, "wait_s", lambda self, failed: self.delay_s)


@fault
def back_off_has_no_maximum() -> None:
    patch(retry.Policy, "wait_s", lambda self, failed: self.delay_s * self.factor ** (failed - 1))


@fault
def every_error_is_retried() -> None:
    patch(retry.Policy, "takes", lambda self, error: "PlatformError" in error["mro"] or self is not attempts.PLATFORM)


@fault
def retries_know_no_subclasses() -> None:
    patch(retry.Policy, "takes", lambda self, error: error["type"] in self.names or error["mro"][1] == "PlatformError")


@fault
def failures_of_the_platform_count_as_attempts() -> None:
    patch(attempts, "PLATFORM", retry.ONCE)


@fault
def the_platform_is_tried_once_more() -> None:
    patch(attempts, "PLATFORM", one_more(retry.PLATFORM, 1))


@fault
def kinds_of_errors_have_counters_of_their_own() -> None:
    """A retry begins anew when another kind of error comes."""

    def failed_with(old: Any, self: Any, scheduler: Any, error: Any) -> None:
        if getattr(LAST, "type", "") != error["type"] and self._number < 9:
            self._failed = 0
        LAST.type = error["type"]
        old(self, scheduler, error)

    wrap(attempts.Attempts, "_failed_with", failed_with)


class LAST:
    """The last error of any step."""


@fault
def time_outs_are_not_retried() -> None:
    def fired(self: Any, scheduler: Any) -> None:
        scheduler.forget(self._call)
        scheduler.fail(self.strand, error_of("TimeoutError", "too long"))

    patch(attempts.Attempts, "fired", fired)


@fault
def time_outs_are_ignored() -> None:
    patch(attempts.Attempts, "fired", lambda self, scheduler: None)


@fault
def time_outs_are_no_os_errors() -> None:
    wrap(attempts, "error_of", lambda old, name, message: {**old(name, message), "mro": [name, "Exception"]})


@fault
def finally_is_lost() -> None:
    patch(flow, "_finally", lambda body, last: body)


@fault
def finally_is_lost_on_the_way_out() -> None:
    """Where a return, break or continue goes through it."""

    def skipping(body: Any, last: Any) -> Any:
        def run(frame: Any) -> Any:
            problem = signal = None
            try:
                signal = yield from body(frame)
            except error.Raised as raised:
                problem = raised
            if signal is not None:
                return signal
            over = yield from last(frame)
            if over is not None:
                return over
            if problem is not None:
                raise problem
            return None

        return run

    patch(flow, "_finally", skipping)


@fault
def return_in_finally_does_not_stand() -> None:
    def around(old: Any, body: Any, last: Any) -> Any:
        def quiet(frame: Any) -> Any:
            value = frame.value
            yield from last(frame)
            frame.value = value

        return old(body, quiet)

    wrap(flow, "_finally", around)


@fault
def finally_swallows_errors() -> None:
    def around(old: Any, body: Any, last: Any) -> Any:
        def quiet(frame: Any) -> Any:
            try:
                return (yield from body(frame))
            except error.Raised:
                return None

        return old(quiet, last)

    wrap(flow, "_finally", around)


@fault
def the_last_handler_that_fits_counts() -> None:
    wrap(flow, "_handled", lambda old, body, handlers, otherwise: old(body, handlers[::-1], otherwise))


@fault
def handlers_know_no_subclasses() -> None:
    patch(flow, "is_one_of", lambda error, names: error["type"] in names or "Exception" in names)


@fault
def errors_of_else_are_caught() -> None:
    def around(old: Any, body: Any, handlers: Any, otherwise: Any) -> Any:
        def both(frame: Any) -> Any:
            signal = yield from body(frame)
            return (yield from otherwise(frame)) if signal is None else signal

        return old(both, handlers, nothing)

    def nothing(frame: Any) -> Any:
        return None
        yield

    wrap(flow, "_handled", around)


@fault
def else_is_run_after_a_return() -> None:
    def around(old: Any, body: Any, handlers: Any, otherwise: Any) -> Any:
        def run(frame: Any) -> Any:
            signal = yield from old(body, handlers, nothing)(frame)
            if signal is not None:
                yield from otherwise(frame)
            return signal

        return run

    def nothing(frame: Any) -> Any:
        return None
        yield

    wrap(flow, "_handled", around)


@fault
def continue_is_break() -> None:
    before = flow.jump
    statements.SIMPLE["Continue"] = lambda plain: before({**plain, "node": "Break"})


@fault
def break_leaves_every_loop() -> None:
    def around(old: Any, label: str, body: Any, items: Any, item: str) -> Any:
        inner = old(label, body, items, item)

        def run(frame: Any) -> Any:
            return inner.run(frame)

        return inner if inner.waits else block.Code(run, waits=False)

    wrap(flow, "_repeat", around)
    wrap(
        flow.Jump,
        "__init__",
        lambda old, self, label, is_break: old(self, "*" if is_break else label, is_break=is_break),
    )


@fault
def ranges_include_their_end() -> None:
    wrap(flow, "_range", lambda old, plain: closed(old(plain)))


def closed(of: Any) -> Any:
    def made(at: Any) -> range:
        found = of(at)
        return range(found.start, found.stop + (1 if found.step > 0 else -1), found.step)

    return made


@fault
def mailbox_is_last_in_first_out() -> None:
    patch(mailbox.Mailbox, "take", lambda self, name: self._kept[name].pop())


@fault
def early_events_are_lost() -> None:
    def put(old: Any, self: Any, name: str, payload: Any, id: str) -> Any:
        return old(self, name, payload, id) if self._waiters.get(name) else None

    wrap(mailbox.Mailbox, "put", put)


@fault
def repeated_events_count() -> None:
    wrap(mailbox.Mailbox, "put", lambda old, self, name, payload, id: old(self, name, payload, ""))


@fault
def ids_of_events_are_of_all_names() -> None:
    def put(old: Any, self: Any, name: str, payload: Any, id: str) -> Any:
        if id and any(known == id for _, known in self._ids):
            return None
        return old(self, name, payload, id)

    wrap(mailbox.Mailbox, "put", put)


@fault
def an_event_wakes_who_gave_up() -> None:
    """A wait that timed out still takes the next event."""
    patch(mailbox.Mailbox, "leave", lambda self, waiter: None)
    wrap(mailbox.Mailbox, "put", lambda old, self, *rest: forgotten(old(self, *rest)))


def forgotten(waiter: Any) -> Any:
    return None if waiter is None or (waiter.timer and waiter.timer in DONE) else waiter


DONE: set[int] = set()
_fired = mailbox.Waiter.fired


def _note(self: Any, scheduler: Any) -> None:
    DONE.add(self.timer)
    _fired(self, scheduler)


@fault
def first_to_fail_counts() -> None:
    """In time, not in order."""

    def settle(old: Any, self: Any, scheduler: Any, index: int, how: Any) -> None:
        if how[0] == "err":
            if not any(one and one[0] == "err" for one in self._settled):
                self._settled[0] = how
            else:
                how = ("v", None)
        if self._settled[index] is None or self._settled[index][0] == "v":
            old(self, scheduler, index, how)
        else:
            old(self, scheduler, index, self._settled[index])

    wrap(group.Group, "settle", settle)


@fault
def the_last_error_counts() -> None:
    before = fan_out.all_of

    def all_of(settled: Any) -> Any:
        return before(settled[::-1])[::-1]

    patch(fan_out, "all_of", all_of)
    patch(statements, "all_of", all_of)


@fault
def gather_fails_fast() -> None:
    """The parent goes on before all have settled."""

    def settle(old: Any, self: Any, scheduler: Any, index: int, how: Any) -> None:
        if self._left < 0:
            return
        old(self, scheduler, index, how)
        if how[0] == "err" and self._left > 0:
            self._left = -1
            scheduler.resume(self._parent, [how])

    wrap(group.Group, "settle", settle)


@fault
def limit_is_off_by_one() -> None:
    wrap(
        effect.Parallel,
        "__init__",
        lambda old, self, count, limit, *rest, **more: old(self, count, limit and limit + 1, *rest, **more),
    )


@fault
def limit_is_ignored() -> None:
    wrap(effect.Parallel, "__init__", lambda old, self, count, limit, *rest, **more: old(self, count, 0, *rest, **more))


@fault
def results_are_in_order_of_completion() -> None:
    def settle(old: Any, self: Any, scheduler: Any, index: int, how: Any) -> None:
        place = sum(one is not None for one in self._settled)
        old(self, scheduler, place, how)

    wrap(group.Group, "settle", settle)


@fault
def branches_share_their_variables() -> None:
    def branch(self: Any, id: str, index: int) -> Any:
        return frame.Frame(self.program, self.variables, f"{self.key(id)}[{index}]", self.clock)

    patch(frame.Frame, "branch", branch)


@fault
def collect_raises() -> None:
    patch(fan_out, "collected", fan_out.all_of)


@fault
def compensation_is_first_in_first_out() -> None:
    one = Const(1, Type(INT))
    patch(saga, "Range", lambda start, stop, step: Range(Const(0, Type(INT)), Arithmetic("+", start, one, "int"), 1))


@fault
def compensations_are_tried_once() -> None:
    patch(saga, "ATTEMPTS", 1)


@fault
def the_first_compensation_is_forgotten() -> None:
    zero = Const(0, Type(INT))
    patch(saga, "Range", lambda start, stop, step: Range(start, zero, step))


@fault
def division_rounds_towards_zero() -> None:
    expression._ARITHMETIC["//"] = lambda left, right: int(left / right)


@fault
def remainder_has_the_sign_of_the_left_side() -> None:
    expression._ARITHMETIC["%"] = lambda left, right: int(math.fmod(left, right))


@fault
def zero_and_nothing_are_none() -> None:
    expression.COMPILERS["IsNone"] = lambda plain: negated(expression.compiled(plain["of"]))


def negated(of: Any) -> Any:
    return lambda at: not of(at)


@fault
def a_null_is_a_missing_key() -> None:
    def has_key(plain: Any) -> Any:
        of, key = expression.compiled(plain["of"]), expression.compiled(plain["key"])
        return lambda at: of(at).get(key(at)) is not None

    expression.COMPILERS["HasKey"] = has_key


@fault
def lists_of_one_are_their_item() -> None:
    """As JSONata has it, in comprehensions."""
    before = expression._map
    expression.COMPILERS["Map"] = lambda plain: unwrapped(before(plain))


def unwrapped(of: Any) -> Any:
    def evaluate(at: Any) -> Any:
        found = of(at)
        return found[0] if len(found) == 1 and isinstance(found[0], list) else found

    return evaluate


@fault
def bools_are_written_small() -> None:
    before = expression._to_text
    expression.COMPILERS["ToText"] = lambda plain: small(before(plain))


def small(of: Any) -> Any:
    return lambda at: {"True": "true", "False": "false"}.get(of(at), of(at))


@fault
def and_is_or() -> None:
    expression.COMPILERS["And"] = expression._or


@fault
def conditions_of_comprehensions_are_lost() -> None:
    before = expression._map
    expression.COMPILERS["Map"] = lambda plain: before({**plain, "test": None})


@fault
def minimum_is_maximum() -> None:
    expression._FOLDS["min"] = max


@fault
def merging_keeps_the_old_value() -> None:
    def merge(plain: Any) -> Any:
        left, right = expression.compiled(plain["left"]), expression.compiled(plain["right"])
        return lambda at: {**right(at), **left(at)}

    expression.COMPILERS["Merge"] = merge


@fault
def errors_lose_their_data() -> None:
    wrap(error.Raised, "__init__", lambda old, self, error: old(self, {**error, "data": {}}))


@fault
def sleeping_takes_a_second_more() -> None:
    wrap(effect.Sleep, "__init__", lambda old, self, seconds, id: old(self, seconds + 1, id))


@fault
def checks_are_not_made() -> None:
    statements.SIMPLE["Check"] = lambda plain: block.Code(lambda frame: None, waits=False)
