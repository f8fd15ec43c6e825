"""Packing: a package of a provider and a project ──► the bundle, tried.

package.files, the project's code (sources.py), ours, wheels (wheels.py) ──► zip (bundle.py) ──► import (smoke.py)
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.metadata import entry_points

from cloudless.compiler.bundle import Bundle, Source, check, files_of, joined, zipped
from cloudless.compiler.lean import lean_files
from cloudless.compiler.package import Package
from cloudless.compiler.smoke import smoke
from cloudless.compiler.sources import Files, extra_files, own_files, user_files
from cloudless.compiler.wheels import Wanted, requirements_file, wheel_files, wheels
from cloudless.config import Project
from cloudless.driver.provider import ENTRY_POINTS
from cloudless.ir import Application
from cloudless.node import node
from cloudless.passes.requirements import requirements


@node(kw_only=True)
class Packed:
    """layer: of wheels, where the cloud takes them apart. warnings: lines about what could not be made sure of."""

    bundle: Bundle
    layer: Bundle | None = None
    files: Mapping[str, bytes]
    warnings: tuple[str, ...] = ()


def packed(project: Project, application: Application, package: Package, *, dependencies: bool) -> Packed:
    """The bundle of a project whose application was imported. dependencies: whether there are wheels, and it is tried.

    Raises DefinitionError with what the cloud cannot have, what is too large, or what does not import;
    InvalidArgument where two files would have one place, or where uv is missing.
    """
    code = _code(project, package)
    sources: list[Source] = [
        ("what is generated", package.files),
        ("the project", code),
        *((own.module, lean_files(own_files(own, package.site))) for own in (package.core, *package.own)),
    ]
    installed = wheels(_wanted(project, application, package)) if dependencies else None
    found = wheel_files(installed.folder, package.layer or package.site) if installed else {}
    if not package.layer:
        sources.append(("what is required", found))
    made = zipped("bundle", joined(sources))
    layer = zipped("layer", found) if package.layer and found else None
    check(package, made, *([layer] if layer else []))
    warning = smoke(made, package, code, installed) if installed else ""
    files = files_of(package, made, layer)
    return Packed(bundle=made, layer=layer, files=files, warnings=(warning,) if warning else ())


def _code(project: Project, package: Package) -> Files:
    """The project's files by path in the bundle."""
    ours = {own.module for own in (package.core, *package.own)}
    found = user_files(project.root, sys.modules, ours)
    return {**extra_files(project.root, [project.root / path for path in project.bundle]), **found}


def _wanted(project: Project, application: Application, package: Package) -> Wanted:
    """Our own distributions come from where they are installed, and providers stay at home: none is fetched."""
    installed = {entry.dist.name for entry in entry_points(group=ENTRY_POINTS) if entry.dist is not None}
    own = {own.distribution for own in (package.core, *package.own)}
    return Wanted(
        file=requirements_file(project.root, project.requirements),
        ours=(*requirements(application), *package.requirements),
        platform=package.platform,
        python=package.python,
        without=tuple(sorted(own | installed)),
    )
