"""Put the parts together: plan + user's function + cloud ──► the closure that an adapter calls.

An adapter (the code of a provider that speaks to one platform) needs only this module and `codec`:

    deliver = entry.consumer(plan, function, codec, retry_on, cloud, wait)
    outcome = deliver(codec.unpack(...))         # None: acknowledge. Again: see outcome.py
"""

from __future__ import annotations

from cloudless.errors import Unavailable
from cloudless.runtime import batch as _batch
from cloudless.runtime import consumer as _consumer
from cloudless.runtime import function as _function
from cloudless.runtime.call import call_of
from cloudless.runtime.once import Exclusive, Once

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from cloudless.codec import Codec
    from cloudless.driver.provider import Cloud
    from cloudless.message import Envelope
    from cloudless.runtime.batch import DeliverAll
    from cloudless.runtime.call import Await
    from cloudless.runtime.consumer import Deliver, GiveUp
    from cloudless.runtime.function import Answer
    from cloudless.runtime.plan import Plan


def consumer(
    plan: Plan,
    handler: Callable[..., Any],
    codec: Codec,
    on: tuple[type[Exception], ...],
    cloud: Cloud,
    wait: Await,
    give_up: GiveUp | None = None,
) -> Deliver:
    """A handler of single messages. give_up: stores dead letters; by default through the cloud's queues."""
    judge = _consumer.Judge(plan, on, give_up or dead_letter_sender(plan, cloud))
    call = call_of(plan, handler, cloud, wait)
    if plan.exclusive:
        return _consumer.consumer(plan, Exclusive(plan, call, cloud).call, codec.decode, judge, cloud)
    if not (plan.once or plan.ordered):
        return _consumer.consumer(plan, call, codec.decode, judge, cloud)
    once = Once(plan, call, cloud)
    return _consumer.consumer(plan, once.call, codec.decode, judge, cloud, settled=once.settled)


def batch(
    plan: Plan,
    handler: Callable[..., Any],
    codec: Codec,
    on: tuple[type[Exception], ...],
    cloud: Cloud,
    wait: Await,
    give_up: GiveUp | None = None,
) -> DeliverAll:
    """A handler of batches (`plan.batch_size` > 1 or a list parameter)."""
    judge = _consumer.Judge(plan, on, give_up or dead_letter_sender(plan, cloud))
    return _batch.Batch(plan, call_of(plan, handler, cloud, wait), codec.decode, judge, cloud).deliver


def function(
    plan: Plan, handler: Callable[..., Any], arguments: Codec, result: Codec, cloud: Cloud, wait: Await
) -> Answer:
    """A function that is called directly. arguments: codec of the dict of its arguments."""
    return _function.function(plan, call_of(plan, handler, cloud, wait), arguments.decode, result, cloud)


def dead_letter_sender(plan: Plan, cloud: Cloud) -> GiveUp:
    """Store dead letters through the cloud's queues."""

    def give_up(letter: Envelope) -> None:
        unsent = cloud.queues.send(plan.dead_letters, [letter])
        if unsent:
            raise Unavailable(f"the dead letter of {letter.id} was not stored: {unsent[0].error}")

    return give_up


def wait_with_asyncio(coroutine: Coroutine[Any, Any, Any], timeout_s: float) -> Any:
    """Run a coroutine on an event loop of its own; TimeoutError after `timeout_s`. asyncio is imported here."""
    import asyncio

    async def bounded() -> Any:
        async with asyncio.timeout(timeout_s):
            return await coroutine

    return asyncio.run(bounded())
