"""The applications that there are, as IR."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache, partial
from importlib import import_module
from pathlib import Path

import pytest

from cloudless import App
from cloudless.config import load
from cloudless.frontend import compile as to_ir
from cloudless.ir import Application

ROOT = Path(__file__).parents[2]
CONFORMANCE = (
    "elapsed", "endpoints", "functions", "guarded", "orchestrations", "ordered", "overlaps", "queues", "schedules",
    "topics",
)  # fmt: skip
GOLDEN = tuple(sorted(path.parent.name for path in (ROOT / "tests" / "golden").glob("*/app.py")))
EXAMPLES = tuple(sorted(path.parent.name for path in (ROOT / "examples").glob("*/app.py")))


@cache
def conformance(name: str) -> Application:
    """An application of the conformance suite."""
    module = import_module(f"cloudless.conformance.apps.{name}")
    return to_ir(module.app, entry=f"{module.__name__}:app", deployable=True)


@cache
def example(name: str) -> Application:
    """An application of the examples."""
    project = load(ROOT / "examples" / name / "cloudless.toml")
    with forgotten(project.root):
        return to_ir(project.load_app(), entry=project.app, include=project.include, deployable=True)


@cache
def golden(name: str) -> Application:
    """One of the small applications whose output is kept."""
    folder = ROOT / "tests" / "golden" / name
    with forgotten(folder):
        return to_ir(import_module("app").app, entry="app:app", deployable=True)


@contextmanager
def forgotten(folder: Path) -> Generator[None]:
    """A folder whose modules can be imported inside: those of many are called `app`, so they are forgotten again."""
    before, path = set(sys.modules), list(sys.path)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path[:] = path
        for added in set(sys.modules) - before:
            if str(getattr(sys.modules[added], "__file__", "")).startswith(str(folder)):
                del sys.modules[added]


EVERYTHING = [
    *(pytest.param(partial(conformance, name), id=name) for name in CONFORMANCE),
    *(pytest.param(partial(example, name), id=name) for name in EXAMPLES),
]
"""Every application that there is, as parameters of a test."""


def program(app: App) -> Application:
    """An application of a test's own, defined in the test."""
    return to_ir(app, entry="app:app")
