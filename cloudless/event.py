"""Event: what an orchestration waits for and others send it, e.g. an approval."""

from __future__ import annotations

from types import GenericAlias

from cloudless.codec import codec_of, size_of
from cloudless.driver.current import here
from cloudless.errors import PayloadTooLarge, hidden
from cloudless.execution import checked_id
from cloudless.flow import compiled
from cloudless.message import NO_ATTRIBUTES
from cloudless.outgoing import check_word, off_loop, outgoing
from cloudless.source import calling

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import timedelta
    from typing import Any, Generic, TypeVar

    from cloudless.app import App
    from cloudless.codec import Codec
    from cloudless.execution import Execution

    T = TypeVar("T")

    class _Generic(Generic[T]):
        pass
else:
    T = object

    class _Generic:
        __class_getitem__ = classmethod(GenericAlias)


__tracebackhide__ = hidden
PAYLOAD_LIMIT = 64 * 1024


class Event(_Generic[T]):
    """An event, made by `App.event`. Each execution has a mailbox of them.

    An event may be sent before it is waited for; each wait takes the oldest one of its name.
    """

    kind = "event"

    def __init__(self, app: App, name: str, kind: Any) -> None:
        self.app = app
        self.name = name
        self.type = kind
        self.place = calling()
        self._codec: Codec | None = None

    @property
    def codec(self) -> Codec:
        """Encoder and decoder of the declared type; made at first use."""
        if self._codec is None:
            self._codec = codec_of(self.type)
        return self._codec

    def wait(self, *, timeout: timedelta | None = None) -> T:
        """In an orchestration: wait for the event, and return its payload; TimeoutError after `timeout`."""
        raise compiled(f"wait() of event {self.name!r}")

    def send(self, execution: str | Execution[Any], payload: T, *, id: str | None = None) -> str:
        """Send the event to one execution, and return its id, once the provider has stored it.

        execution: by its id, where one orchestration has such a one; else `fulfil.execution("7")`. payload: at most
        64 KiB encoded. id: 1 to 128 printable characters; an execution takes events of one id once.
        Raises InvalidBody, PayloadTooLarge, InvalidArgument, NotFound (no such execution, or it has ended),
        PermissionDenied, NoProvider, and Unavailable (safe to repeat, with an id of your own).
        """
        at = here()
        text = self._encoded(payload)
        key = at[0].new_id() if id is None else id
        check_word("id", key, 1)
        orchestration, name = addressed(execution)
        message = outgoing(at, text, NO_ATTRIBUTES, 0, "", key)
        at[0].orchestrations.send(orchestration, name, self.name, message)
        return key

    async def send_async(self, execution: str | Execution[Any], payload: T, *, id: str | None = None) -> str:
        """As `send`, without blocking the event loop."""
        return await off_loop(here()[0], lambda: self.send(execution, payload, id=id))

    def _encoded(self, payload: T) -> str:
        text = self.codec.encode(payload)
        size = size_of(text)
        if size > PAYLOAD_LIMIT:
            raise PayloadTooLarge(
                f"the payload is {size:,} bytes, the limit of events is {PAYLOAD_LIMIT:,}: "
                "store it (e.g. in a bucket) and send a reference",
                size,
                PAYLOAD_LIMIT,
            )
        return text

    def __repr__(self) -> str:
        return f"<event {self.name}>"


def addressed(execution: str | Execution[Any]) -> tuple[str, str]:
    """Name of the orchestration, "" where it is not said, and id of the execution."""
    if isinstance(execution, str):
        return "", checked_id(execution)
    return execution.orchestration.name, execution.id
