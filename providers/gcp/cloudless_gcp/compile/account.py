"""Service accounts: who a function is, or a workflow, or a service of Google's that calls one for us."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless_gcp import names
from cloudless_gcp.compile.service import IAM

if TYPE_CHECKING:
    from cloudless.compiler import Address
    from cloudless.compiler.native import Owner
    from cloudless_gcp.compile.ground import Ground

TYPE = "google_service_account"
_OURS = "cloudless-"
"""What labels of ours begin with, before the name in `cloudless_gcp.names`: cloudless--push."""


def account(ground: Ground, name: str, *, comment: str, owner: Owner | None = None) -> Address:
    """A service account; name: as `names.account_id` takes it."""
    arguments = {**ground.of(IAM), "account_id": names.account_id(ground.place, name), "display_name": comment}
    return ground.document.resource(TYPE, label_of(name), arguments, owner=owner, free=("display_name",))


def account_of(ground: Ground, name: str) -> Address:
    """One that is added elsewhere."""
    return ground.document.address(TYPE, label_of(name))


def label_of(name: str, *what: str) -> str:
    """The label of what belongs to an account, or to a service of Google's: cloudless--push--calls--take.

    name: as of `account`; of a service "-pubsub". what: that belongs to it, "" for nothing. No name of a program has
    two hyphens in a row (CL103).
    """
    return "--".join((f"{_OURS}{name}" if name.startswith("-") else name, *what))


def name_of(unit: str) -> str:
    """What the account of a unit is called: of ours by its end, "-worker"."""
    return unit.removeprefix(_OURS) if unit.startswith(f"{_OURS}-") else unit
