"""The package of a stage: one archive for all its functions, each with an entry of its own there, and the wheels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudless.compiler import Own, Package
from cloudless.compiler.package import CORE, needed
from cloudless.compiler.unit import BROKER_UNIT
from cloudless.node import replace
from cloudless_gcp import names
from cloudless_gcp.compile.broker import allowed
from cloudless_gcp.compile.entry import SITE, entries, smoke
from cloudless_gcp.compile.framework import FRAMEWORK
from cloudless_gcp.compile.topic import subscription_id
from cloudless_gcp.limits import PACKAGE

if TYPE_CHECKING:
    from cloudless.ir import Application
    from cloudless_gcp.compile.ground import Ground

PLATFORM = "x86_64-manylinux_2_35"
"""Of google-22-full and google-22: Ubuntu 22.04. https://cloud.google.com/functions/docs/runtime-support#python."""
_NEVER = ("driver.names", "engine", "runtime.crash", "runtime.router")
"""Orchestrations run in Workflows, and an endpoint has a function of its own."""
_CORE = replace(CORE, left_out=(*CORE.left_out, *_NEVER))
_OWN = Own(
    distribution="cloudless-gcp",
    module="cloudless_gcp",
    left_out=(
        "clients.login", "clients.signed_in", "clients.sdk", "compile", "guarantees", "names", "provider", "terraform",
        "verified.json",
    ),
)  # fmt: skip
"""Functions have tokens of the metadata server, and are told what everything is called."""
_OF_EXECUTIONS = (
    "clients.execution", "clients.history", "clients.mailbox", "clients.orchestration", "clients.start",
    "clients.workflows", "runtime.broker", "runtime.caller", "runtime.worker",
)  # fmt: skip
"""What only the broker and the worker have, in our part and, where there is such a module, in the core."""


def package(ground: Ground) -> Package:
    """What goes into the archive, beside the user's modules and the wheels."""
    return Package(
        files=entries(ground, more=_facts(ground)),
        site=SITE,
        platform=PLATFORM,
        python=ground.stage.python,
        core=needed(_CORE, ground.application, executions=_OF_EXECUTIONS),
        own=(_needed(ground.application),),
        smoke=smoke(ground),
        trial=FRAMEWORK,
        most=PACKAGE,
    )


def _needed(application: Application) -> Own:
    """Our part, without what serves nothing of the application's."""
    return needed(
        _OWN, application, executions=_OF_EXECUTIONS, endpoints=("runtime.http",), schedules=("runtime.schedule",)
    )


def _facts(ground: Ground) -> dict[str, dict[str, Any]]:
    """What some are told besides: the broker who may ask it for what, a subscriber which subscriptions are its own."""
    found: dict[str, dict[str, Any]] = {}
    for one in ground.application.subscriptions:
        if one.handler:
            own, retries = subscription_id(ground, one), names.retries_id(ground.place, one.name)
            found[one.handler] = {
                "subscription": names.subscription_of(ground.place, own),
                "retries": names.subscription_of(ground.place, retries),
            }
    if any(unit.name == BROKER_UNIT for unit in ground.units):
        found[BROKER_UNIT] = allowed(ground)
    return found
