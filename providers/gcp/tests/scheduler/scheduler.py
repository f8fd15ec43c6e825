"""Scheduler: all jobs of a project, and what is due.

https://cloud.google.com/scheduler/docs/reference/rest
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from providers.gcp.tests.errors import ApiError
from providers.gcp.tests.scheduler.job import Job, job_of
from tests.virtual import US

Publish = Callable[[str, bytes, Mapping[str, str]], None]
"""Publishes as Cloud Scheduler's service agent: the topic's full name, data, attributes."""


def _nobody(topic: str, data: bytes, attributes: Mapping[str, str]) -> None:
    raise NotImplementedError(f"nobody publishes to {topic}")


class Scheduler:
    """Jobs by name; something that moves, for `tests.virtual.World`.

    early_us: how long before its time a job runs: its clock need not be that of whoever is told.
    """

    def __init__(self, now_us: Callable[[], int]) -> None:
        self._now_us = now_us
        self.early_us = 0
        self.publish: Publish = _nobody
        self.jobs: dict[str, Job] = {}
        self._due_us: dict[str, int] = {}

    def call(self, method: str, params: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        """A method by its id; raises ApiError."""
        if method != "projects.locations.jobs.create":
            raise ApiError("UNIMPLEMENTED", f"cloudscheduler {method} is not in this model")
        job = job_of(body)
        if not job.name.startswith(f"{params['parent']}/jobs/"):
            raise ApiError("INVALID_ARGUMENT", f"{job.name} is not in {params['parent']}")
        if job.name in self.jobs:
            raise ApiError("ALREADY_EXISTS", f"Job {job.name} already exists.")
        self.jobs[job.name] = job
        self._plan(job, self._now_us())
        return {**body, "state": "ENABLED"}

    def next_due_us(self, *, with_delayed: bool, now_us: int) -> int | None:
        """When a job is due next; what is due in future is no back-off."""
        due_us = min(self._due_us.values(), default=None)
        if due_us is None:
            return None
        runs_us = due_us - self.early_us
        return runs_us if with_delayed or runs_us <= now_us else None

    def deliver_next(self, now_us: int) -> None:
        """Run one job that is due."""
        due_us, name = min((due_us, name) for name, due_us in self._due_us.items())
        if due_us - self.early_us <= now_us:
            job = self.jobs[name]
            self._plan(job, due_us)
            self.publish(job.topic, job.data, job.attributes)

    def restart(self) -> None:
        """Begin anew, at what time it is now."""
        for job in self.jobs.values():
            self._plan(job, self._now_us())

    def _plan(self, job: Job, after_us: int) -> None:
        due_s = job.cron.next_s(after_us / US)
        self._due_us.pop(job.name, None)
        if due_s is not None:
            self._due_us[job.name] = round(due_s * US)
