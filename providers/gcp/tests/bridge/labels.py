"""Labels of resources. https://cloud.google.com/resource-manager/docs/labels-overview#requirements."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.bridge import must

_KEY = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_VALUE = re.compile(r"[a-z0-9_-]{0,63}")
_MOST = 64


def check(address: str, labels: Mapping[str, str] | None) -> Mapping[str, str]:
    """The labels; Unreadable for what Google refuses."""
    found = labels or {}
    must(len(found) <= _MOST, address, f"{len(found)} labels: {_MOST} at most")
    for key, value in found.items():
        must(_KEY.fullmatch(key) and _VALUE.fullmatch(value), address, f"label {key}={value!r}")
    return found
