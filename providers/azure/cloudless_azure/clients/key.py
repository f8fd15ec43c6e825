"""Keys of calls: read from the vault, and again where a signature does not hold (rotation).

May import: the standard library.
"""

from __future__ import annotations

from threading import Lock

from cloudless.errors import CloudlessError, Unavailable
from cloudless_azure.names import key_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from cloudless_azure.clients.vault import Vault

AGAIN_S = 1.0
"""A key is not read twice within: strangers who send nonsense must not make us wear out the vault."""
VERIFIED_S = 300.0
"""Who verifies reads a key again after: so long does one hold that was replaced. Values of secrets are kept as long."""


class _Found:
    """What the vault said of a key, and when."""

    __slots__ = ("read_s", "said")

    def __init__(self, said: bytes | CloudlessError, read_s: float) -> None:
        self.said = said
        self.read_s = read_s


class Keys:
    """Safe from several threads; a key is read by one of them. now_s: the clock. kept_s: how long a key is known.

    Where the vault does not answer, the key that was known holds for as long again: it cannot be replaced either.
    """

    __slots__ = ("_found", "_kept_s", "_lock", "_now_s", "_vault")

    def __init__(self, vault: Callable[[], Vault], now_s: Callable[[], float], kept_s: float = float("inf")) -> None:
        self._vault = vault
        self._now_s = now_s
        self._kept_s = kept_s
        self._lock = Lock()
        self._found: dict[tuple[str, str], _Found] = {}

    def key(self, verb: str, name: str) -> bytes:
        """The key as it is known. Raises MissingSecret (nobody may make this call), PermissionDenied, Unavailable.

        Each of these has what the vault was asked with as its cause, the same until it is asked again.
        """
        return self._value(verb, name, self._kept_s)

    def renewed(self, verb: str, name: str) -> bytes:
        """The key as the vault has it now, or as it had a moment ago. Raises as `key`."""
        return self._value(verb, name, AGAIN_S)

    def _value(self, verb: str, name: str, kept_s: float) -> bytes:
        said = self._fresh(verb, name, kept_s)
        if said is None:
            with self._lock:
                said = self._fresh(verb, name, kept_s) or self._read(verb, name)
        if isinstance(said, CloudlessError):
            raise type(said)(str(said)) from said
        return said

    def _fresh(self, verb: str, name: str, kept_s: float) -> bytes | CloudlessError | None:
        """What is known and not too old; a refusal is not known for longer than a moment."""
        found = self._found.get((verb, name))
        if found is None:
            return None
        longest_s = kept_s if isinstance(found.said, bytes) else AGAIN_S
        return found.said if 0 <= self._now_s() - found.read_s < longest_s else None

    def _read(self, verb: str, name: str) -> bytes | CloudlessError:
        said: bytes | CloudlessError
        try:
            said = self._vault().secret(key_of(verb, name)).value.encode()
        except Unavailable as problem:
            before = self._found.get((verb, name))
            said = before.said if before is not None and isinstance(before.said, bytes) else problem
        except CloudlessError as problem:
            said = problem
        self._found[verb, name] = _Found(said, self._now_s())
        return said
