"""Put the parts together: plan + user's function + cloud ──► the closure that an adapter calls.

An adapter (the code of a provider that speaks to one platform) needs only this module and `codec`:

    deliver = entry.consumer(entry.Binding(plan, function, codec, on=…, cloud=cloud))
    outcome = deliver(system.unpack(...))         # acknowledge, unless it is Again: see outcome.py
"""

from __future__ import annotations

from cloudless.errors import Unavailable
from cloudless.runtime import consumer as _consumer
from cloudless.runtime.call import call_of
from cloudless.runtime.outcome import overran

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from cloudless.codec import Codec
    from cloudless.driver.provider import Cloud
    from cloudless.message import Envelope
    from cloudless.runtime.batch import DeliverAll
    from cloudless.runtime.call import Await, Call
    from cloudless.runtime.consumer import Deliver, GiveUp
    from cloudless.runtime.function import Answer
    from cloudless.runtime.plan import Plan
    from cloudless.runtime.step import Attempt


class Binding:
    """One handler bound to one cloud.

    function, codec, on: the user's function, the codec of its body (or arguments), exception types worth
    another attempt. wait: runs coroutines. give_up: stores dead letters; by default the cloud's queues do.
    logs: whether failures are logged; a simulation shows them in its trace instead.
    """

    __slots__ = ("cloud", "codec", "function", "give_up", "logs", "on", "plan", "wait")

    def __init__(
        self,
        plan: Plan,
        function: Callable[..., Any],
        codec: Codec,
        *,
        on: tuple[type[Exception], ...],
        cloud: Cloud,
        wait: Await | None = None,
        give_up: GiveUp | None = None,
        logs: bool = True,
    ) -> None:
        self.logs = logs
        self.plan = plan
        self.function = function
        self.codec = codec
        self.on = on
        self.cloud = cloud
        self.wait = wait or wait_with_asyncio
        self.give_up = give_up or dead_letter_sender(plan, cloud)

    def call(self) -> Call:
        """The call of the handler with the parameters that it asked for."""
        return call_of(self.plan, self.function, self.cloud, self.wait)

    def judge(self) -> _consumer.Judge:
        """What decides on its failures."""
        return _consumer.Judge(self.plan, self.on, self.give_up, logs=self.logs)


def consumer(binding: Binding) -> Deliver:
    """A handler of single messages, with the guard that its plan asks for."""
    return _guarded(binding, binding.call())


def _guarded(binding: Binding, call: Call) -> Deliver:
    plan, cloud = binding.plan, binding.cloud
    decode, judge = binding.codec.decode, binding.judge()
    if not plan.is_guarded:
        return _consumer.consumer(plan, call, decode, judge, cloud)
    from cloudless.runtime.once import Exclusive, Once  # a part is imported for those who need it: see App

    if plan.exclusive:
        return _consumer.consumer(plan, Exclusive(plan, call, cloud).call, decode, judge, cloud)
    once = Once(plan, call, cloud)
    return _consumer.consumer(plan, once.call, decode, judge, cloud, settled=once.settled)


def batch(binding: Binding) -> DeliverAll:
    """A handler of batches: one whose parameter is a list.

    That of an ordered queue gets lists of one (decision 0004), through the guard of `deduplication_id`. After a
    message that failed, the rest of the list comes again behind it.
    """
    from cloudless.runtime.batch import Batch, list_of_one, one_by_one

    plan, cloud = binding.plan, binding.cloud
    if plan.ordered:
        return one_by_one(_guarded(binding, list_of_one(plan, binding.call())))
    return Batch(plan, binding.call(), binding.codec.decode, binding.judge(), cloud).deliver


def single(binding: Binding, kind: str) -> Deliver:
    """A handler that is called a message at a time; one of batches gets lists of one. kind: see `runtime.boot`."""
    if kind != "batch":
        return consumer(binding)
    deliver_all = batch(binding)
    return lambda envelope: deliver_all([envelope])[0]


def function(binding: Binding, result: Codec) -> Answer:
    """A function that is called directly; the binding's codec is of the dict of its arguments."""
    from cloudless.runtime.function import function as answering

    return answering(binding.plan, binding.call(), binding.codec.decode, result, binding.cloud)


def step(binding: Binding, result: Codec) -> Answer:
    """A function, or a pure one, that an orchestration calls: see runtime/step.py; otherwise as `function`.

    A pure function runs under its own name, which has no grants: whatever it sends is refused.
    """
    from cloudless.runtime.step import step as answering  # apps without orchestrations need none

    return answering(binding.plan, binding.call(), binding.codec, result, binding.cloud)


def attempt(binding: Binding, result: Codec) -> Attempt:
    """As `step`, where the platform hands over the arguments by themselves."""
    from cloudless.runtime.step import attempt as attempting

    return attempting(binding.plan, binding.call(), binding.codec, result, binding.cloud)


def dead_letter_sender(plan: Plan, cloud: Cloud) -> GiveUp:
    """Store dead letters through the cloud's queues."""

    def give_up(letter: Envelope) -> None:
        unsent = cloud.queues.send(plan.dead_letters, [letter])
        if unsent:
            raise Unavailable(f"the dead letter of {letter.id} was not stored: {unsent[0].error}")

    return give_up


def wait_with_asyncio(coroutine: Coroutine[Any, Any, Any], timeout_s: float) -> Any:
    """Run a coroutine on an event loop of its own; Overran after `timeout_s`. asyncio is imported here.

    Where the platform calls us on a running loop, in a thread, since a thread has one loop.
    """
    import asyncio

    if asyncio._get_running_loop() is None:  # noqa: SLF001  (public in all but name, and raises nothing)
        return asyncio.run(bounded(coroutine, timeout_s))
    from concurrent.futures import ThreadPoolExecutor
    from contextvars import copy_context

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(copy_context().run, asyncio.run, bounded(coroutine, timeout_s)).result()


async def bounded(coroutine: Coroutine[Any, Any, Any], timeout_s: float) -> Any:
    """The value of a coroutine, on the loop that this one runs on; Overran after `timeout_s`."""
    import asyncio

    limit = asyncio.timeout(timeout_s)
    try:
        async with limit:
            return await coroutine
    except TimeoutError as problem:
        if limit.expired():
            raise overran(timeout_s) from problem
        raise
