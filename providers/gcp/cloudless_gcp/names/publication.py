"""Names of what code goes through on its way into functions: a bucket of packages, a repository of images."""

from __future__ import annotations

from cloudless.driver.names import digest_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cloudless_gcp.names.place import Place

_BUCKET_MOST = 63
"""https://cloud.google.com/storage/docs/buckets#naming"""


def bucket_id(place: Place) -> str:
    """The name of the bucket of packages, unique in the world."""
    digits = digest_of(place.prefix, place.project, place.region, digits=12)
    return f"{place.prefix[: _BUCKET_MOST - len(digits) - 1].rstrip('-')}-{digits}"


def repository_id(place: Place) -> str:
    """What the repository of Artifact Registry is called that keeps the images of functions."""
    return place.prefix.rstrip("-")
