"""Event: what an orchestration waits for and others send it, e.g. an approval."""

from __future__ import annotations

import math
from datetime import timedelta
from types import GenericAlias

from cloudless.codec import codec_of, size_of
from cloudless.driver.current import here
from cloudless.errors import InvalidArgument, PayloadTooLarge, hidden
from cloudless.execution import Execution, checked_id
from cloudless.flow import compiled
from cloudless.link import opened, signed
from cloudless.message import NO_ATTRIBUTES
from cloudless.outgoing import check_word, encoded, off_loop, outgoing
from cloudless.source import calling

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Generic, TypeVar

    from cloudless.app import App
    from cloudless.codec import Codec
    from cloudless.link import Claims
    from cloudless.secret import Secret

    T = TypeVar("T")

    class _Generic(Generic[T]):
        pass
else:
    T = object

    class _Generic:
        __class_getitem__ = classmethod(GenericAlias)


__tracebackhide__ = hidden
PAYLOAD_LIMIT = 64 * 1024
LINK_LONGEST_S = 90 * 86_400  # as long as the id of an execution stands for it


class Event(_Generic[T]):
    """An event, made by `App.event`. Each execution has a mailbox of them.

    An event may be sent before it is waited for; each wait takes the oldest one of its name.
    """

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
        orchestration, name = addressed(execution)
        return self._send(orchestration, name, payload, id)

    async def send_async(self, execution: str | Execution[Any], payload: T, *, id: str | None = None) -> str:
        """As `send`, without blocking the event loop."""
        return await off_loop(here()[0], lambda: self.send(execution, payload, id=id))

    def token(self, execution: str | Execution[Any], *, secret: Secret, expires: timedelta) -> str:
        """A signed token with which whoever holds it may send this event to one execution, once; for links in mails.

        secret: of 32 bytes or more; `send_signed` needs the same. expires: from now, 1 s to 90 days. The token is of
        URL-safe characters, about 150 of them. Raises InvalidArgument, MissingSecret, PermissionDenied, NoProvider.
        """
        cloud = here()[0]
        expires_s = math.ceil(cloud.now_s() + _lifetime_s(expires))
        orchestration, name = addressed(execution)
        return signed(self.app.name, (orchestration, name, self.name, expires_s, cloud.new_id()), secret.value)

    def link(self, execution: str | Execution[Any], *, base: str, secret: Secret, expires: timedelta) -> str:
        """A URL with a `token` in its query. base: of an endpoint of yours, which calls `send_signed`.

        Let GET show a page and POST send the event: programs that look through mails follow links.
        """
        token = self.token(execution, secret=secret, expires=expires)
        return f"{base}{'&' if '?' in base else '?'}token={token}"

    def verify(self, token: str, *, secret: Secret) -> str:
        """Id of the execution that a token is for, e.g. for the page that asks. Raises LinkRefused as `send_signed`."""
        return self._opened(token, secret)[1]

    def send_signed(self, token: str, payload: T, *, secret: Secret) -> str:
        """Send the event to the execution of a token, and return its id.

        Each token has one id: used again it returns that id again, and the execution takes the event once.
        Raises LinkRefused, which an HTTP endpoint answers with 403 (forged, or of another event) or 410 (expired);
        otherwise as `send`, NotFound where the execution has ended.
        """
        orchestration, execution, _, _, id = self._opened(token, secret)
        return self._send(orchestration, execution, payload, id)

    async def send_signed_async(self, token: str, payload: T, *, secret: Secret) -> str:
        """As `send_signed`, without blocking the event loop."""
        return await off_loop(here()[0], lambda: self.send_signed(token, payload, secret=secret))

    def _opened(self, token: str, secret: Secret) -> Claims:
        return opened(self.app.name, token, self.name, here()[0].now_s(), secret.value)

    def _send(self, orchestration: str, execution: str, payload: T, id: str | None) -> str:
        at = here()
        text = self._encoded(payload)
        key = at[0].new_id() if id is None else id
        check_word("id", key, 1)
        message = outgoing(at, text, NO_ATTRIBUTES, 0, "", key)
        at[0].orchestrations.send(orchestration, execution, self.name, message)
        return key

    def _encoded(self, payload: T) -> str:
        text = encoded(self, "event", payload)
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
    if not isinstance(execution, Execution):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidArgument(f"execution={execution!r} is of type {type(execution).__name__}: give one, or its id")
    return execution.orchestration.name, execution.id


def _lifetime_s(expires: timedelta) -> float:
    if not isinstance(expires, timedelta):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidArgument(f"expires={expires!r} is of type {type(expires).__name__}: give a timedelta")
    if not 1 <= expires.total_seconds() <= LINK_LONGEST_S:
        raise InvalidArgument(f"expires={expires}: a link holds for 1 s to 90 days")
    return expires.total_seconds()
