"""Package: what a provider's deployed functions need, as plain data from its compiler to the bundle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from cloudless.driver.limit import Limit
from cloudless.node import node, replace

if TYPE_CHECKING:
    from cloudless.ir import Application


@node(kw_only=True)
class Own:
    """Code of ours that goes into a bundle from wherever it is installed; never fetched from an index.

    distribution: as pip knows it, e.g. "cloudless-azure". module: its package, "cloudless_azure". left_out: modules of
    it that belong to the build, e.g. ("compile",); dots lead further down, "clients.admin".
    """

    distribution: str
    module: str
    left_out: tuple[str, ...] = ()


CORE = Own(
    distribution="cloudless-sdk",
    module="cloudless",
    left_out=(
        "build", "cli", "collector", "compiler", "config", "conformance", "deploy", "dev", "driver.function",
        "driver.guarantee", "driver.packaged", "driver.secret", "driver.setting", "driver.topic", "driver.verified",
        "frontend", "ir", "memory", "node", "passes", "summary", "terraform", "testing", "wording",
    ),
)  # fmt: skip
"""In every bundle, but for what a provider leaves out besides (Package.core); test_smoke.py runs what is left."""

_ENDPOINTS = (
    "runtime.cors", "runtime.endpoint", "runtime.guard", "runtime.http", "runtime.problem", "runtime.route",
    "runtime.router", "runtime.token",
)  # fmt: skip
_SCHEDULES = ("runtime.schedule", "runtime.tick")


def needed(
    own: Own,
    application: Application,
    *,
    executions: tuple[str, ...],
    endpoints: tuple[str, ...] = _ENDPOINTS,
    schedules: tuple[str, ...] = _SCHEDULES,
) -> Own:
    """Without what serves executions, endpoints or schedules, where the application has none.

    executions, endpoints, schedules: modules that nothing else needs; by default the core's.
    """
    spared: list[str] = []
    spared += () if application.orchestrations else executions
    spared += () if application.endpoints else endpoints
    spared += () if application.schedules else schedules
    return replace(own, left_out=tuple(dict.fromkeys((*own.left_out, *spared))))


def imports_of(application: Application, modules: Iterable[str] = ()) -> str:
    """The lines of a smoke program that import an application, every module with a handler, and others."""
    wanted = [application.entry.partition(":")[0], *application.include]
    wanted += sorted({handler.module for handler in application.handlers})
    return "".join(f"import {module}\n" for module in dict.fromkeys([*wanted, *modules]))


@node(kw_only=True)
class Package:
    """One zip for a whole stage; each function of it finds there what it needs. Wheels may be in a second one.

    files: what the provider generates, by path in the zip, e.g. {"host.json": b"{}", "cloudless_entry/http.py": b"…"}.
    site: folder of the zip for our own code and for wheels, "" for its root. layer: the folder for wheels in a zip of
    their own, the layer, where the cloud takes one; it is not made where there is no wheel.
    requirements: of the provider's runtime, PEP 508, e.g. ("azure-servicebus>=7.12",); the application's own, and those
    of the core (`cloudless.passes.requirements`), are added. own: code of the provider. core: of the core, of which a
    provider may leave out more.
    platform: of wheels, in the words of uv, e.g. "x86_64-manylinux_2_28". python: "3.12".
    smoke: a program that imports what the functions will import, run in the unpacked zip before it is deployed.
    trial: requirements of that program alone, e.g. the cloud's own client of its runtime; where this machine cannot
    have them, the program runs without.
    most: of each zip; most_unpacked: of all that is in them. Both in bytes, with the vendor's page.
    """

    files: Mapping[str, bytes]
    platform: str
    python: str
    smoke: str
    most: Limit
    most_unpacked: Limit | None = None
    site: str = ""
    layer: str = ""
    requirements: tuple[str, ...] = ()
    own: tuple[Own, ...] = ()
    core: Own = CORE
    trial: tuple[str, ...] = ()
