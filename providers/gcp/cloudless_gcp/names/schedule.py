"""Names of schedules, each of which is a job of Cloud Scheduler."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cloudless_gcp.names.place import Place


def job_id(place: Place, schedule: str) -> str:
    """What the job of a schedule is called."""
    return f"{place.prefix}-{schedule}"
