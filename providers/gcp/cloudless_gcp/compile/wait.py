"""Waits: a permission takes minutes until it holds, so what is of no use without it comes after them.

    roles of functions, of builds, of Pub/Sub ──wait──► functions ──who may call them──wait──► subscriptions

One for all that functions and their builds need, and one for each function that Pub/Sub calls, whose first messages
would use up their attempts in half a minute. A deployment that changes no permission waits for nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless.compiler.wait import TYPE, joined, wait

if TYPE_CHECKING:
    from cloudless.compiler import Address
    from cloudless.compiler.unit import Unit
    from cloudless_gcp.compile.ground import Ground

HOLDS_S = 120
"""How long a new permission is waited for: "typically 2 minutes, potentially 7 minutes or longer", says the vendor.

We wait for what is typical, since each function of a chain waits anew. Who is not let in after that is tried again as
the subscription says, and lies among the dead letters in the end.
https://cloud.google.com/iam/docs/access-change-propagation
"""
_ROLES = "cloudless--roles"


def hold(ground: Ground, member: Address | str, *, several: bool = False) -> None:
    """Let functions wait for a member of a policy. several: it is made by `for_each`."""
    ground.held[str(member)] = several


def roles(ground: Ground) -> str:
    """Address of the wait after which those hold."""
    return str(ground.document.address(TYPE, _ROLES))


def holding(ground: Ground) -> None:
    """That wait, once all are known."""
    single, several = ([one for one, each in sorted(ground.held.items()) if each is asked] for asked in (False, True))
    why = "until what functions and builds may holds"
    wait(ground.document, _ROLES, {"members": joined(single, several)}, made_s=HOLDS_S, comment=why)


def called(ground: Ground, unit: Unit, member: Address) -> None:
    """The wait after which Pub/Sub may call a function; Flow knows it by the unit."""
    wait(ground.document, unit.name, {"member": member["id"]}, made_s=HOLDS_S, comment="until Pub/Sub may call it")
