"""What cloudless does not do on Azure, in one table. What is not here is supported.

`never`: the platform cannot. `not_yet`: not built. How each supported row is kept: docs/mechanisms.md.
May import: `cloudless.driver.gap`.
"""

from __future__ import annotations

from cloudless.driver.gap import CAPABILITIES, NEVER, NOT_YET, Gap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_PATHS = "https://github.com/dotnet/aspnetcore/blob/main/src/Servers/Kestrel/Core/src/Internal/Http/PathNormalizer.cs"
_IDENTITY = "https://learn.microsoft.com/en-us/azure/app-service/overview-managed-identity"

_TABLES = "https://learn.microsoft.com/en-us/rest/api/storageservices/understanding-the-table-service-data-model"

GAPS: Mapping[str, Gap] = {
    "ledger.expiry": Gap(
        NOT_YET,
        "tables have no time to live, and the sweep is not built: a row of a key that is never claimed again stays",
        _TABLES,
    ),
    "http.raw_path": Gap(NEVER, "the platform's server decodes a path as far as it can before we see it", _PATHS),
    "http.dot_segments": Gap(NEVER, "the platform's server resolves dot segments before we see a path", _PATHS),
    "identity.per_function": Gap(
        NEVER, "identity belongs to the function app, so a handler has what its group of handlers has", _IDENTITY
    ),
}
"""By key of `cloudless.driver.gap.CAPABILITIES`."""

if unknown := GAPS.keys() - CAPABILITIES.keys():
    raise KeyError(f"gaps of azure: no such capabilities: {sorted(unknown)}")
