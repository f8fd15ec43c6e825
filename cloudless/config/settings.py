"""What installed providers say of the keys that a stage may have; each is loaded once, and only if it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from importlib.metadata import EntryPoint

from cloudless.driver.provider import EXTRAS, entries
from cloudless.driver.setting import Setting
from cloudless.options import nearest

MEMORY = "memory"
Settings = Mapping[str, Setting]
"""By key."""


class Providers:
    """Those that a stage may name, as far as the file goes. To find the installed ones takes longer than to read it."""

    def __init__(self) -> None:
        self._told: dict[str, Settings | None] = {MEMORY: {}}

    def is_known(self, name: str) -> bool:
        """Whether there is a provider of that name: memory, one of our extras, or one that is installed."""
        return name == MEMORY or name in EXTRAS or name in self._installed

    def names(self) -> list[str]:
        """Of all that are known, in order."""
        return sorted({MEMORY, *EXTRAS, *self._installed})

    def meant(self, name: str) -> str | None:
        """The provider that a name which none has probably stands for: a slip, or a word of the cloud's own name."""
        known = [one for one in self.names() if one != MEMORY]
        titled = (one for one, title in EXTRAS.items() if name.lower() in title.lower().split())
        return nearest(name, known) or next(titled, None)

    def settings(self, name: object) -> Settings | None:
        """What a stage may say to the provider of that name; None where that cannot be told.

        That is so where it is not installed, does not load or does not say: its keys are texts, and that is all.
        """
        if not isinstance(name, str):
            return None
        if name not in self._told:
            self._told[name] = self._read(name)
        return self._told[name]

    def reading(self, key: str) -> list[str]:
        """Names of the installed providers that read a key."""
        return [name for name in self._installed if key in (self.settings(name) or {})]

    def _read(self, name: str) -> Settings | None:
        found = self._installed.get(name)
        try:
            settings = getattr(found.load(), "settings", None) if found else None
        except (ImportError, AttributeError):  # who uses it is told why
            return None
        return None if settings is None else {one.key: one for one in settings}

    @cached_property
    def _installed(self) -> Mapping[str, EntryPoint]:
        return entries()
