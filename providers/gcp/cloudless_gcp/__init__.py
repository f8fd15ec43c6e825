"""The provider of cloudless for Google Cloud. Importing it loads nothing: functions do, and none asks for PROVIDER."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cloudless_gcp.provider import PROVIDER

__all__ = ["PROVIDER"]


def __getattr__(name: str) -> Any:
    """PROVIDER, once somebody asks for it."""
    if name != "PROVIDER":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from cloudless_gcp.provider import PROVIDER

    globals()[name] = PROVIDER
    return PROVIDER
