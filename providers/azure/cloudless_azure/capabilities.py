"""What cloudless does not do on Azure, in one table. What is not here is supported.

`never`: the platform cannot. `not_yet`: not built. How each supported row is kept: docs/mechanisms.md.
May import: `cloudless.driver.gap`.
"""

from __future__ import annotations

from cloudless.driver.gap import CAPABILITIES, NEVER, NOT_YET, Gap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_IDENTITY = "https://learn.microsoft.com/en-us/azure/app-service/overview-managed-identity"

GAPS: Mapping[str, Gap] = {
    "function": Gap(NOT_YET, "direct calls are not built for Azure"),
    "function.later": Gap(NOT_YET, "direct calls are not built for Azure"),
    "secret": Gap(NOT_YET, "secrets are not built for Azure"),
    "http": Gap(NOT_YET, "HTTP endpoints are not built for Azure"),
    "orchestration": Gap(NOT_YET, "orchestrations cannot be deployed to Azure: the runtime is built, the compiler not"),
    "identity.per_function": Gap(
        NEVER, "identity belongs to the function app, so a handler has what its group of handlers has", _IDENTITY
    ),
}
"""By key of `cloudless.driver.gap.CAPABILITIES`."""

if unknown := GAPS.keys() - CAPABILITIES.keys():
    raise KeyError(f"gaps of azure: no such capabilities: {sorted(unknown)}")
