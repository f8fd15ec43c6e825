"""What IAM refuses, as people need it: see `cloudless.driver.denied`.

May import: `cloudless.driver`.
"""

from __future__ import annotations

from cloudless.driver.denied import Authority, Grant
from cloudless.source import is_ours

__all__ = ["Grant", "address_of", "denied", "needing", "unknown"]

_PACKAGE = __file__.rpartition("clients")[0]
_FORBIDDEN = "explicit deny"
"""In AWS's text where a policy of the account forbids it: no grant helps against that.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""


def _is_theirs(file: str) -> bool:
    return is_ours(file) or file.startswith(_PACKAGE)


_OUTSIDE = (
    "Attach the policy to it that the stage's output `callers_policy` names, or name its role in the variable `callers`"
)
_AWS = Authority("AWS", _is_theirs, forbidden=_FORBIDDEN, outside=_OUTSIDE)
needing = _AWS.needing
denied = _AWS.denied
unknown = _AWS.unknown
address_of = _AWS.address_of
