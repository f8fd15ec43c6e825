"""MemoryCloud: the whole in-memory cloud of one application, behind the driver protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudless.errors import NotFound
from cloudless.handler import unwrapped
from cloudless.http import Endpoint
from cloudless.memory.channel import Channel
from cloudless.memory.doubles import Double
from cloudless.memory.function import MemoryFunctions
from cloudless.memory.history import History
from cloudless.memory.http import MemoryHttp
from cloudless.memory.ledger import MemoryLedger
from cloudless.memory.limits import Limits
from cloudless.memory.ondemand import OnDemand
from cloudless.memory.ordered import OrderedChannel
from cloudless.memory.permissions import Permissions
from cloudless.memory.queue import MemoryQueues
from cloudless.memory.schedule import Timer
from cloudless.memory.secret import MemorySecrets
from cloudless.memory.topic import MemoryTopics
from cloudless.memory.world import US, World
from cloudless.passes.plans import endpoint_plans, plans, pure_plans
from cloudless.runtime import entry, http
from cloudless.runtime.filter import filter_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from cloudless.app import App
    from cloudless.codec import Codec
    from cloudless.engine import Definition
    from cloudless.handler import Handler
    from cloudless.ir import Application
    from cloudless.memory.adversary import Adversary
    from cloudless.memory.fault import FaultPlan
    from cloudless.memory.loop import Waiter
    from cloudless.memory.orchestration import MemoryOrchestrations
    from cloudless.memory.telling import Telling
    from cloudless.runtime.call import Await, Call
    from cloudless.runtime.consumer import GiveUp
    from cloudless.runtime.endpoint import EndpointPlan
    from cloudless.runtime.function import Answer
    from cloudless.runtime.http import Serve
    from cloudless.runtime.plan import Plan


class _Binding(entry.Binding):
    """One whose calls tell of what they raise, where that is wanted."""

    telling: Telling | None = None

    def call(self) -> Call:
        call = super().call()
        return call if self.telling is None else self.telling.call(self.plan, call)


class MemoryCloud:
    """See driver.Cloud. Single-threaded: use it from one thread.

    definitions: of orchestrations, shared by clouds of one application and one configuration, which compile them once.
    telling: tells of handlers that raise.
    """

    provider = "memory"
    blocks = False

    def __init__(
        self,
        app: App,
        application: Application,
        *,
        start_us: int,
        seed: int,
        secrets: Mapping[str, str],
        config: Mapping[str, Any],
        like: str | None,
        history: int,
        faults: FaultPlan | None = None,
        watch: tuple[str, ...] = (),
        wait: Await | None = None,
        definitions: dict[str, Definition] | None = None,
        telling: Telling | None = None,
    ) -> None:
        self._telling = telling
        self._definitions: dict[str, Definition] = {} if definitions is None else definitions
        self.app = app
        self.application = application
        self.world = World(start_us, seed, History(history), is_calm=faults is not None and faults.is_calm)
        self.adversary = None if faults is None else self._adversary(faults, watch)
        self.new_id = self.world.new_id
        self._config = dict(config)
        self._waiter: Await | None = wait
        self._virtual: Waiter | None = None
        self._doubles: dict[str, Double] = {}
        self._plans = plans(application)
        self._endpoint_plans = endpoint_plans(application)
        self._pure_plans = pure_plans(application)
        permissions, limits = Permissions(application, self.world), Limits(like)
        self.channels = self._make_channels()
        self._queues = MemoryQueues(self.world, self.channels, permissions, limits)
        self._topics = MemoryTopics(self.world, permissions, limits)
        self._functions = MemoryFunctions(self.world, permissions, OnDemand(self._answer))
        self.queues: MemoryQueues = self._attacked_driver(self._queues, "send")
        self.topics: MemoryTopics = self._attacked_driver(self._topics, "publish")
        self.functions: MemoryFunctions = self._attacked_driver(self._functions, "invoke")
        self.http = MemoryHttp(self.world, self._endpoint_plans, OnDemand(self._serve))
        self.secrets = MemorySecrets(secrets, permissions)
        self.ledger = MemoryLedger(self.world)
        self.timers: dict[str, Timer] = {}
        self._orchestrations = self._make_orchestrations(permissions) if application.orchestrations else None
        self._executions: MemoryOrchestrations = self._attacked_driver(self._orchestrations, "start", "send", "cancel")
        self._wire()

    def now_s(self) -> float:
        return self.world.now_us / US

    def config(self, name: str) -> Any | None:
        return self._config.get(name)

    @property
    def orchestrations(self) -> MemoryOrchestrations:
        if self._orchestrations is None:
            raise NotFound(f"app {self.app.name!r} has no orchestrations")
        return self._executions

    def _make_orchestrations(self, permissions: Permissions) -> MemoryOrchestrations:
        """Imported by the first simulation of an app that has some, and with it the engine."""
        from cloudless.memory.orchestration import MemoryOrchestrations

        return MemoryOrchestrations(self, permissions, self._config, self._definitions)

    def double(self, handler: Handler[..., Any]) -> Double:
        """The double of a handler, put in place at first use."""
        name = handler.name
        if name not in self._doubles:
            known: list[Plan | EndpointPlan] = [*self._plans.values(), *self._endpoint_plans.values()]
            plan = next(plan for plan in known if plan.handler == name)
            self._doubles[name] = Double(self.world, handler.function, plan.timeout_s, plan.is_async)
            self._bind_again(name)
        return self._doubles[name]

    def close(self) -> None:
        """Give back what the simulation holds of the process."""
        if self._virtual is not None:
            self._virtual.close()

    def _wait(self, coroutine: Coroutine[Any, Any, Any], timeout_s: float) -> Any:
        """Run an async handler; asyncio is imported by the first one, since it costs 25 ms of a test run."""
        if self._waiter is None:
            from cloudless.memory.loop import Waiter

            self._waiter = self._virtual = Waiter(self.world)
        return self._waiter(coroutine, timeout_s)

    def _make_channels(self) -> dict[str, Channel]:
        channels: dict[str, Channel] = {}
        for queue in self.application.queues:
            channels[queue.name] = self._channel(queue.name, ordered=queue.ordered)
        for subscription in self.application.subscriptions:
            channels[subscription.name] = self._channel(subscription.name)
        return channels

    def _adversary(self, faults: FaultPlan, watch: tuple[str, ...]) -> Adversary:
        """What carries out faults; imported by the first simulation that has some."""
        from cloudless.memory.adversary import Adversary

        return Adversary(faults, self.world, watch=watch)

    def _channel(self, name: str, *, ordered: bool = False) -> Channel:
        if self.adversary is None:
            return OrderedChannel(name, self.world) if ordered else Channel(name, self.world)
        from cloudless.memory.attacked import AttackedChannel, AttackedOrderedChannel

        attacked = AttackedOrderedChannel if ordered else AttackedChannel
        return attacked(name, self.world, self.adversary)

    def _attacked_driver(self, driver: Any, *verbs: str) -> Any:
        if self.adversary is None or driver is None:
            return driver
        from cloudless.memory.adversary import Attacked

        return Attacked(driver, self.adversary, *verbs)

    def _function(self, name: str, plan: Plan | EndpointPlan) -> Callable[..., Any]:
        """A handler's function: its double where it has one, under attack where there are faults."""
        original = self.app.handlers[name].function
        function: Callable[..., Any] = self._doubles.get(name, original)
        if self.adversary is None:
            return function
        file = unwrapped(original).__code__.co_filename
        return self.adversary.attacked(name, function, plan.timeout_s, file=file, is_async=plan.is_async)

    def _wire(self) -> None:
        for channel in self.channels.values():
            self._bind(channel)
        for topic in self.application.topics:
            self._topics.subscriptions[topic.name] = []
        for one in self.application.subscriptions:
            target = self.channels[one.forward or one.name]
            where = [(it.attribute, it.operator, it.values) for it in one.where]
            self._topics.subscriptions[one.topic].append((filter_of(where), target))
        for schedule in self.application.schedules:
            self.timers[schedule.handler] = Timer(schedule, self.world, self.channels[schedule.queue])

    def _bind_again(self, name: str) -> None:
        """Take the function of a handler anew wherever it is called."""
        for channel in self.channels.values():
            if channel.plan is not None and channel.plan.handler == name:
                self._bind(channel)
        self._functions.answers.pop(name, None)
        self.http.serves.pop(name, None)
        if self._orchestrations is not None:
            self._orchestrations.steps.pop(name, None)

    def _serve(self, name: str) -> Serve:
        handler, plan = self.app.handlers[name], self._endpoint_plans[name]
        assert isinstance(handler, Endpoint)
        return http.endpoint(
            plan,
            handler,
            self,
            function=self._function(name, plan),
            wait=self._wait,
            fetch=self.http.fetch,
            logs=False,
            tell=None if self._telling is None else self._telling.request,
        )

    def _answer(self, function: str) -> Answer:
        return entry.function(*self._function_of(function))

    def step(self, name: str) -> tuple[entry.Binding, Codec]:
        """What a step of that name calls, and the codec of its result; raises NotFound where there is none."""
        pure = next((one for one in self.app.pures if one.name == name), None)
        if pure is None:
            return self._function_of(name)
        plan = self._pure_plans[name]
        return entry.Binding(
            plan, pure.function, pure.codec, on=(), cloud=self, wait=self._wait, logs=False
        ), pure.result

    def _function_of(self, name: str) -> tuple[entry.Binding, Codec]:
        if name not in self._plans or name in self.channels:
            raise NotFound(f"there is no function {name!r} in this app")
        return self._binding(self._plans[name]), self.app.handlers[name].result

    def _bind(self, channel: Channel) -> None:
        """Give a channel the runtime's closure over its handler: the very code that runs in the cloud."""
        plan = channel.plan = self._plans.get(channel.name)
        if plan is None:
            return
        self.world.history.handlers[channel.name] = plan.handler
        binding = self._binding(plan)
        if any(kind in ("bodies", "messages") for _, kind in plan.parameters):
            channel.deliver_all = entry.batch(binding)
        else:
            channel.deliver = entry.consumer(binding)

    def _binding(self, plan: Plan) -> entry.Binding:
        handler = self.app.handlers[plan.handler]
        binding = _Binding(
            plan,
            self._function(plan.handler, plan),
            handler.codec,
            on=handler.on,
            cloud=self,
            wait=self._wait,
            give_up=self._give_up(plan),
            logs=False,
        )
        binding.telling = self._telling
        return binding

    def _give_up(self, plan: Plan) -> GiveUp:
        return lambda letter: self._queues.store_dead_letter(plan.dead_letters, plan.handler, letter)
