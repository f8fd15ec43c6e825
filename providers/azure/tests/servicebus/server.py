"""Broker: a namespace behind a socket on loopback, in a thread of its own."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop, StreamReader, StreamWriter, TimerHandle
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from threading import Thread
from typing import TypeVar

from providers.azure.tests.servicebus.access import Authoriser
from providers.azure.tests.servicebus.clock import Clock
from providers.azure.tests.servicebus.connection import Connection
from providers.azure.tests.servicebus.content import Content
from providers.azure.tests.servicebus.namespace import Namespace
from providers.azure.tests.servicebus.queue import Queue
from providers.azure.tests.servicebus.stored import Settings, Stored

T = TypeVar("T")
HOST = "127.0.0.1"
CALL_TIMEOUT_S = 10.0
WAKE_S = 0.02
"""How often to look at most: what a stopped clock says comes no nearer by waiting."""


class Broker:
    """A running broker. Its methods may be called from any thread; `call` gives access to the entities."""

    def __init__(self, loop: AbstractEventLoop, clock: Clock, authoriser: Authoriser | None = None) -> None:
        self.clock = clock
        self.port = 0
        self._namespace = Namespace(self.clock, authoriser=authoriser)
        self._loop = loop
        self._connections: set[Connection] = set()
        self._timer: TimerHandle | None = None

    @classmethod
    @contextmanager
    def running(cls, clock: Clock | None = None, authoriser: Authoriser | None = None) -> Generator[Broker]:
        """A broker on a free port, until the block ends. clock: real time, unless given. authoriser: lets all pass."""
        loop = asyncio.new_event_loop()
        thread = Thread(target=loop.run_forever, name="service-bus-broker", daemon=True)
        thread.start()
        broker = cls(loop, clock or Clock(), authoriser)
        try:
            broker._run(broker._listen())
            yield broker
        finally:
            broker._run(broker._stop())
            loop.call_soon_threadsafe(loop.stop)
            thread.join(CALL_TIMEOUT_S)
            loop.close()

    @property
    def connection_string(self) -> str:
        """For ServiceBusClient.from_connection_string: the SDK's own setting for an emulator, without TLS."""
        return self.connection_string_of("RootManageSharedAccessKey", "SAS_KEY_VALUE")

    def connection_string_of(self, policy: str, key: str) -> str:
        """That of a shared access policy."""
        keys = f"SharedAccessKeyName={policy};SharedAccessKey={key}"
        return f"Endpoint=sb://localhost:{self.port};{keys};UseDevelopmentEmulator=true;"

    @property
    def host(self) -> str:
        """What stands for the fully qualified namespace; without TLS."""
        return f"localhost:{self.port}"

    def call(self, function: Callable[[Namespace], T]) -> T:
        """Run a function on the entities, in the broker's thread; then deliver what it made ready."""

        async def run() -> T:
            result = function(self._namespace)
            self._changed()
            return result

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(CALL_TIMEOUT_S)

    def advance(self, seconds: float) -> None:
        """Let time pass: locks end, scheduled messages become due, messages expire."""
        self.call(lambda namespace: self.clock.advance(seconds))

    def add_queue(self, name: str, settings: Settings | None = None) -> None:
        self.call(lambda namespace: namespace.add_queue(name, settings))

    def contents(self, address: str) -> list[Content]:
        """What is in a queue, in any state and in order."""
        return self.call(lambda namespace: [one.content for one in namespace.queue(address).peek(0, 1_000_000)])

    def stored(self, address: str) -> list[Stored]:
        """What is in a queue, with its delivery counts; to look at only."""
        return self.call(lambda namespace: namespace.queue(address).peek(0, 1_000_000))

    def take(self, address: str, holder: object | None = None, session: str | None = None) -> Stored | None:
        """Lock the first message that is ready."""
        return self.call(lambda namespace: namespace.queue(address).take(holder, session))

    def on_queue(self, address: str, function: Callable[[Queue], T]) -> T:
        """Run a function on one queue, in the broker's thread."""
        return self.call(lambda namespace: function(namespace.queue(address)))

    def remove(self, address: str) -> None:
        """Delete an entity behind the clients' back: their links to it end."""

        def remove(namespace: Namespace) -> None:
            namespace.remove(address)
            for connection in self._connections:
                connection.drop(address)

        self.call(remove)

    def throttle(self, times: int, address: str = "") -> None:
        """Answer the next requests with ServerBusy; see `Namespace.throttle`."""
        self.call(lambda namespace: namespace.throttle(times, address))

    def disconnect(self) -> None:
        """Close the socket of every client, as a service does when it moves."""
        self.call(lambda _: [connection.close() for connection in self._connections])

    # --- in the broker's thread -----------------------------------------------------------------------

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        connection = Connection(self._namespace, reader, writer, self._changed)
        self._connections.add(connection)
        try:
            await connection.serve()
        finally:
            self._connections.discard(connection)
            self._changed()

    def _changed(self) -> None:
        """Deliver what is ready, and wake up when something is due next."""
        self._namespace.tick()
        for connection in self._connections:
            for outlet in connection.outlets():
                outlet.deliver()
        if self._timer:
            self._timer.cancel()
        wait_s = self._namespace.next_s() - self.clock.now_s()
        self._timer = self._loop.call_later(max(wait_s, WAKE_S), self._changed) if wait_s < float("inf") else None

    async def _stop(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._server.close()
        for connection in list(self._connections):
            connection.close()
        tasks = asyncio.all_tasks(self._loop) - {asyncio.current_task(self._loop)}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _run(self, coroutine: Coroutine[None, None, None]) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(CALL_TIMEOUT_S)
