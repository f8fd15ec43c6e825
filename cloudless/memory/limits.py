"""`like="aws"`: one provider's own limits, on top of the contract's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless.codec import size_of
from cloudless.driver.provider import provider
from cloudless.errors import PayloadTooLarge
from cloudless.system import pack_system

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cloudless.message import Envelope


class Limits:
    """Checks messages against a provider's table; against nothing where no provider is named.

    The contract's own limits are checked by the portable types, on every cloud.
    """

    def __init__(self, like: str | None) -> None:
        self._like = like
        limit = provider(like).limits.get("message.bytes") if like else None
        self._bytes = None if limit is None else limit.value

    def check(self, messages: Sequence[Envelope]) -> None:
        """Refuse what the provider would refuse (PayloadTooLarge), before any of the messages is stored."""
        if self._bytes is not None:
            for message in messages:
                self._check(message, self._bytes)

    def _check(self, message: Envelope, most: float) -> None:
        attributes = sum(len(name) + size_of(value) for name, value in message.attributes.items())
        size = size_of(message.body) + attributes + len(pack_system(message))
        if size > most:
            limit = int(most)
            raise PayloadTooLarge(f"the message is {size:,} bytes in all, {self._like} takes {limit:,}", size, limit)
