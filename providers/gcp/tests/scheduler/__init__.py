"""A strict model of Cloud Scheduler on a virtual clock: jobs in UTC that publish to Pub/Sub.

    cron.py       when a job is due
    job.py        a job as the API takes it
    scheduler.py  Scheduler: all jobs, and what is due

Ours, not Google's: written from its pages, which each file cites. Kinder than the service: what is due happens at once
and once, and publishing does not fail. Other targets, other time zones than UTC and English-like schedules are refused:
our builds have none. May import: the standard library, tests.virtual.
"""

from providers.gcp.tests.scheduler.cron import Cron, read
from providers.gcp.tests.scheduler.job import Job
from providers.gcp.tests.scheduler.scheduler import Scheduler

__all__ = ["Cron", "Job", "Scheduler", "read"]
