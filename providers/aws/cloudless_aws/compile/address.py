"""Addresses inside a function: what a unit's entry is told of where things are, and nothing that it does not use.

Region and account it knows from its environment. See `cloudless_aws.clients.cloud.AwsCloud` for the form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudless.compiler.used import Used
from cloudless_aws import names

if TYPE_CHECKING:
    from cloudless_aws.compile.ground import Ground


def addresses(ground: Ground) -> dict[str, dict[str, Any]]:
    """The addresses of each unit, by its name."""
    every = names.addresses_of(ground.application, ground.stage)
    used = Used(ground.application, ground.plans, ground.programs)
    return {unit.name: used.addresses(every, unit) for unit in ground.units}
