"""The package of a stage: one zip for all its function apps, each of which finds its own entry there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless.compiler import Own, Package
from cloudless.compiler.package import CORE, imports_of, needed
from cloudless.node import replace
from cloudless_azure.compile.address import addresses
from cloudless_azure.compile.entry import entries
from cloudless_azure.compile.group import BUS, HUB
from cloudless_azure.limits import PACKAGE

if TYPE_CHECKING:
    from cloudless.compiler import Definitions
    from cloudless.ir import Application
    from cloudless_azure.compile.ground import Ground

SITE = ".python_packages/lib/site-packages"
"""https://learn.microsoft.com/en-us/azure/azure-functions/python-build-options."""

PLATFORM = "x86_64-manylinux_2_28"
"""Instances of Flex Consumption: Azure Linux 3 and Debian 12, both with a glibc of at least 2.28."""

_NEVER = (
    "driver.limit", "driver.store", "runtime.alarm", "runtime.broker", "runtime.routine", "runtime.start",
    "runtime.stranger", "runtime.worker",
)  # fmt: skip
"""The host ends what takes too long, and executions run in function apps, without a broker or a worker."""
_CORE = replace(CORE, left_out=(*CORE.left_out, *_NEVER))
_OWN = Own(
    distribution="cloudless-azure",
    module="cloudless_azure",
    left_out=("compile", "guarantees", "limits", "provider", "terraform", "verified.json"),
)
_OF_EXECUTIONS = (
    "clients.orchestration", "engine", "runtime.durable", "runtime.durable_step", "runtime.durable_task",
    "runtime.durable_time",
)  # fmt: skip
"""Of our part and, where there is such a module, of the core."""
FUNCTIONS = "azure-functions>=1.21"
SERVICE_BUS = "azure-servicebus>=7.12"
DURABLE = "azure-functions-durable>=1.7,<2"


def package(ground: Ground, definitions: Definitions) -> Package:
    """What goes into the zip, beside the user's modules and what they require."""
    files = entries(ground.groups, ground.application, ground.stage, definitions, addresses(ground))
    files["host.json"] = ground.hosting.json(ground.groups, ground.stage)
    return Package(
        files=files,
        site=SITE,
        platform=PLATFORM,
        python=ground.stage.python,
        requirements=_requirements(ground),
        core=needed(_CORE, ground.application, executions=_OF_EXECUTIONS),
        own=(_needed(ground.application),),
        smoke=imports_of(ground.application, (f"cloudless_entry.{group.module}" for group in ground.groups)),
        most=PACKAGE,
    )


def _needed(application: Application) -> Own:
    """Our part, without what serves nothing of the application's."""
    return needed(
        _OWN, application, executions=_OF_EXECUTIONS, endpoints=("runtime.http",), schedules=("runtime.timer",)
    )


def _requirements(ground: Ground) -> tuple[str, ...]:
    """The worker has azure-functions of its own, which the package's goes before."""
    wanted = [FUNCTIONS]
    wanted += [SERVICE_BUS] if BUS in ground.needs else []
    wanted += [DURABLE] if HUB in ground.needs else []
    return tuple(wanted)
