"""Keys of calls: read from the vault once a process, and again where a signature does not hold (rotation).

May import: the standard library.
"""

from __future__ import annotations

from threading import Lock

from cloudless_azure.names import key_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from cloudless_azure.clients.vault import Vault

AGAIN_S = 1.0
"""A key is not read twice within: strangers who send nonsense must not make us wear out the vault."""


class Keys:
    """Safe from several threads; a key is read by one of them. now_s: the clock of `AGAIN_S`."""

    __slots__ = ("_kept", "_lock", "_now_s", "_read_s", "_vault")

    def __init__(self, vault: Callable[[], Vault], now_s: Callable[[], float]) -> None:
        self._vault = vault
        self._now_s = now_s
        self._lock = Lock()
        self._kept: dict[tuple[str, str], bytes] = {}
        self._read_s: dict[tuple[str, str], float] = {}

    def key(self, verb: str, name: str) -> bytes:
        """The key as it is known. Raises MissingSecret (nobody may make this call), PermissionDenied, Unavailable."""
        kept = self._kept.get((verb, name))
        if kept is not None:
            return kept
        with self._lock:
            return self._kept.get((verb, name)) or self._read(verb, name)

    def renewed(self, verb: str, name: str) -> bytes:
        """The key as the vault has it now, or as it had a moment ago. Raises as `key`."""
        with self._lock:
            read_s, kept = self._read_s.get((verb, name)), self._kept.get((verb, name))
            if kept is not None and read_s is not None and 0 <= self._now_s() - read_s < AGAIN_S:
                return kept
            return self._read(verb, name)

    def _read(self, verb: str, name: str) -> bytes:
        key = self._vault().secret(key_of(verb, name)).value.encode()
        self._kept[verb, name], self._read_s[verb, name] = key, self._now_s()
        return key
