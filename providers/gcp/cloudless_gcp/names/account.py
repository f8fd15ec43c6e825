"""Names of service accounts: who a function is, or a workflow, or a service of Google's that does something for us."""

from __future__ import annotations

from cloudless.driver.names import shorten
from cloudless_gcp.names.spelling import folded, told_apart

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cloudless_gcp.names.place import Place

CALLERS, PUSH, GATEWAY, BUILD, DELAYS = "-callers", "-push", "-http", "-build", "-delays-"
"""Accounts of ours, by what follows the prefix: see `account_id`. After DELAYS a destination's name follows."""
_LEAST, _MOST = 6, 30
"""https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/create#request-body"""


def account_id(place: Place, name: str) -> str:
    """What a service account is called.

    name: of the handler whose function it is, of the orchestration whose workflow, "-worker" or "-broker"; CALLERS,
    PUSH, GATEWAY, BUILD; what `delayer` says.
    """
    own = name if name.startswith("-") else folded(name)
    whole = f"{place.prefix}-{own}"
    return shorten(whole if len(whole) >= _LEAST else told_apart(whole, whole), _MOST)


def account_of(place: Place, name: str) -> str:
    """The e-mail address of a service account."""
    return f"{account_id(place, name)}@{place.project}.iam.gserviceaccount.com"


def delayer(name: str) -> str:
    """As whom delayed messages of a queue, or of a subscription, are published: its name for `account_id`.

    Queues may differ in hyphens and underscores alone, but not in case (CL101).
    """
    plain = name.lower().replace("_", "-")
    return f"{DELAYS}{plain if '_' not in name else told_apart(plain, name)}"
