"""What IAM refuses, as people need it: see `cloudless.driver.denied`.

May import: `cloudless.driver`.
"""

from __future__ import annotations

from cloudless.driver.denied import Authority, Grant
from cloudless.source import is_ours

__all__ = ["Grant", "address_of", "denied", "needing", "unknown"]

_PACKAGE = __file__.rpartition("clients")[0]
_FORBIDDEN = "denied by a deny policy"
"""In Google's text where somebody forbids it: no grant helps against that.

https://cloud.google.com/iam/docs/troubleshooting-access#deny-policies
"""


def _is_theirs(file: str) -> bool:
    return is_ours(file) or file.startswith(_PACKAGE)


_OUTSIDE = (
    "Give that to it, or add it to the variable `callers` and deploy, so that it stands for the stage's account for "
    "callers. Where it does already, that account lacks it: deploy what the program says now"
)
_GOOGLE = Authority("Google", _is_theirs, forbidden=_FORBIDDEN, outside=_OUTSIDE)
needing = _GOOGLE.needing
denied = _GOOGLE.denied
unknown = _GOOGLE.unknown
address_of = _GOOGLE.address_of
