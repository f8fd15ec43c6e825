"""Providers for tests of cloudless.toml, whichever are installed here."""

from collections.abc import Mapping, Sequence

import pytest

from cloudless.config import settings
from cloudless.driver.setting import Setting

REGION = Setting("region", "where it runs", "eu-central-1", form=r"[a-z]{2}-[a-z]+-[0-9]")
ZONE = Setting("zone", "a part of it", "north-1", form=r"[a-z]+-[0-9]", note="as its page has it")
TIER = Setting("tier", "how fast it is", "gold", form=r"[a-z]+", needed=False)


class Told:
    """A provider, as far as it says what its stages may say."""

    def __init__(self, *told: Setting) -> None:
        self.settings: Sequence[Setting] = told


class Silent:
    """One that was made before it could."""


class Entry:
    """As an entry point: of a provider that can be loaded, or that raises."""

    def __init__(self, name: str, provider: object) -> None:
        self.name = name
        self._provider = provider

    def load(self) -> object:
        if isinstance(self._provider, Exception):
            raise self._provider
        return self._provider


PROVIDERS: Mapping[str, object] = {
    "acme": Told(REGION, ZONE, TIER),
    "aws": Told(REGION),
    "broken": ImportError("no module named acme"),
    "silent": Silent(),
}
"""gcp and azure are extras that are not installed."""


@pytest.fixture(autouse=True)
def providers(monkeypatch: pytest.MonkeyPatch) -> None:
    """These are installed, and no others."""

    def entries() -> dict[str, Entry]:
        return {name: Entry(name, one) for name, one in PROVIDERS.items()}

    monkeypatch.setattr(settings, "entries", entries)
