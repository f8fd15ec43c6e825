"""Names of orchestrations, each of which is a workflow."""

from __future__ import annotations

from cloudless.driver.names import shorten
from cloudless_gcp.names.spelling import folded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cloudless_gcp.names.place import Place

_MOST = 64
"""https://cloud.google.com/workflows/docs/reference/rest/v1/projects.locations.workflows/create#query-parameters"""


def workflow_id(place: Place, orchestration: str) -> str:
    """What the workflow of an orchestration is called."""
    return shorten(f"{place.prefix}-{folded(orchestration)}", _MOST)


def workflow_of(place: Place, orchestration: str) -> str:
    """The full name of the workflow of an orchestration."""
    return place.of_region("workflows", workflow_id(place, orchestration))
