"""FunctionsHost: one function app, with what calls its functions: entities, requests, the clock, Durable."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from providers.azure.tests.durable.chaos import Chaos
from providers.azure.tests.durable.failures import Aborted, Raised
from providers.azure.tests.durable.host import Latency
from providers.azure.tests.durable.hub import Hub
from providers.azure.tests.functionshost.bindings import (
    Called,
    Indexed,
    Invocation,
    Trigger,
    data_of,
    indexed,
    metadata_of,
)
from providers.azure.tests.functionshost.http import response_of, typed_request
from providers.azure.tests.functionshost.invoker import (
    Begun,
    Call,
    Ended,
    FunctionRaised,
    FunctionTimedOut,
    HostStopped,
    Invoker,
    NoAnswer,
)
from providers.azure.tests.functionshost.launcher import Fresh, Launcher, environment
from providers.azure.tests.functionshost.process import IndexingFailed
from providers.azure.tests.functionshost.queues import Delivery, Listener
from providers.azure.tests.functionshost.route import Route, find
from providers.azure.tests.functionshost.settings import HostSettings
from providers.azure.tests.functionshost.timer import NEVER, Timer
from providers.azure.tests.servicebus import Broker
from tests.hosting.http import Request, Response
from tests.hosting.timefile import VARIABLE, TimeFile

__all__ = ["FunctionsHost", "IndexingFailed", "Invocation", "Trigger"]

Plain = dict[str, Any]
TIMEOUT = "00:30:00"
"""functionTimeout of the Flex Consumption plan, where host.json does not say.

https://learn.microsoft.com/en-us/azure/azure-functions/functions-scale#timeout
"""

ANSWER_S = 230.0
"""What Azure's load balancer waits for an answer, on every plan; same page."""

KEY = "the-key-of-this-host"
"""Opens the functions that are not anonymous, as header `x-functions-key` or query parameter `code`."""

TOGETHER = 16
"""maxConcurrentCalls, where host.json does not say."""


