"""Applications, what the compiler makes of them, and the tools that look at it."""

from __future__ import annotations

import json
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cloudless import App
from cloudless.compiler import Compiled
from cloudless.compiler.definitions import definitions_of
from cloudless.config import Stage, load
from cloudless.frontend import compile as to_ir
from cloudless.ir import Application
from cloudless_azure import PROVIDER

ROOT = Path(__file__).parents[4]
TOOLS = ROOT.parent / "shared" / "tools"
CONFORMANCE = (
    "elapsed", "endpoints", "functions", "guarded", "orchestrations", "ordered", "overlaps", "queues", "schedules",
    "topics",
)  # fmt: skip
GOLDEN = tuple(sorted(path.parent.name for path in (ROOT / "tests" / "golden").glob("*/app.py")))
EXAMPLES = tuple(sorted(path.parent.name for path in (ROOT / "examples").glob("*/app.py")))
SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
BUNDLE = "bundle-0123456789ab.zip"


def prod(**changes: Any) -> Stage:
    """A stage on Azure."""
    given = {"name": "prod", "provider": "azure", "region": "westeurope", "subscription": SUBSCRIPTION}
    return Stage.model_validate({**given, **changes})


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


def compiled(application: Application, stage: Stage | None = None) -> Compiled:
    """What the provider makes of an application."""
    chosen = stage or prod()
    made = PROVIDER.compile(chosen, application, definitions_of(application, chosen.config))
    assert isinstance(made, Compiled)
    return made


def document(application: Application, stage: Stage | None = None) -> dict[str, Any]:
    """The Terraform document of an application."""
    found: dict[str, Any] = json.loads(compiled(application, stage).files["main.tf.json"])
    return found


def resources(application: Application, type: str, stage: Stage | None = None) -> Mapping[str, Any]:
    """The resources of a type, by label."""
    found: Mapping[str, Any] = document(application, stage)["resource"].get(type, {})
    return found


def write(folder: Path, application: Application, stage: Stage | None = None) -> Path:
    """The folder of a build, with what the build adds."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in compiled(application, stage).files.items():
        (folder / name).write_bytes(content)
    bundle = {"bundle": BUNDLE, "bundle_sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}
    (folder / "bundle.tf.json").write_text(json.dumps({"locals": bundle}))
    (folder / BUNDLE).write_bytes(b"")
    return folder


def tool(name: str) -> ModuleType:
    """A tool that checks Terraform documents offline."""
    if not (TOOLS / f"{name}.py").is_file():
        pytest.skip(f"{TOOLS / name}.py is missing: it checks documents against the schemas of Terraform's providers")
    if str(TOOLS) not in sys.path:
        sys.path.append(str(TOOLS))
    return import_module(name)
