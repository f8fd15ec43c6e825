"""Microsoft's Service Bus client for tests: each sender and receiver is opened once and kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

from azure.servicebus import ServiceBusClient, ServiceBusMessage, ServiceBusReceivedMessage, ServiceBusReceiver
from azure.servicebus import ServiceBusSender as Sender

PATIENCE_S = 5.0
"""How long a receive waits for what must come; none of our tests waits for what must not."""


class Sdk:
    """Senders and receivers by entity. retry_total=0: a test shows the first answer."""

    def __init__(self, connection_string: str) -> None:
        self.client = ServiceBusClient.from_connection_string(connection_string, retry_total=0)
        self._senders: dict[str, Sender] = {}
        self._receivers: dict[tuple[str, str], ServiceBusReceiver] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        handlers = [*self._senders.values(), *self._receivers.values()]
        with ThreadPoolExecutor(len(handlers) or 1) as pool:  # each takes half a second
            for handler in handlers:
                pool.submit(handler.close)
        self.client.close()

    def sender(self, name: str) -> Sender:
        """Of a queue or topic; they are addressed alike."""
        if name not in self._senders:
            self._senders[name] = self.client.get_queue_sender(name)
        return self._senders[name]

    def receiver(self, queue: str, sub_queue: str = "") -> ServiceBusReceiver:
        """Of a queue (in peek-lock mode) or its dead letters."""
        key = (queue, sub_queue)
        if key not in self._receivers:
            self._receivers[key] = self.client.get_queue_receiver(queue, sub_queue=sub_queue or None)
        return self._receivers[key]

    def send(self, name: str, *bodies: str | bytes, **options: Any) -> None:
        """Send one message a body, in one request."""
        self.sender(name).send_messages([ServiceBusMessage(body, **options) for body in bodies])

    def receive(self, queue: str, sub_queue: str = "") -> ServiceBusReceivedMessage:
        """The next message, which must be there."""
        found = self.receiver(queue, sub_queue).receive_messages(1, max_wait_time=PATIENCE_S)
        assert found, f"nothing came from {queue} {sub_queue}"
        return found[0]
