"""Modules that cloudless.toml includes: a simulation has their handlers, as every deployed function has.

A test imports what it asserts on. A module of `include` that it does not import would not exist in its simulation, and
messages for it would wait without a word. So it is imported, where the file is this app's.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cloudless.app import App

_NAME = "cloudless.toml"


def import_included(app: App) -> None:
    """Import what the nearest cloudless.toml above an app's file includes, if it names that very app.

    Raises ConfigError where a module cannot be found or raises, with its place.
    """
    file = _nearest(os.path.dirname(app.place.file))  # noqa: PTH120  (pathlib costs 4 ms of a test run)
    if file and _is_missing_some(app, _plain(file)):
        from cloudless.config import load

        load(file, tolerant=True).load_app()


def _nearest(folder: str) -> str:
    """The file in a folder or the first one above it; "" where there is none."""
    file = os.path.join(folder, _NAME)  # noqa: PTH118
    if os.path.isfile(file):  # noqa: PTH113
        return file
    above = os.path.dirname(folder)  # noqa: PTH120
    return _nearest(above) if above != folder else ""


def _plain(file: str) -> dict[str, Any]:
    """The file's tables; none where it includes nothing, or `cloudless check` has to say what is wrong with it."""
    try:
        with open(file, encoding="utf-8-sig") as opened:  # noqa: PTH123
            text = opened.read()
        if "include" not in text:
            return {}
        import tomllib

        return tomllib.loads(text)
    except (OSError, ValueError, RecursionError):
        return {}


def _is_missing_some(app: App, plain: dict[str, Any]) -> bool:
    """Whether the tables name this app, and include a module that nobody has imported."""
    module, _, name = str(plain.get("app", "")).partition(":")
    included = plain.get("include")
    if getattr(sys.modules.get(module), name, None) is not app or not isinstance(included, list):
        return False
    return any(one not in sys.modules for one in included)  # pyright: ignore[reportUnknownVariableType]
