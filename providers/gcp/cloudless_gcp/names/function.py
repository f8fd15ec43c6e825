"""Names of functions, and where they are called."""

from __future__ import annotations

from cloudless.driver.names import shorten
from cloudless_gcp.names.spelling import folded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cloudless_gcp.names.place import Place

_MOST = 49
"""Fewer than 50 characters, of the service that a function is: its own could have 63.

https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services/create#query-parameters
"""


def function_id(place: Place, handler: str) -> str:
    """The name of a handler's function, and of the service of Cloud Run that it is."""
    return shorten(f"{place.prefix}-{folded(handler)}", _MOST)


def base_of(place: Place) -> str:
    """What the URLs of all functions begin with."""
    return f"https://{place.region}-{place.project}.cloudfunctions.net/"


def url_of(place: Place, function: str) -> str:
    """Where a function of that physical name is called; the audience of tokens for it, too.

    https://cloud.google.com/functions/docs/calling/http
    """
    return f"{base_of(place)}{function}"