class FunctionsHost:
    """Hosts the function app in `folder` (function_app.py, host.json).

    broker: whose entities its triggers take from, and whose clock counts. env: the app's settings, added to this
    process's environment. rng: chooses which of several messages comes first; without one, the oldest does. zygote:
    where workers come from, by default fresh interpreters. time_file: what time it is for workers, by default real
    time. workers: how many processes take turns. answer_s: how long callers of HTTP wait, in real time. chaos, latency:
    what goes wrong in Durable, and how long its activities take.

    Nothing happens by itself: `pump` makes the calls that are due now, `http` and `fire` make one. Timers, and
    instances of Durable, outlive `stop` and `start`.
    """

    def __init__(
        self,
        folder: Path,
        broker: Broker,
        env: Mapping[str, str] | None = None,
        *,
        rng: random.Random | None = None,
        zygote: Launcher | None = None,
        time_file: TimeFile | None = None,
        workers: int = 1,
        answer_s: float = ANSWER_S,
        chaos: Chaos | None = None,
        latency: Latency = lambda name, input: 0,
    ) -> None:
        self.durable: Hub | None = None
        self._env = environment(env or {}) | ({VARIABLE: str(time_file.path)} if time_file else {})
        self._settings = HostSettings(folder, self._env)
        span = self._settings.text("functionTimeout", TIMEOUT)
        self._invoker = Invoker(
            zygote or Fresh(),
            folder,
            self._env,
            broker.clock.now_s,
            count=workers,
            timeout_s=self._settings.seconds("functionTimeout", TIMEOUT),
            span=span,
        )
        self._now_s = broker.clock.now_s
        self._answer_s = answer_s
        self._make_hub = partial(Hub, self._now_s, self._hub_name(), chaos, latency)
        self._listener = Listener(broker, self._settings, rng)
        self._indexed = Indexed()
        self._in_flight: list[Delivery] = []

    def _hub_name(self) -> str:
        return self._settings.text("extensions.durableTask.hubName", "TestHubName")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def rng(self) -> random.Random | None:
        return self._listener.rng

    @rng.setter
    def rng(self, value: random.Random | None) -> None:
        self._listener.rng = value

    @property
    def calls(self) -> list[Invocation]:
        """Every invocation so far."""
        return self._invoker.calls

    @property
    def triggers(self) -> list[Trigger]:
        """The Service Bus triggers."""
        return self._indexed.triggers

    @property
    def timers(self) -> list[Timer]:
        return self._indexed.timers

    @property
    def routes(self) -> list[Route]:
        return self._indexed.routes

    def log(self) -> str:
        """What the workers that run now have printed."""
        return self._invoker.log()

    # --- start and end --------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the workers and index the app; raises IndexingFailed. Timers that were due meanwhile are past due."""
        stored = {timer.name: timer.stored for timer in self.timers}
        functions = self._invoker.start()
        prefix = self._settings.text("extensions.http.routePrefix", "api")
        try:
            self._indexed = indexed(functions, prefix, self._env)
        except IndexingFailed:
            self._invoker.stop()
            raise
        for timer in self.timers:
            timer.stored = stored.get(timer.name)
            timer.start(self._now())
        if self._indexed.is_durable:
            self._open_hub()

    def _open_hub(self) -> None:
        self.durable = self.durable or self._make_hub()
        orchestrators = {one.name: partial(self._replay, one) for one in self._indexed.orchestrators.values()}
        activities = {one.name: partial(self._carry_out, one) for one in self._indexed.activities.values()}
        self.durable.open(orchestrators, activities)

    def stop(self) -> None:
        """End the workers, and all listening; `start` begins anew where it stopped."""
        for timer in self.timers:
            timer.stop()
        if self.durable:
            self.durable.shut()
        self._invoker.stop()
        self._listener.close()

    def kill(self) -> None:
        """End in the middle of whatever runs, as when the machine is lost: nothing of it is settled."""
        self._invoker.kill()
        self.stop()

    def close(self) -> None:
        """Stop for good."""
        self.stop()
        if self.durable:
            self.durable.close()

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._now_s(), UTC)

    def _call(self, function: Called | Trigger | Route | Timer, address: str, data: Plain, **more: Any) -> Call:
        """A call of a function with its data, and with a Durable client where it wants one."""
        inputs = {function.parameter: data}
        for name in self._indexed.clients.get(function.id, ()):
            assert self.durable
            inputs[name] = {"string": self.durable.binding()}
        return Call(id=function.id, name=function.name, address=address, inputs=inputs, **more)

    # --- what happens now -----------------------------------------------------------------------------

    def pump(self, *, together: int = 1) -> int:
        """Make every call that is due now, until nothing is; returns how many that took. Time does not pass.

        together: how many messages are handed out before the first of them is waited for.
        """
        before = len(self.calls)
        while self._invoker.is_running and any(step() for step in self._listener.shuffled(self._steps(together))):
            pass
        return len(self.calls) - before

    def _steps(self, together: int) -> list[Callable[[], bool]]:
        """What may have something to do; each says whether it had."""
        steps: list[Callable[[], bool]] = [partial(self._tick, timer) for timer in self.timers]
        if together > 1:
            steps.append(partial(self._pump_together, together))
        else:
            steps += [partial(self.pump_one, trigger) for trigger in self.triggers]
        return [*steps, self.durable.run] if self.durable else steps

    def next_s(self) -> float:
        """When a timer or Durable has something to do next, seconds since the epoch; infinite for never."""
        if not self._invoker.is_running:
            return float("inf")
        dues = [due for timer in self.timers if (due := timer.due())]
        times = [self._now_s() if due == NEVER else due.timestamp() for due in dues]
        return min([self.durable.next_s() if self.durable else float("inf"), *times])

    # --- messages -------------------------------------------------------------------------------------

    def pump_one(self, trigger: Trigger) -> bool:
        """Make one call of a function, if there is something for it."""
        delivery = self._listener.take(trigger)
        if delivery:
            self._deliver([delivery])
        return delivery is not None

    def _pump_together(self, count: int) -> bool:
        most = min(count, self._settings.number("extensions.serviceBus.maxConcurrentCalls", TOGETHER))
        deliveries = [delivery for _, delivery in zip(range(most), self._ready(), strict=False)]
        self._deliver(deliveries)
        return bool(deliveries)

    def _ready(self) -> Iterator[Delivery]:
        for trigger in self._listener.shuffled(self.triggers):
            while delivery := self._listener.take(trigger):
                yield delivery

    def _deliver(self, deliveries: Sequence[Delivery]) -> None:
        """Invoke with all of them at once, then settle each."""
        self._in_flight += deliveries
        begun = [self._invoker.begin(self._call_of(delivery)) for delivery in deliveries]
        for delivery, one in zip(deliveries, begun, strict=True):
            self._settle(delivery, one)
            self._in_flight.remove(delivery)

    def _call_of(self, delivery: Delivery) -> Call:
        trigger = delivery.trigger
        data, metadata = data_of(delivery.taken, many=trigger.many), metadata_of(delivery.taken, many=trigger.many)
        return self._call(trigger, trigger.address, data, metadata=metadata, deliveries=delivery.counts)

    def _settle(self, delivery: Delivery, begun: Begun) -> None:
        try:
            self._invoker.end(begun)
        except HostStopped:
            self._listener.drop(delivery)
        except Ended:
            self._listener.settle(delivery, is_done=False)
        else:
            self._listener.settle(delivery, is_done=True)

    def renew(self) -> None:
        """Renew the locks of messages whose functions run. Call it as time passes meanwhile, before locks end."""
        self._listener.renew(list(self._in_flight))

    # --- timers ---------------------------------------------------------------------------------------

    def _tick(self, timer: Timer) -> bool:
        due = timer.due()
        if due is None or due > self._now():
            return False
        self._fire(timer)
        return True

    def fire(self, name: str) -> None:
        """Call the function of a timer now, as an operator does; its schedule does not count that."""
        timer = next(timer for timer in self.timers if timer.name == name)
        with suppress(Ended):
            self._invoker.call(self._call(timer, timer.schedule.expression, {"json": timer.info_by_hand()}))

    def _fire(self, timer: Timer) -> None:
        """What the function raises stands in `calls`, and the schedule goes on; a host that stops notes nothing."""
        now = self._now()
        with suppress(HostStopped):
            with suppress(FunctionRaised, FunctionTimedOut):
                self._invoker.call(self._call(timer, timer.schedule.expression, {"json": timer.info()}))
            timer.called(now)

    # --- requests -------------------------------------------------------------------------------------

    def http(self, request: Request) -> Response:
        """Answer one request; safe from several threads, also while `pump` runs."""
        if not self._invoker.is_running:
            return Response(status=503)
        if "%00" in request.path:
            return Response(status=400)  # Kestrel: the path contains null characters
        found = find(self.routes, request.method, request.path)
        if found is None:
            return self._home() if request.path == "/" else Response(status=404)
        route, parameters = found
        if not route.is_anonymous and KEY not in {request.header("x-functions-key"), request.parameter("code")}:
            return Response(status=401)
        data = typed_request(request, parameters, self._env.get("WEBSITE_HOSTNAME", "localhost"))
        return self._responded(self._call(route, request.path, data))

    def _home(self) -> Response:
        """What the host shows where no function takes the root (HomepageMiddleware)."""
        is_off = self._env.get("AzureWebJobsDisableHomepage", "").lower() == "true"
        return Response(status=204) if is_off else Response(status=200, headers=(("Content-Type", "text/html"),))

    def _responded(self, call: Call) -> Response:
        """The answer of a function; if it takes too long, the caller does not see it."""
        try:
            return response_of(self._invoker.end(self._invoker.begin(call), self._answer_s)["return"])
        except NoAnswer:
            return Response(status=504)
        except HostStopped:
            return Response(status=503)
        except Ended:
            return Response(status=500)

    # --- Durable --------------------------------------------------------------------------------------

    def _replay(self, function: Called, instance: str, body: str) -> str:
        """A turn of an orchestrator. After OrchestrationMiddleware: a time-out is tried again, a lost worker is not."""
        try:
            return self._durably(self._call(function, instance, {"string": body}))
        except FunctionTimedOut as problem:
            raise Aborted(str(problem)) from problem
        except FunctionRaised as problem:
            raise Raised(f" {problem}") from problem
        except Ended as problem:
            raise Raised(f"One or more errors occurred. ({problem})") from problem

    def _carry_out(self, function: Called, instance: str, text: str) -> str:
        """An activity. After TaskActivityShim: whatever goes wrong is the activity's failure."""
        metadata = {"instanceId": {"string": instance}}
        try:
            return self._durably(self._call(function, instance, {"string": text}, metadata=metadata))
        except FunctionRaised as problem:
            raise Raised(f" {problem}") from problem
        except Ended as problem:
            raise Raised(str(problem)) from problem

    def _durably(self, call: Call) -> str:
        """The JSON that a function returned. A host that stops gives the message back."""
        try:
            text: str = self._invoker.call(call)["return"].get("json", "null")
        except HostStopped as problem:
            raise Aborted(str(problem)) from problem
        return text
