"""Names of secrets."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cloudless.ir import Secret
    from cloudless_gcp.names.place import Place


def secret_id(place: Place, name: str) -> str:
    """What a secret is called."""
    return f"{place.prefix}-{name}"


def secret_of(place: Place, secret: Secret) -> str:
    """The full name of a secret; what `existing=` says, an id or a full name, where it is there already."""
    return place.of_project("secrets", secret.existing.get("gcp") or secret_id(place, secret.name))
