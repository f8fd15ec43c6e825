"""The package of a stage: one zip for all its functions, each with an entry of its own there, and a layer of wheels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless.compiler import Own, Package
from cloudless.compiler.package import CORE, imports_of, needed
from cloudless.node import replace
from cloudless_aws.compile.address import addresses
from cloudless_aws.compile.entry import entries, handler_of
from cloudless_aws.limits import PACKAGE, UNPACKED

if TYPE_CHECKING:
    from cloudless.ir import Application
    from cloudless_aws.compile.ground import Ground

LAYER = "python"
"""https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html#packaging-layers-paths"""

PLATFORM = "aarch64-manylinux_2_34"
OLDER = "aarch64-manylinux_2_17"
"""Amazon Linux 2023, whose glibc is 2.34; Python 3.11 runs on Amazon Linux 2, whose glibc is 2.26, which uv has not.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
"""
_OLD = ("3.10", "3.11")

_NEVER = ("driver.lease", "driver.rest", "engine", "runtime.crash", "runtime.router", "runtime.threads")
"""Orchestrations run in Step Functions, boto3 has connections, and a function serves one handler at a time."""
_CORE = replace(CORE, left_out=(*CORE.left_out, *_NEVER))

CLIENT = "awslambdaric"
"""AWS's own client of the runtime, which finds a handler by its name as it does when it is deployed."""

_OWN = Own(
    distribution="cloudless-aws",
    module="cloudless_aws",
    left_out=("compile", "guarantees", "provider", "terraform", "verified.json"),
)
_OF_EXECUTIONS = (
    "clients.broker", "clients.execution", "clients.history", "clients.mailbox", "clients.orchestration",
    "runtime.addressee", "runtime.broker", "runtime.worker",
)  # fmt: skip
"""Of our part and, where there is such a module, of the core."""


def package(ground: Ground) -> Package:
    """What goes into the zip, beside the user's modules, and into the layer. boto3 is in Lambda's own runtime."""
    return Package(
        files=entries(ground.units, ground.application, ground.stage, ground.definitions, addresses(ground)),
        layer=LAYER,
        platform=OLDER if ground.stage.python in _OLD else PLATFORM,
        python=ground.stage.python,
        core=needed(_CORE, ground.application, executions=_OF_EXECUTIONS),
        own=(_needed(ground.application),),
        smoke=_smoke(ground),
        trial=(CLIENT, "boto3"),
        most=PACKAGE,
        most_unpacked=UNPACKED,
    )


def _needed(application: Application) -> Own:
    """Our part, without what serves nothing of the application's."""
    return needed(
        _OWN, application, executions=_OF_EXECUTIONS, endpoints=("runtime.http",), schedules=("runtime.schedule",)
    )


def _smoke(ground: Ground) -> str:
    """Import the application, every module with a handler, and every entry as Lambda does, in one process."""
    handlers = "".join(f'handler("{handler_of(unit)}")\n' for unit in ground.units)
    return f"{_FOUND}{imports_of(ground.application)}{handlers}"


_FOUND = '''\
from importlib import import_module


def handler(name):
    """The function of that name, as Lambda finds it."""
    try:
        from awslambdaric.bootstrap import _get_handler
    except ImportError:
        module, _, function = name.rpartition(".")
        return getattr(import_module(module), function)
    return _get_handler(name)


'''
