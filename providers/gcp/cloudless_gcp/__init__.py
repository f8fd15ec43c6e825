"""The provider of cloudless for Google Cloud. Importing it loads neither its tables, nor its drivers, nor an SDK."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cloudless.driver.packaged import Packaged

    PROVIDER: Packaged


def __getattr__(name: str) -> Any:
    """PROVIDER, once somebody asks for it: no function does, and what makes it is in no bundle."""
    if name != "PROVIDER":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from cloudless.driver.packaged import Packaged

    globals()[name] = made = Packaged(
        "cloudless_gcp",
        name="gcp",
        title="Google Cloud",
        cloud="GoogleCloud",
        asks={"project": "my-project-id", "region": "europe-west1"},
    )
    return made
