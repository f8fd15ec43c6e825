"""HostSettings: host.json, and the app settings that override it.

A value of host.json can be set as `AzureFunctionsJobHost__path__to__setting`, in any case of letters:
https://learn.microsoft.com/en-us/azure/azure-functions/functions-host-json#override-hostjson-values
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cloudless.codec import is_object
from providers.azure.tests.functionshost.process import IndexingFailed

_OVERRIDE = "azurefunctionsjobhost__"
_SPAN = re.compile(r"(?:(\d+)\.)?(\d+):(\d+):(\d+)(?:\.(\d+))?")


class HostSettings:
    """Read by dotted path, however letters are written. Raises IndexingFailed without a host.json of version 2.0."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        plain = json.loads((folder / "host.json").read_text("utf-8"))
        if plain.get("version") != "2.0":
            raise IndexingFailed(f"host.json: version is {plain.get('version')!r}, and must be '2.0'")
        self._values = dict(_flat(plain, ""))
        for name, value in env.items():
            if name.lower().startswith(_OVERRIDE):
                self._values[name[len(_OVERRIDE) :].replace("__", ".").lower()] = value

    def text(self, path: str, default: str) -> str:
        return str(self._values.get(path.lower(), default))

    def number(self, path: str, default: int) -> int:
        return int(self._values.get(path.lower(), default))

    def seconds(self, path: str, default: str) -> float:
        """A time span, `[days.]hours:minutes:seconds`; infinite for -1."""
        return seconds_of(self.text(path, default))


def _flat(plain: Mapping[str, Any], above: str) -> Iterator[tuple[str, Any]]:
    for name, value in plain.items():
        path = f"{above}{name}".lower()
        if is_object(value):
            yield from _flat(value, f"{path}.")
        else:
            yield path, value


def seconds_of(span: str) -> float:
    """The length of a .NET time span: `1.02:03:04.5`."""
    if span == "-1":
        return float("inf")
    found = _SPAN.fullmatch(span)
    if not found:
        raise IndexingFailed(f"host.json: {span!r} is no time span, as in '00:05:00'")
    days, hours, minutes, seconds, fraction = found.groups(default="0")
    return int(days) * 86_400 + int(hours) * 3_600 + int(minutes) * 60 + float(f"{seconds}.{fraction}")
