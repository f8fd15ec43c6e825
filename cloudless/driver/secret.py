"""The driver of secrets."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol
else:
    Protocol = object


class SecretDriver(Protocol):
    """One method."""

    def read(self, secret: str) -> str:
        """The current value of a secret, from the cloud's secret store.

        The portable type caches it for five minutes. Raises MissingSecret, PermissionDenied, Unavailable.
        """
        ...
