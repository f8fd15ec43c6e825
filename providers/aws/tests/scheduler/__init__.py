"""A model of EventBridge Scheduler on a virtual clock: schedules, their targets, and what they are told.

    expression.py  when a schedule is due
    schedule.py    a schedule as CreateSchedule takes it, and the input of one invocation
    service.py     Scheduler: all schedules, and what is due

Ours, not AWS's: written from the vendor's pages, which each file cites. Kinder than the service: what is due happens at
once, not within 60 s, and targets do not fail. Time zones but UTC, flexible windows and other targets than SQS are
refused: our builds have none.
"""

from providers.aws.tests.scheduler.expression import read
from providers.aws.tests.scheduler.schedule import Refused, Schedule
from providers.aws.tests.scheduler.service import Scheduler, SchedulerError
from tests.virtual.cron import BadExpression

__all__ = ["BadExpression", "Refused", "Schedule", "Scheduler", "SchedulerError", "read"]
