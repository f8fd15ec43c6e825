"""The entries of an application as a build generates them, and folders that hold them as a package does."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from cloudless.compiler import Package
from cloudless.compiler.definitions import definitions_of
from cloudless.config.stage import Stage
from cloudless.frontend import compile as to_ir
from cloudless.ir import Application
from cloudless_gcp.compile.ground import Ground
from cloudless_gcp.compile.package import package

STAGE = Stage.model_validate({"name": "prod", "provider": "gcp", "region": "europe-west1", "project": "shop-1"})


def application(entry: str) -> Application:
    """The IR of an application, "module:name"."""
    module, _, name = entry.partition(":")
    return to_ir(getattr(import_module(module), name), entry=entry, deployable=True)


def package_of(app: Application) -> Package:
    """Its package."""
    return package(Ground(STAGE, app, definitions_of(app, {})))


def files_of(app: Application) -> dict[str, bytes]:
    """All that is generated for its package."""
    return dict(package_of(app).files)


def write(folder: Path, entry: str) -> None:
    """Write what is generated for an application into a folder."""
    for path, content in files_of(application(entry)).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
