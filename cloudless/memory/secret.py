"""Secrets in memory: those that the test gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless.driver.current import here
from cloudless.errors import MissingSecret, hidden

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cloudless.memory.permissions import Permissions


__tracebackhide__ = hidden


def _remedy(secret: str) -> str:
    return f'simulate(app, secrets={{{secret!r}: "…"}}), or cloudless run --secret {secret}=…'


class MemorySecrets:
    """See driver.SecretDriver. remedy: what to do about a secret without a value, by its name."""

    def __init__(self, values: Mapping[str, str], permissions: Permissions) -> None:
        self._values = dict(values)
        self._permissions = permissions
        self.remedy: Callable[[str], str] = _remedy

    def put(self, secret: str, value: str) -> None:
        """Give a secret another value, as a rotation does."""
        self._values[secret] = value

    def read(self, secret: str) -> str:
        _, handler, _ = here()
        if handler is not None:
            self._permissions.check(handler, "secret", secret, "read")
        if secret not in self._values:
            raise MissingSecret(f"secret {secret!r} has no value here: {self.remedy(secret)}")
        return self._values[secret]
